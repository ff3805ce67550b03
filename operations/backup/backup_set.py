"""A backup set: the document that names everything a platform can be brought up from, and holds what fits in it."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from operations.aws import AWS_ERRORS, OperationError

FOLDER = "backups/"
"""In the platform's bucket; no link has it."""


class SetError(OperationError):
    """A set can't be read, or is none."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabasePart(_Part):
    """A snapshot of the metadata database."""

    snapshot_arn: str
    engine_version: str
    allocated_storage_gib: int
    kms_key_arn: str
    """Of the snapshot: the platform's own, or AWS's."""

    shared_snapshot_arn: str | None = None
    """A copy that is encrypted with the key of the setting `backup.kms_key_arn`, for other accounts."""


class FilesPart(_Part):
    """The content of the file system: in S3, in a backup of FSx, or nowhere."""

    bucket: str | None = None
    """The one that holds DAGs and logs."""

    complete: bool = True
    """Whether all that was written before the snapshot had left to the bucket."""

    backup_id: str | None = None
    storage_capacity_gib: int | None = None
    """Of the backup: a file system that is made from it has no other one."""


class SecretPart(_Part):
    """A secret of the platform's."""

    arn: str
    version: str
    """Of the value that was current."""


class BackupSet(_Part):
    """All of it."""

    format: Literal[1] = 1
    name: str
    """Of the set, and of the snapshot."""

    environment: str
    account: str
    region: str
    made: datetime
    airflow_version: str
    database: DatabasePart
    files: FilesPart
    secrets: dict[str, SecretPart]
    encrypted_secrets: str | None = None
    """The secrets' values, JSON, encrypted by KMS with the key of `backup.kms_key_arn`; base64. None: in this account's
    Secrets Manager only."""

    environment_file: str
    """Its text."""


def context_of(environment: str, name: str) -> dict[str, str]:
    """What KMS wants to hear again before it decrypts the values of a set: they belong to it, and to no other."""
    return {"airflow-environment": environment, "airflow-backup": name}


def read(s3: Any, place: str) -> BackupSet:
    """Read a set from s3://bucket/key or from a file. Raises SetError."""
    try:
        if place.startswith("s3://"):
            bucket, _, key = place.removeprefix("s3://").partition("/")
            text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        else:
            text = Path(place).read_bytes()
        return BackupSet.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise SetError(f"{place} is no backup set of this version: {where}: {first['msg']}") from error
    except (OSError, *AWS_ERRORS) as error:
        raise SetError(f"{place} can't be read: {error}") from error


def write(s3: Any, made: BackupSet, folder: str) -> str:
    """Write a set into a folder, s3://bucket/prefix/ or a local one; returns its place. Never over another one."""
    text, file = made.model_dump_json(indent=2), f"{made.name}.json"
    if folder.startswith("s3://"):
        bucket, _, prefix = folder.removeprefix("s3://").partition("/")
        key = f"{prefix.rstrip('/')}/{file}".lstrip("/")
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/json", IfNoneMatch="*")
        return f"s3://{bucket}/{key}"
    path = Path(folder, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as opened:
        opened.write(text)
    path.chmod(0o600)
    return str(path)
