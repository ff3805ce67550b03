"""The parts of a backup set: a snapshot, what is in S3 or a backup of FSx, and the secrets.

The snapshot comes first, then the files: a task that the database knows to have ended has its log in the set.

Sources: CreateDBSnapshot, CopyDBSnapshot and ModifyDBSnapshotAttribute, Amazon RDS API reference; CreateBackup, Amazon
FSx API reference; Encrypt, AWS KMS API reference (4096 bytes at most).
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from operations.aws import OperationError
from operations.backup.backup_set import DatabasePart, FilesPart, SecretPart
from operations.exports import POLL_SECONDS, waiting_seconds

METRIC_SECONDS = 120
"""How old the newest point of FSx's metric may be: one a minute, and CloudWatch's own delay."""

WAIT = {"Delay": 30, "MaxAttempts": 480}
"""For a snapshot, in seconds: four hours. The first one of a large database takes that long."""

BACKUP_SECONDS = 4 * 3600


class BackupError(OperationError):
    """A part could not be made."""


def snapshot(rds: Any, database: str, name: str) -> DatabasePart:
    """Make a snapshot of a database, and wait for it. Raises what AWS's client raises."""
    tags = [{"Key": "airflow-backup", "Value": name}]
    rds.create_db_snapshot(DBInstanceIdentifier=database, DBSnapshotIdentifier=name, Tags=tags)
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=name, WaiterConfig=WAIT)
    [found] = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    return DatabasePart(
        snapshot_arn=found["DBSnapshotArn"],
        engine_version=found["EngineVersion"],
        allocated_storage_gib=found["AllocatedStorage"],
        kms_key_arn=found.get("KmsKeyId", ""),
    )


def shared_snapshot(rds: Any, source: str, name: str, *, key: str, accounts: tuple[str, ...]) -> str:
    """A copy of a snapshot, encrypted with a key that other accounts can use, and shared with them; returns its ARN."""
    made = rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name, KmsKeyId=key, CopyTags=True
    )["DBSnapshot"]
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=name, WaiterConfig=WAIT)
    if accounts:
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=list(accounts))
    return str(made["DBSnapshotArn"])


def has_left(cloudwatch: Any, file_system: str, *, since: float, minutes: int) -> bool:
    """Wait until all that was written before a moment (`time.monotonic`) has left to S3; whether it has, in time.

    Airflow goes on writing meanwhile, so there is always something that waits: it must be younger than the moment.
    """
    end = time.monotonic() + 60 * minutes
    while True:
        now = time.monotonic()
        if waiting_seconds(cloudwatch, file_system) + METRIC_SECONDS <= now - since:
            return True
        if now >= end:
            return False
        time.sleep(min(POLL_SECONDS, max(end - now, 1)))


def file_system_backup(fsx: Any, file_system: str, name: str) -> FilesPart:
    """Make an FSx backup, and wait for it. Raises BackupError, and what AWS's client raises."""
    tags = [{"Key": "Name", "Value": name}]
    backup = fsx.create_backup(FileSystemId=file_system, ClientRequestToken=name, Tags=tags)["Backup"]["BackupId"]
    end = time.monotonic() + BACKUP_SECONDS
    while True:
        [found] = fsx.describe_backups(BackupIds=[backup])["Backups"]
        if found["Lifecycle"] == "AVAILABLE":
            return FilesPart(backup_id=backup, storage_capacity_gib=found["FileSystem"]["StorageCapacity"])
        if found["Lifecycle"] not in ("CREATING", "PENDING", "TRANSFERRING") or time.monotonic() >= end:
            why = (found.get("FailureDetails") or {}).get("Message", "")
            raise BackupError(f"The backup {backup} of {file_system} is {found['Lifecycle']} {why}".rstrip())
        time.sleep(POLL_SECONDS)


def secrets(client: Any, arns: Mapping[str, str]) -> tuple[dict[str, SecretPart], dict[str, str]]:
    """Each secret with its current version, and the values. Raises what AWS's client raises."""
    parts, values = {}, {}
    for key, arn in arns.items():
        found = client.get_secret_value(SecretId=arn)
        parts[key] = SecretPart(arn=found["ARN"], version=found["VersionId"])
        values[key] = found["SecretString"]
    return parts, values


def versions(client: Any, arns: Mapping[str, str]) -> dict[str, SecretPart]:
    """Each secret with its current version, without looking at the value."""
    parts = {}
    for key, arn in arns.items():
        found = client.describe_secret(SecretId=arn)
        stages = found.get("VersionIdsToStages", {})
        current = next((version for version, names in stages.items() if "AWSCURRENT" in names), "")
        parts[key] = SecretPart(arn=found["ARN"], version=current)
    return parts


def encrypted(kms: Any, values: Mapping[str, str], *, key: str, context: Mapping[str, str]) -> str:
    """Values as KMS encrypts them, in base64."""
    plain = json.dumps(dict(values)).encode()
    blob = kms.encrypt(KeyId=key, Plaintext=plain, EncryptionContext=dict(context))["CiphertextBlob"]
    return base64.b64encode(blob).decode()
