"""`python -m operations.backup <environment> [--to FOLDER]`: one dated set, of what is deployed or was left."""

import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from operations import cdk
from operations.aws import Clients, account_of
from operations.backup import making
from operations.backup.backup_set import FOLDER, BackupSet, FilesPart, context_of, write
from operations.backup.data import Data, data_of
from operations.command import parser, refused, run
from operations.exports import WAIT_MINUTES, add_export_minutes
from settings import AwsEnvironment, environment_path

SHARED = "-shared"


def backup(
    given: str, settings: AwsEnvironment, clients: Clients, *, to: str | None, export_minutes: int = WAIT_MINUTES
) -> int:
    """Make a backup set; returns the exit code. Raises OperationError and what AWS's client raises.

    Args:
        given: the environment as the person named it: a name, or a path.
        to: folder, s3://bucket/prefix/ or a local one; default: in the platform's bucket, or `backups/` here.
        export_minutes: how long to wait for files that leave to S3.
    """
    account, data = account_of(clients, settings), data_of(clients, settings)
    missing = [key for key in ("fernet_key",) if key not in data.secrets]
    if missing:
        return refused([f"The secret {key} is not there: nothing could read the connections" for key in missing])
    now = datetime.now(timezone.utc)
    name = f"airflow-{settings.name}-{now:%Y%m%d-%H%M%S}"
    where = "what is deployed" if data.stacks else "what the last destroy left"
    print(f"Backup set {name} of {where}: database {data.database}. Its snapshot takes minutes.", flush=True)
    database = making.snapshot(clients("rds"), data.database, name)
    made_at = time.monotonic()
    key, shared = settings.backup.kms_key_arn, None
    if key:
        print(f"A second snapshot, with the key {key}.", flush=True)
        shared = making.shared_snapshot(clients("rds"), name, name + SHARED, key=key, accounts=settings.backup.accounts)
    files = _files(data, clients, settings, name=name, since=made_at, minutes=export_minutes)
    if key:
        secrets, values = making.secrets(clients("secretsmanager"), data.secrets)
        blob = making.encrypted(clients("kms"), values, key=key, context=context_of(settings.name, name))
    else:
        secrets, blob = making.versions(clients("secretsmanager"), data.secrets), None
    made = BackupSet(
        name=name,
        environment=settings.name,
        account=account,
        region=settings.region,
        made=now,
        airflow_version=settings.airflow.version,
        database=database.model_copy(update={"shared_snapshot_arn": shared}),
        files=files,
        secrets=secrets,
        encrypted_secrets=blob,
        environment_file=Path(environment_path(given, cdk.ROOT)).read_text(encoding="utf-8"),
    )
    folder = to or (f"s3://{data.bucket}/{FOLDER}" if data.bucket else FOLDER)
    place = write(clients("s3"), made, folder)
    print("\n".join([*_told(made), f"Written: {place}", f"Bring it up: make restore ENV={given} FROM={place}"]))
    return 0


def _files(
    data: Data, clients: Clients, settings: AwsEnvironment, *, name: str, since: float, minutes: int
) -> FilesPart:
    """The file system's part."""
    if data.bucket is None:
        if data.file_system is None or settings.storage.deployment_type == "SCRATCH_2":
            return FilesPart(complete=False)
        print(f"A backup of file system {data.file_system}.", flush=True)
        return making.file_system_backup(clients("fsx"), data.file_system, name)
    if not data.stacks or data.file_system is None:  # its links are gone: a destroy has waited for what leaves
        return FilesPart(bucket=data.bucket)
    print(f"Waiting until what was written before has left to {data.bucket}, {minutes} minutes at most.", flush=True)
    left = making.has_left(clients("cloudwatch"), data.file_system, since=since, minutes=minutes)
    return FilesPart(bucket=data.bucket, complete=left)


def _told(made: BackupSet) -> list[str]:
    """What is in it, and what is not, for a person."""
    lines = [f"Database: {made.database.snapshot_arn}, {made.database.allocated_storage_gib} GiB."]
    files = made.files
    if files.bucket:
        lines.append(f"DAGs, logs and data sets: in {files.bucket}, and in the buckets of storage.data.")
        if not files.complete:
            lines.append("NOT COMPLETE: logs of before the snapshot still wait to leave to S3. Make another set later.")
    elif files.backup_id:
        lines.append(f"File system: {files.backup_id}, {files.storage_capacity_gib} GiB.")
    else:
        lines.append(
            "File system: there is none, or a SCRATCH_2, of which FSx makes no backups. No file is in this set."
        )
    if made.encrypted_secrets:
        lines.append(f"Secrets: {len(made.secrets)}, with their values, encrypted.")
    else:
        lines.append(
            f"Secrets: {len(made.secrets)}, by name only. They must stay in Secrets Manager: without backup.kms_key_arn"
            " no set holds their values."
        )
    return lines


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    made = parser("make backup", "Make a backup set of an environment.")
    made.add_argument("--to", metavar="FOLDER", help="s3://bucket/prefix/, or a local folder (make: TO=)")
    add_export_minutes(made)
    given = made.parse_args(arguments)

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        return backup(given.environment, settings, clients, to=given.to, export_minutes=given.export_minutes)

    return run(given.environment, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
