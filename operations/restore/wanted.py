"""What an environment file must say, so that a deployment brings a set up."""

from typing import Any

from operations.aws import Clients
from operations.backup.backup_set import BackupSet
from settings import AwsEnvironment

Wanted = dict[str, Any]
"""Setting, by its path -> value."""


def wanted(
    settings: AwsEnvironment,
    clients: Clients,
    taken: BackupSet,
    *,
    snapshot: str,
    secrets: dict[str, str],
    bucket: str | None,
) -> Wanted:
    """The settings that follow from a set, whether the file has them already or not.

    Of size, version and key the snapshot decides: RDS restores no smaller database, no other version, and with no other
    key. Raises what AWS's client raises.

    Args:
        snapshot: name of the one to restore, in this account.
        secrets: ARNs in this account, by their keys.
        bucket: in the place of the set's.
    """
    [found] = clients("rds").describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"]
    made: Wanted = {"restore.database_snapshot": snapshot, "restore.secrets": secrets}
    key = _customers_key(clients("kms"), found.get("KmsKeyId"))
    if key:
        made["restore.kms_key_arn"] = key
    if settings.database.customer_managed_key != bool(key):
        made["database.customer_managed_key"] = bool(key)
    if settings.database.allocated_storage_gib < found["AllocatedStorage"]:
        made["database.allocated_storage_gib"] = found["AllocatedStorage"]
    major = str(found["EngineVersion"]).partition(".")[0]
    if settings.database.engine_version != major:
        made["database.engine_version"] = major
    if taken.files.bucket and settings.storage.s3.enabled:
        made["storage.s3.bucket"] = bucket or taken.files.bucket
    if taken.files.backup_id:
        made["restore.file_system_backup"] = taken.files.backup_id
        made["storage.storage_capacity_gib"] = taken.files.storage_capacity_gib
    return made


def missing(settings: AwsEnvironment, of: Wanted) -> Wanted:
    """What the file does not say yet."""
    return {path: value for path, value in of.items() if _at(settings, path) != value}


def nested(of: Wanted) -> Wanted:
    """As a file has it, section in section."""
    made: Wanted = {}
    for path, value in of.items():
        *parents, last = path.split(".")
        holder = made
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[last] = value
    return made


def _customers_key(kms: Any, key: str | None) -> str | None:
    """The key's ARN, unless it is AWS's own, of which no template speaks."""
    if not key:
        return None
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    return str(found["Arn"]) if found["KeyManager"] == "CUSTOMER" else None


def _at(settings: AwsEnvironment, path: str) -> Any:
    value: Any = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value
