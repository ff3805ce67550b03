"""Backups of file systems: which FSx makes, and what it takes to make a file system of one.

Sources: CreateBackup and CreateFileSystemFromBackup, Amazon FSx API reference; "Working with backups", FSx for Lustre
user guide.
"""

import secrets
from typing import Any

from standins.aws.form_questions import RefusalError
from standins.aws.ledger import LEDGER, RefusedError, on_create
from standins.aws.resources.fsx import FILE_SYSTEM
from standins.aws.resources.links import CONTENT, links_of

Json = dict[str, Any]
BACKUPS: dict[str, Json] = {}
"""Id -> what FSx tells of it."""


def create(question: Json) -> Json:
    """CreateBackup."""
    file_system = LEDGER.find(FILE_SYSTEM, question["FileSystemId"])
    if file_system is None:
        raise RefusalError("FileSystemNotFound", f"File system '{question['FileSystemId']}' does not exist.")
    kind = file_system.properties["LustreConfiguration"]["DeploymentType"]
    if kind.startswith("SCRATCH") or links_of(file_system.physical_id):
        raise RefusalError("BadRequest", "Backups are not supported on this file system")
    backup_id = f"backup-{secrets.token_hex(9)[:17]}"
    capacity = int(file_system.properties["StorageCapacity"])
    BACKUPS[backup_id] = {
        "BackupId": backup_id,
        "Lifecycle": "AVAILABLE",
        "Type": "USER_INITIATED",
        "FileSystem": {"FileSystemId": file_system.physical_id, "StorageCapacity": capacity},
    }
    CONTENT[backup_id] = dict(CONTENT.get(file_system.physical_id, {}))
    return {"Backup": BACKUPS[backup_id]}


def described(question: Json) -> Json:
    """DescribeBackups."""
    wanted = question.get("BackupIds") or list(BACKUPS)
    if missing := [each for each in wanted if each not in BACKUPS]:
        raise RefusalError("BackupNotFound", f"Backup '{missing[0]}' does not exist.")
    return {"Backups": [BACKUPS[each] for each in wanted]}


@on_create(FILE_SYSTEM)
def _backup_is_there_and_of_this_capacity(properties: Json) -> None:
    backup_id = properties.get("BackupId")
    if not backup_id:
        return
    if backup_id not in BACKUPS:
        raise RefusedError(f"BackupNotFound: Backup '{backup_id}' does not exist.")
    if BACKUPS[backup_id]["FileSystem"]["StorageCapacity"] != int(properties["StorageCapacity"]):
        raise RefusedError("BadRequest: StorageCapacity must match the backup's")
