"""The file system, the database, and the keys that encrypt them."""

from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import PARTS, Context

Json = dict[str, Any]

DATABASE_BROKEN = (
    "failed",
    "storage-full",
    "stopped",
    "stopping",
    "restore-error",
    "insufficient-capacity",
    "deleting",
)
"""States in which Airflow has no database; so are all that begin with incompatible- or inaccessible- ("Viewing Amazon
RDS DB instance status", Amazon RDS user guide)."""

DATABASE_WORKING = ("available", "backing-up", "storage-optimization", "storage-config-upgrade")


def no_file_system(context: Context) -> str | None:
    """StorageStack is not deployed."""
    there = context.resources("storage", "AWS::FSx::FileSystem")
    return None if there else f"{context.platform}-storage is not deployed"


def file_system(context: Context) -> Answer:
    """Whether the file system can be mounted."""
    ids = context.resources("storage", "AWS::FSx::FileSystem")
    try:
        found = context.client("fsx").describe_file_systems(FileSystemIds=ids)["FileSystems"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "FileSystemNotFound":
            raise
        found = []
    answers = []
    for missing in sorted(set(ids) - {each["FileSystemId"] for each in found}):
        answers.append(Answer.failed(f"{missing} is gone", "restore a backup: aws fsx describe-backups"))
    for each in found:
        state, why = each.get("Lifecycle"), (each.get("FailureDetails") or {}).get("Message", "")
        told = f"{each['FileSystemId']} is {state}" + (f": {why}" if why else "")
        if state == "UPDATING" or state == "CREATING":
            answers.append(Answer.warned(told, "wait; clients try again meanwhile"))
        elif state != "AVAILABLE":
            step = f"aws fsx describe-file-systems --file-system-ids {each['FileSystemId']}"
            answers.append(Answer.failed(told, f"{step}; FSx support for FAILED"))
    return worst(answers, Answer.passed(f"{', '.join(ids)} AVAILABLE"))


def no_database(context: Context) -> str | None:
    """DatabaseStack is not deployed."""
    there = context.resources("database", "AWS::RDS::DBInstance")
    return None if there else f"{context.platform}-database is not deployed"


def database(context: Context) -> Answer:
    """Whether the database takes connections."""
    answers, ids = [], context.resources("database", "AWS::RDS::DBInstance")
    for each in ids:
        try:
            [instance] = context.client("rds").describe_db_instances(DBInstanceIdentifier=each)["DBInstances"]
        except ClientError as error:
            if "DBInstanceNotFound" not in error.response["Error"]["Code"]:
                raise
            snapshots = "restore a snapshot: aws rds describe-db-snapshots --db-instance-identifier " + each
            answers.append(Answer.failed(f"{each} is gone", snapshots))
            continue
        state = instance.get("DBInstanceStatus", "")
        if state in DATABASE_BROKEN or state.startswith(("incompatible-", "inaccessible-")):
            events = f"aws rds describe-events --source-type db-instance --source-identifier {each}"
            answers.append(Answer.failed(f"{each} is {state}", events))
        elif state not in DATABASE_WORKING:
            answers.append(Answer.warned(f"{each} is {state}", "wait until it is available"))
    return worst(answers, Answer.passed(f"{', '.join(ids)} available"))


def _keys(context: Context) -> list[str]:
    return [key for part in PARTS for key in context.resources(part, "AWS::KMS::Key")]


def no_keys(context: Context) -> str | None:
    """The platform has no KMS key of its own."""
    return None if _keys(context) else "no KMS key of the platform's own is deployed"


def key_rotation(context: Context) -> Answer:
    """Whether the keys can be used, and are rotated."""
    kms, answers, keys, dates = context.client("kms"), [], _keys(context), []
    for key in keys:
        state = kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState", "Enabled")
        if state != "Enabled":
            step = f"aws kms cancel-key-deletion --key-id {key} && aws kms enable-key --key-id {key}"
            answers.append(Answer.failed(f"key {key} is {state}: what it encrypts can't be read", step))
            continue
        rotation = kms.get_key_rotation_status(KeyId=key)
        if not rotation["KeyRotationEnabled"]:
            step = f"aws kms enable-key-rotation --key-id {key}"
            answers.append(Answer.warned(f"key {key} is not rotated", step))
        if rotation.get("NextRotationDate"):
            dates.append(rotation["NextRotationDate"])
    following = f", next on {min(dates):%Y-%m-%d}" if dates else ""
    return worst(answers, Answer.passed(f"{len(keys)} keys, rotated by AWS{following}"))


RESOURCES = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
CHECKS = (
    Check("data", "file system", file_system, (*RESOURCES, "fsx:DescribeFileSystems"), no_file_system, before=False),
    Check("data", "database", database, (*RESOURCES, "rds:DescribeDBInstances"), no_database, before=False),
    Check(
        "data",
        "keys",
        key_rotation,
        (*RESOURCES, "kms:DescribeKey", "kms:GetKeyRotationStatus"),
        no_keys,
        before=False,
    ),
)
