"""What a platform is to be brought up from is there, and fits, before `make deploy` makes anything."""

from collections.abc import Callable

import pytest

from operations.deploy.checks import restored_from_what_is_there
from operations.deployed import deployed_stacks
from tests.support.backups import OWN_KEY, Vault, secret_arn
from tests.support.deployed_aws import Json, platform
from tests.support.environments import aws_environment

FERNET = secret_arn("fernet")
RESTORE = {"database_snapshot": "kept", "secrets": {"fernet_key": FERNET}, "file_system_backup": "backup-0123456789"}


def account() -> Vault:
    made = Vault(values={FERNET: "x"}, lifecycles=["AVAILABLE"])
    made.keep("kept")
    made.backups["backup-0123456789"] = {"FileSystem": {"StorageCapacity": 1200}}
    return made


def problems(vault: Vault, **settings: Json) -> list[str]:
    return restored_from_what_is_there(aws_environment(**{"restore": RESTORE, **settings}), vault, [])


def with_key(vault: Vault) -> None:
    vault.keep("kept", OWN_KEY)
    vault.secret_keys[FERNET] = OWN_KEY.rpartition("/")[2]


def test_should_find_nothing_wrong_with_what_is_there() -> None:
    assert problems(account()) == []
    vault = account()
    with_key(vault)
    own: dict[str, Json] = {"restore": {**RESTORE, "kms_key_arn": OWN_KEY}, "database": {"customer_managed_key": True}}
    assert problems(vault, **own) == []


def test_should_ask_nothing_where_nothing_is_restored() -> None:
    assert restored_from_what_is_there(aws_environment(), Vault(), []) == []


@pytest.mark.parametrize(
    ("change", "path", "why"),
    [
        (lambda v: v.snapshots.clear(), "restore.database_snapshot", "there is none"),
        (lambda v: v.keep("kept", Status="creating"), "restore.database_snapshot", "it is creating"),
        (lambda v: v.keep("kept", Encrypted=False), "restore.database_snapshot", "must be encrypted"),
        (lambda v: v.keep("kept", AllocatedStorage=21), "database.allocated_storage_gib", "at least 21"),
        (lambda v: v.keep("kept", EngineVersion="16.9"), "database.engine_version", 'must be "16"'),
        (lambda v: v.values.clear(), "restore.secrets.fernet_key", "there is none"),
        (lambda v: v.going.add(FERNET), "restore.secrets.fernet_key", "aws secretsmanager restore-secret"),
        (lambda v: v.secret_keys.update({FERNET: OWN_KEY}), "restore.secrets.fernet_key", "no pod could read it"),
        (lambda v: v.backups.clear(), "restore.file_system_backup", "there is none"),
        (lambda v: v.lifecycles.__setitem__(0, "CREATING"), "restore.file_system_backup", "it is CREATING"),
        (
            lambda v: v.backups["backup-0123456789"]["FileSystem"].update(StorageCapacity=2400),
            "storage.storage_capacity_gib",
            "must be 2400",
        ),
    ],
)
def test_should_tell_what_is_missing_or_does_not_fit(change: Callable[[Vault], object], path: str, why: str) -> None:
    vault = account()
    change(vault)
    [line] = problems(vault)
    assert line.startswith(f"{path}: ")
    assert why in line


def test_should_tell_a_key_that_is_not_the_snapshots() -> None:
    [line] = problems(account(), restore={**RESTORE, "kms_key_arn": OWN_KEY})
    assert line.startswith("restore.kms_key_arn: must be the snapshot's key")


def test_should_need_no_snapshot_once_the_database_is_there() -> None:
    [_, database] = platform("Retain")
    vault = Vault(stacks=[database])
    deployed = deployed_stacks(vault, "test")
    assert restored_from_what_is_there(aws_environment(restore=RESTORE), vault, deployed) == []
