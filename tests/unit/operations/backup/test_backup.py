"""`make backup`: a set of what is deployed, or of what a destroy left, on an account in memory."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.backup import __main__ as command
from operations.backup import making
from operations.backup.backup_set import BackupSet, SetError, read, write
from operations.backup.data import NoDataError, data_of
from operations.backup.making import BackupError
from settings import AwsEnvironment
from tests.support.backups import OWN_KEY, Vault, secret_arn
from tests.support.deployed_aws import Stack, platform, storage
from tests.support.environments import aws_environment

NAMES = {
    "FernetKey": "fernet_key",
    "JwtSecret": "jwt_secret",
    "ApiSecretKey": "api_secret_key",
    "AdminPassword": "admin_password",
}
VALUES = {key: f"the {key} value" for key in NAMES.values()}
FILE = "name: test\n# A comment of theirs\n"


def database_stack(policy: str = "Retain") -> Stack:
    """As the application names its secrets."""
    [_, stack] = platform(policy)
    del stack.resources["FernetKey"]
    for name in ("Database", *NAMES):
        stack.resources[f"Secrets{name}1234ABCD"] = ("AWS::SecretsManager::Secret", secret_arn(name), policy)
    stack.resources["SecretsDatabaseAttachment1234ABCD"] = (
        "AWS::SecretsManager::SecretTargetAttachment",
        secret_arn("Database"),
        policy,
    )
    return stack


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    waited: list[float] = []
    made = Vault(stacks=[storage("Retain"), database_stack()])
    made.values = {secret_arn(name): VALUES[key] for name, key in NAMES.items()}
    made.values[secret_arn("Database")] = "credentials"
    monkeypatch.setattr(making.time, "monotonic", lambda: sum(waited))
    monkeypatch.setattr(making.time, "sleep", waited.append)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "test.yaml"
    path.write_text(FILE)
    return path


def made(vault: Vault, file: Path, settings: AwsEnvironment | None = None, **options: Any) -> BackupSet:
    """The set that the command writes."""
    code = command.backup(str(file), settings or aws_environment(), vault, to=options.pop("to", None), **options)
    assert code == 0
    [text] = vault.objects.values()
    return BackupSet.model_validate_json(text)


def test_should_name_everything_of_a_deployed_platform(vault: Vault, file: Path) -> None:
    taken = made(vault, file)
    [place] = vault.objects
    assert place == f"s3://bucket-test/backups/{taken.name}.json"
    assert taken.database.snapshot_arn.endswith(f":snapshot:{taken.name}")
    assert taken.files.bucket == "bucket-test"
    assert {key: secret.arn for key, secret in taken.secrets.items()} == {
        key: secret_arn(name) for name, key in NAMES.items()
    }
    assert {secret.version for secret in taken.secrets.values()} == {"v2"}
    assert taken.environment_file == FILE


def test_should_look_at_no_value_without_a_key(vault: Vault, file: Path) -> None:
    taken = made(vault, file)
    assert taken.encrypted_secrets is None
    assert "value" not in vault.calls
    [text] = vault.objects.values()
    assert not any(value in text.decode() for value in VALUES.values())


def test_should_hold_the_values_for_the_set_alone_with_a_key(vault: Vault, file: Path) -> None:
    accounts = ["210987654321"]
    settings = aws_environment(backup={"kms_key_arn": OWN_KEY, "accounts": accounts})
    taken = made(vault, file, settings)
    assert taken.encrypted_secrets
    [text] = vault.objects.values()
    assert not any(value in text.decode() for value in VALUES.values())
    shared = f"{taken.name}-shared"
    assert taken.database.shared_snapshot_arn == vault.snapshots[shared]["DBSnapshotArn"]
    assert vault.snapshots[shared]["KmsKeyId"] == OWN_KEY
    assert vault.shared == {shared: accounts}


def test_should_wait_for_what_was_written_before_the_snapshot_and_no_longer(vault: Vault, file: Path) -> None:
    """Airflow goes on writing: the oldest file that waits is younger than the snapshot at some time."""
    vault.queued = [500, 200, 100, *[15] * 50]
    assert made(vault, file).files.complete
    assert 40 < len(vault.queued) < 45, "15 s and the metric's two minutes after the snapshot"


def test_should_say_that_files_are_missing_when_they_do_not_leave_in_time(
    vault: Vault, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.queued = [3600] * 500
    assert not made(vault, file, export_minutes=5).files.complete
    assert "NOT COMPLETE" in capsys.readouterr().out


def test_should_take_what_the_last_destroy_left(vault: Vault, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vault.destroy()
    vault.queued = [3600]
    taken = made(vault, file)
    assert "what the last destroy left" in capsys.readouterr().out
    assert taken.files.bucket == "bucket-test"
    assert set(taken.secrets) == set(VALUES)
    assert vault.queued, "nobody writes any more, and the links are gone"


def test_should_take_the_last_life_of_several(vault: Vault) -> None:
    older = database_stack()
    older.life, older.deleted = 0, "2026-11-01"
    older.resources = {name: (type_, f"older-{id_}", kept) for name, (type_, id_, kept) in older.resources.items()}
    vault.values.update({id_: "older" for type_, id_, _ in older.resources.values() if type_.endswith("::Secret")})
    vault.stacks.insert(0, older)
    vault.destroy()
    for stack in vault.stacks[1:]:
        stack.deleted = "2026-11-20"
    found = data_of(vault, aws_environment())
    assert found.database == "db-test"
    assert found.secrets == {key: secret_arn(name) for name, key in NAMES.items()}


def test_should_use_the_secrets_that_a_restored_platform_goes_on_with(vault: Vault) -> None:
    kept = secret_arn("kept")
    del vault.stacks[1].resources["SecretsFernetKey1234ABCD"]
    settings = aws_environment(restore={"database_snapshot": "x", "secrets": {"fernet_key": kept}})
    assert data_of(vault, settings).secrets["fernet_key"] == kept


def test_should_make_an_fsx_backup_where_s3_has_nothing(vault: Vault, file: Path, tmp_path: Path) -> None:
    vault.stacks[0] = Stack("airflow-test-storage", {"FileSystem": ("AWS::FSx::FileSystem", "fs-test", "Retain")})
    settings = aws_environment(storage={"s3": {"enabled": False}})
    assert command.backup(str(file), settings, vault, to=str(tmp_path)) == 0
    [path] = tmp_path.glob("airflow-test-*.json")
    taken = read(vault, str(path))
    assert (taken.files.backup_id, taken.files.storage_capacity_gib) == ("backup-0123456789", 2400)
    assert vault.calls == ["snapshot", "backup"], "a task that has ended in the database has its log in the backup"
    assert path.stat().st_mode & 0o077 == 0


def test_should_write_no_set_when_a_part_fails(vault: Vault, file: Path) -> None:
    vault.stacks[0] = Stack("airflow-test-storage", {"FileSystem": ("AWS::FSx::FileSystem", "fs-test", "Retain")})
    vault.lifecycles = ["CREATING", "FAILED"]
    with pytest.raises(BackupError, match="is FAILED"):
        command.backup(str(file), aws_environment(storage={"s3": {"enabled": False}}), vault, to=None)
    assert vault.objects == {}


def test_should_say_that_scratch_has_no_backup(vault: Vault, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vault.stacks[0] = Stack("airflow-test-storage", {"FileSystem": ("AWS::FSx::FileSystem", "fs-test", "Retain")})
    settings = aws_environment(storage={"s3": {"enabled": False}, "deployment_type": "SCRATCH_2"})
    assert command.backup(str(file), settings, vault, to="s3://theirs/sets") == 0
    assert "No file is in this set" in capsys.readouterr().out
    assert next(iter(vault.objects)).startswith("s3://theirs/sets/airflow-test-")


def test_should_refuse_a_set_that_nothing_could_be_read_with(
    vault: Vault, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.gone.add(secret_arn("FernetKey"))
    vault.destroy()
    del vault.stacks[1].resources["SecretsFernetKey1234ABCD"]
    assert command.backup(str(file), aws_environment(), vault, to=None) == 1
    assert "fernet_key is not there" in capsys.readouterr().err
    assert vault.calls == []


def test_should_refuse_where_nothing_is(vault: Vault) -> None:
    vault.stacks = []
    with pytest.raises(NoDataError, match="No database of environment test"):
        data_of(vault, aws_environment())


def test_should_wait_for_nobody_who_is_at_work(vault: Vault) -> None:
    vault.stacks[1].status = "UPDATE_IN_PROGRESS"
    with pytest.raises(NoDataError, match="UPDATE_IN_PROGRESS: wait"):
        data_of(vault, aws_environment())


@pytest.mark.parametrize(
    ("text", "why"), [("{}", "name: Field required"), ("no JSON", "the document"), (None, "can't be read")]
)
def test_should_refuse_what_is_no_set(vault: Vault, tmp_path: Path, text: str | None, why: str) -> None:
    path = tmp_path / "set.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SetError, match=why):
        read(vault, str(path))
    with pytest.raises(SetError, match="can't be read"):
        read(vault, "s3://bucket/none.json")


def test_should_never_write_over_a_set(vault: Vault, file: Path, tmp_path: Path) -> None:
    taken = made(vault, file)
    place = write(vault, taken, str(tmp_path))
    assert json.loads(Path(place).read_text())["name"] == taken.name
    with pytest.raises(FileExistsError):
        write(vault, taken, str(tmp_path))
