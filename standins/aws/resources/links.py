"""Data repository associations: what FSx refuses, and the copies between S3 and the file system.

A file system's content is a dictionary. What arrives from S3 is there when somebody looks (`files`); what is written
waits, and leaves when somebody has seen that it waits: whoever does not look, and takes the file system away, loses it.

Sources: CreateDataRepositoryAssociation and UpdateFileSystem, Amazon FSx API reference; "Using data repositories", FSx
for Lustre user guide; aws-cloudformation/cloudformation-coverage-roadmap #1687.
"""

from typing import Any

import ministack.services.cloudwatch as cloudwatch
import ministack.services.s3 as s3

from standins.aws.ledger import LEDGER, RefusedError, Resource, on_create, on_delete, on_update
from standins.aws.resources.fsx import FILE_SYSTEM, is_replaced
from standins.aws.resources.record import register

Json = dict[str, Any]
LINK = "AWS::FSx::DataRepositoryAssociation"
MOST = 8
CONTENT: dict[str, dict[str, bytes]] = {}
"""File system -> path -> bytes."""

register(
    LINK,
    "dra",
    lambda physical_id, _: {
        "AssociationId": physical_id,
        "ResourceARN": f"arn:aws:fsx:us-east-1:000000000000:association/{physical_id}",
    },
    replacing=("FileSystemId", "FileSystemPath", "DataRepositoryPath", "BatchImportMetaDataOnCreate"),
)


def links_of(file_system: str) -> list[Resource]:
    """The links of a file system."""
    return [link for link in LEDGER.of(LINK) if link.properties["FileSystemId"] == file_system]


@on_create(LINK)
def _link_is_allowed(properties: Json) -> None:
    file_system = LEDGER.require(FILE_SYSTEM, properties["FileSystemId"], "FileSystemNotFound")
    lustre = file_system.properties.get("LustreConfiguration") or {}
    if int(lustre.get("AutomaticBackupRetentionDays") or 0):
        raise RefusedError("BadRequest: automatic backups must be disabled before a data repository is linked")
    others = links_of(file_system.physical_id)
    if len(others) >= MOST:
        raise RefusedError(f"ServiceLimitExceeded: {MOST} data repository associations")
    for other in others:
        for field in ("FileSystemPath", "DataRepositoryPath"):
            if _overlap(properties[field], other.properties[field]):
                raise RefusedError(
                    f"BadRequest: {field} {properties[field]} overlaps with {other.properties[field]}"
                    f" of {other.physical_id}"
                )
    bucket, _ = _place(properties)
    if bucket not in s3._buckets:
        raise RefusedError(f"DataRepositoryAssociation: unable to validate access to the S3 bucket {bucket}")
    if properties.get("BatchImportMetaDataOnCreate"):
        _content(file_system).update(_objects(properties))


@on_update(FILE_SYSTEM)
def _linked_file_system_hears_nothing_of_backups(old: Json, new: Json) -> None:
    """Not even a 0, whatever else changes."""
    lustre = new.get("LustreConfiguration") or {}
    if "AutomaticBackupRetentionDays" not in lustre or is_replaced(old, new):
        return
    for file_system in LEDGER.of(FILE_SYSTEM):
        if file_system.properties == old and links_of(file_system.physical_id):
            raise RefusedError("BadRequest: AutomaticBackupRetentionDays can't be updated on a linked file system")


@on_delete(FILE_SYSTEM)
def _content_goes(physical_id: str) -> None:
    """With what has not left yet: nothing waits for it."""
    CONTENT.pop(physical_id, None)


@on_delete("AWS::S3::Bucket")
def _bucket_is_empty(physical_id: str) -> None:
    if (s3._buckets.get(physical_id) or {}).get("objects") or s3._bucket_has_versions(physical_id):
        raise RefusedError(f"BucketNotEmpty: The bucket you tried to delete is not empty: {physical_id}")


def write(file_system: str, path: str, text: str) -> None:
    """What a pod writes. It leaves to S3 when somebody has seen that it waits (`export`)."""
    _content(LEDGER.require(FILE_SYSTEM, file_system, "FileSystemNotFound"))[path] = text.encode()


def _content(file_system: Resource) -> dict[str, bytes]:
    """What is in a file system, which began with what is in the backup that it was made from."""
    origin = CONTENT.get(str(file_system.properties.get("BackupId")), {})
    return CONTENT.setdefault(file_system.physical_id, dict(origin))


def files(file_system: str) -> dict[str, str]:
    """Path -> text, after what links bring. Raises RefusedError for a file system that is gone."""
    content = _content(LEDGER.require(FILE_SYSTEM, file_system, "FileSystemNotFound"))
    for link in links_of(file_system):
        policies = link.properties.get("S3") or {}
        if policies.get("AutoImportPolicy"):
            if not policies.get("AutoExportPolicy"):
                for path in _below(link, content):
                    del content[path]
            content.update(_objects(link.properties))
    return {path: data.decode() for path, data in sorted(content.items())}


def export() -> None:
    """Tell CloudWatch how long the oldest file of each file system has waited to leave, and let all of them go."""
    for file_system in LEDGER.of(FILE_SYSTEM):
        exporting = [
            link
            for link in links_of(file_system.physical_id)
            if (link.properties.get("S3") or {}).get("AutoExportPolicy")
        ]
        content = _content(file_system)
        waiting = [
            (*_target(link, path), content[path])
            for link in exporting
            for path in _below(link, content)
            if s3._get_object_data(*_target(link, path)) != content[path]
        ]
        if exporting:
            of_export = {"FileSystemId": file_system.physical_id, "Publisher": "AutoExport"}
            age = 60 if waiting else 0
            cloudwatch.record_metric("AWS/FSx", "AgeOfOldestQueuedMessage", age, "Seconds", of_export)
        for bucket, key, data in waiting:
            s3._put_object(bucket, key, data, {})


def _below(link: Resource, content: Json) -> list[str]:
    return [path for path in content if path.startswith(f"{link.properties['FileSystemPath'].rstrip('/')}/")]


def _target(link: Resource, path: str) -> tuple[str, str]:
    bucket, prefix = _place(link.properties)
    return bucket, prefix + path.removeprefix(f"{link.properties['FileSystemPath'].rstrip('/')}/")


def _objects(properties: Json) -> dict[str, bytes]:
    """Path -> bytes of what is in a link's place in S3."""
    bucket, prefix = _place(properties)
    folder = properties["FileSystemPath"].rstrip("/")
    keys = [key for key in (s3._buckets.get(bucket) or {}).get("objects") or {} if key.startswith(prefix)]
    return {f"{folder}/{key.removeprefix(prefix)}": s3._get_object_data(bucket, key) or b"" for key in keys}


def _place(properties: Json) -> tuple[str, str]:
    bucket, _, prefix = str(properties["DataRepositoryPath"]).removeprefix("s3://").partition("/")
    return bucket, f"{prefix.rstrip('/')}/" if prefix else ""


def _overlap(one: str, other: str) -> bool:
    parts, others = ([part for part in path.split("/") if part] for path in (one, other))
    shorter = min(len(parts), len(others))
    return parts[:shorter] == others[:shorter]
