"""Whether what a platform is to be brought up from is there, and fits: asked before anything is made."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.aws import Clients, is_missing
from settings import AwsEnvironment, Violation

Json = dict[str, Any]
SNAPSHOT, BACKUP, KEY = "restore.database_snapshot", "restore.file_system_backup", "restore.kms_key_arn"


def source_violations(settings: AwsEnvironment, clients: Clients) -> Iterator[Violation]:
    """What of `restore` the account does not have, or what does not fit the other settings. Raises what AWS's client
    raises."""
    restore = settings.restore
    if restore.database_snapshot is None:
        return
    yield from _snapshot(settings, clients("rds"), restore.database_snapshot)
    for key, arn in restore.secrets.items():
        yield from _secret(settings, clients("secretsmanager"), f"restore.secrets.{key}", arn)
    if restore.file_system_backup:
        yield from _backup(settings, clients("fsx"), restore.file_system_backup)


def _snapshot(settings: AwsEnvironment, rds: Any, name: str) -> Iterator[Violation]:
    """It comes with an encryption, a size and a version, which the template can't make less of."""
    found = found_or_none(lambda: rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"])
    if not found:
        yield Violation(SNAPSHOT, "must be a snapshot of the account and region: there is none of this name", name)
        return
    [snapshot] = found
    if snapshot["Status"] != "available":
        yield Violation(SNAPSHOT, f"must be available: it is {snapshot['Status']}", name)
    if not snapshot.get("Encrypted"):
        yield Violation(SNAPSHOT, "must be encrypted: a restored database is as its snapshot. Copy it with a key", name)
    key = settings.restore.kms_key_arn
    if key and snapshot.get("KmsKeyId") != key:
        yield Violation(KEY, f"must be the snapshot's key, {snapshot.get('KmsKeyId')}", key)
    size, database = snapshot["AllocatedStorage"], settings.database
    if database.allocated_storage_gib < size:
        rule = f"must be at least {size}, the snapshot's: storage can't shrink"
        yield Violation("database.allocated_storage_gib", rule, database.allocated_storage_gib)
    major = str(snapshot["EngineVersion"]).partition(".")[0]
    if database.engine_version != major:
        rule = f'must be "{major}", the snapshot\'s, at the first deployment; it can be raised later'
        yield Violation("database.engine_version", rule, database.engine_version)


def _secret(settings: AwsEnvironment, client: Any, path: str, arn: str) -> Iterator[Violation]:
    found = found_or_none(lambda: client.describe_secret(SecretId=arn))
    if found is None:
        yield Violation(path, "must be a secret of the account: there is none", arn)
    elif "DeletedDate" in found:
        command = f"aws secretsmanager restore-secret --region {settings.region} --secret-id {arn}"
        yield Violation(path, f"is about to be deleted: `{command}`", arn)
    elif not _is_decrypted_with(found.get("KmsKeyId"), settings.restore.kms_key_arn):
        rule = f"is encrypted with {found['KmsKeyId']}, which {KEY} does not name: no pod could read it"
        yield Violation(path, rule, arn)


def _is_decrypted_with(own: str | None, named: str | None) -> bool:
    """By id or ARN, as somebody said it when the secret was made. AWS's own key needs no permission."""
    return not own or own.endswith("alias/aws/secretsmanager") or (named is not None and named.endswith(own))


def _backup(settings: AwsEnvironment, fsx: Any, backup_id: str) -> Iterator[Violation]:
    found = found_or_none(lambda: fsx.describe_backups(BackupIds=[backup_id])["Backups"])
    if not found:
        yield Violation(BACKUP, "must be a backup of the account and region: there is none", backup_id)
        return
    [backup] = found
    if backup["Lifecycle"] != "AVAILABLE":
        yield Violation(BACKUP, f"must be AVAILABLE: it is {backup['Lifecycle']}", backup_id)
    capacity, wanted = backup["FileSystem"]["StorageCapacity"], settings.storage.storage_capacity_gib
    if capacity != wanted:
        rule = f"must be {capacity}, the backup's, at the first deployment; it can be raised later"
        yield Violation("storage.storage_capacity_gib", rule, wanted)


def found_or_none(ask: Callable[[], Any]) -> Any:
    """What AWS has; None where it says that there is no such thing."""
    try:
        return ask()
    except ClientError as error:
        if is_missing(error):
            return None
        raise
