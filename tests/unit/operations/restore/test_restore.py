"""`make restore`: what brings an environment up from a set, in the same account and in an empty one."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.backup.backup_set import BackupSet, DatabasePart, FilesPart, SecretPart, context_of
from operations.backup.making import encrypted
from operations.restore import __main__ as command
from operations.restore.bringing import RestoreError
from settings import AwsEnvironment
from tests.support.backups import AWS_KEY, OWN_KEY, Vault, secret_arn
from tests.support.deployed_aws import ACCOUNT, Json, platform
from tests.support.environments import aws_environment

NAME = "airflow-test-20261124-050000"
OTHER = "210987654321"
VALUES = {"fernet_key": "fernet", "jwt_secret": "jwt", "api_secret_key": "api", "admin_password": "admin"}
ARNS = {key: secret_arn(key) for key in VALUES}
SAME = {"restore": {"database_snapshot": NAME, "secrets": ARNS}, "storage": {"s3": {"bucket": "kept"}}}


@pytest.fixture
def vault() -> Vault:
    made = Vault(values={ARNS[key]: value for key, value in VALUES.items()})
    made.keep(NAME)
    return made


def taken(vault: Vault, **changes: Any) -> BackupSet:
    parts: Json = {
        "name": NAME,
        "environment": "test",
        "account": ACCOUNT,
        "region": "eu-central-1",
        "made": "2026-11-24T05:00:00Z",
        "airflow_version": "3.3.2",
        "database": DatabasePart(
            snapshot_arn=vault.snapshots[NAME]["DBSnapshotArn"],
            engine_version="17.4",
            allocated_storage_gib=20,
            kms_key_arn=AWS_KEY,
        ),
        "files": FilesPart(bucket="kept"),
        "secrets": {key: SecretPart(arn=arn, version="v2") for key, arn in ARNS.items()},
        "encrypted_secrets": encrypted(vault, VALUES, key=OWN_KEY, context=context_of("test", NAME)),
        "environment_file": "name: test\n",
    }
    return BackupSet.model_validate({**parts, **changes})


def restored(vault: Vault, tmp_path: Path, settings: AwsEnvironment, given: BackupSet, **options: Any) -> int:
    place = tmp_path / "set.json"
    place.write_text(given.model_dump_json())
    return command.restore("test", settings, vault, place=str(place), **options)


def told(text: str) -> Any:
    return yaml.safe_load(text.partition("make deploy ENV=test`:\n")[2])


def test_should_adopt_what_is_still_there(vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert restored(vault, tmp_path, aws_environment(), taken(vault)) == 0
    assert told(capsys.readouterr().out) == SAME
    assert vault.calls == [], "nothing is made where all of it is there"


def test_should_say_when_the_file_has_it_all(vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert restored(vault, tmp_path, aws_environment(**SAME), taken(vault)) == 0
    assert "The environment file has it all: `make deploy ENV=test`" in capsys.readouterr().out


def test_should_follow_the_snapshot_in_size_version_and_key(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.keep(NAME, OWN_KEY, AllocatedStorage=150, EngineVersion="16.9")
    assert restored(vault, tmp_path, aws_environment(), taken(vault)) == 0
    settings = told(capsys.readouterr().out)
    assert settings["database"] == {
        "allocated_storage_gib": 150,
        "engine_version": "16",
        "customer_managed_key": True,
    }
    assert settings["restore"]["kms_key_arn"] == OWN_KEY


def test_should_follow_a_snapshot_with_aws_own_key(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = aws_environment(database={"customer_managed_key": True})
    assert restored(vault, tmp_path, settings, taken(vault)) == 0
    assert told(capsys.readouterr().out)["database"] == {"customer_managed_key": False}


def test_should_restore_files_from_fsx_where_s3_has_none(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.backups["backup-0123456789"] = {"FileSystem": {"StorageCapacity": 2400}}
    vault.lifecycles = ["AVAILABLE"]
    files = FilesPart(backup_id="backup-0123456789", storage_capacity_gib=2400)
    settings = aws_environment(storage={"s3": {"enabled": False}})
    assert restored(vault, tmp_path, settings, taken(vault, files=files)) == 0
    found = told(capsys.readouterr().out)
    assert found["restore"]["file_system_backup"] == "backup-0123456789"
    assert found["storage"] == {"storage_capacity_gib": 2400}


def test_should_make_a_lost_secret_again_from_the_set_and_only_once(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.gone.add(ARNS["fernet_key"])
    for _ in range(2):
        assert restored(vault, tmp_path, aws_environment(), taken(vault)) == 0
        found = told(capsys.readouterr().out)["restore"]["secrets"]
        assert found == {**ARNS, "fernet_key": secret_arn(f"{NAME}/fernet_key")}
    assert vault.values[found["fernet_key"]] == "fernet"


def test_should_refuse_a_lost_secret_that_no_set_holds(vault: Vault, tmp_path: Path) -> None:
    vault.gone.add(ARNS["fernet_key"])
    with pytest.raises(RestoreError, match=r"without\n? ?backup.kms_key_arn"):
        restored(vault, tmp_path, aws_environment(), taken(vault, encrypted_secrets=None))


@pytest.fixture
def empty() -> Vault:
    """Another account, with which the snapshot is shared."""
    return Vault(account=OTHER)


def shared(vault: Vault, **changes: Any) -> BackupSet:
    given = taken(vault)
    arn = vault.keep(f"{NAME}-shared", OWN_KEY)
    return given.model_copy(
        update={"database": given.database.model_copy(update={"shared_snapshot_arn": arn}), **changes}
    )


def test_should_bring_everything_into_an_empty_account_once(
    vault: Vault, empty: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, key = shared(vault), OWN_KEY.replace(ACCOUNT, OTHER)
    settings = aws_environment(database={"customer_managed_key": True})
    for _ in range(2):
        assert restored(empty, tmp_path, settings, given, key=key, bucket="copied") == 0
        found = told(capsys.readouterr().out)
        arns = {name: secret_arn(f"{NAME}/{name}", OTHER) for name in VALUES}
        assert found == {
            "restore": {"database_snapshot": NAME, "secrets": arns, "kms_key_arn": key},
            "storage": {"s3": {"bucket": "copied"}},
        }
    assert empty.calls == [f"copy of {given.database.shared_snapshot_arn}"]
    assert {name: empty.values[arn] for name, arn in arns.items()} == VALUES
    assert set(empty.secret_keys.values()) == {key}
    complete = aws_environment(**{**found, "database": {"customer_managed_key": True}})
    assert restored(empty, tmp_path, complete, given, key=key, bucket="copied") == 0
    assert "has it all" in capsys.readouterr().out


def test_should_copy_with_aws_own_key_unless_one_is_named(vault: Vault, empty: Vault, tmp_path: Path) -> None:
    assert restored(empty, tmp_path, aws_environment(), shared(vault), bucket="copied") == 0
    assert empty.snapshots[NAME]["KmsKeyId"] == AWS_KEY
    assert empty.secret_keys == {}


def test_should_refuse_a_snapshot_that_no_other_account_can_use(vault: Vault, empty: Vault, tmp_path: Path) -> None:
    with pytest.raises(RestoreError, match=r"backup.kms_key_arn and backup.accounts"):
        restored(empty, tmp_path, aws_environment(), taken(vault), bucket="copied")


@pytest.mark.parametrize(
    ("settings", "changes", "account", "why"),
    [
        ({"region": "eu-west-1", "availability_zones": ["eu-west-1a", "eu-west-1b"]}, {}, ACCOUNT, "region: the env"),
        ({"airflow": {"version": "3.3.1"}}, {}, ACCOUNT, "airflow.version: must be 3.3.2 or newer"),
        ({}, {}, OTHER, "aws s3 sync s3://kept"),
        ({}, {"files": FilesPart(backup_id="backup-0123456789", storage_capacity_gib=1200)}, OTHER, "FSx shares none"),
        ({"database": {"customer_managed_key": True}}, {}, OTHER, "--key"),
    ],
)
def test_should_refuse_before_anything_is_made(
    vault: Vault,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    settings: Json,
    changes: Json,
    account: str,
    why: str,
) -> None:
    given = shared(vault, **changes)
    vault.account = account
    assert restored(vault, tmp_path, aws_environment(**settings), given) == 1
    assert why in capsys.readouterr().err
    assert vault.calls == []


def test_should_refuse_a_set_on_a_platform_that_lives(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.stacks = platform("Retain")
    assert restored(vault, tmp_path, aws_environment(), taken(vault)) == 1
    assert "db-test of environment test is deployed" in capsys.readouterr().err


def test_should_not_decrypt_the_values_of_another_set(vault: Vault, tmp_path: Path) -> None:
    vault.gone.add(ARNS["fernet_key"])
    other = encrypted(vault, VALUES, key=OWN_KEY, context=context_of("test", "airflow-test-20251124-050000"))
    with pytest.raises(Exception, match="InvalidCiphertext"):
        restored(vault, tmp_path, aws_environment(), taken(vault, encrypted_secrets=other))


def test_should_hold_a_set_in_one_call_of_kms(vault: Vault) -> None:
    """4096 bytes at most; the longest values that the platform generates are a tenth of that."""
    assert len(json.dumps(dict.fromkeys(VALUES, "x" * 64))) < 4096 / 8
