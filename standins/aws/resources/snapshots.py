"""Snapshots of databases: what is in one, what RDS makes of it, and what CloudFormation does with a template of one.

A database's content is a list of rows. Sources: CreateDBInstance and RestoreDBInstanceFromDBSnapshot, Amazon RDS API
reference; DBSnapshotIdentifier, StorageEncrypted and MasterUsername of AWS::RDS::DBInstance, CloudFormation template
reference; CopyDBSnapshot and ModifyDBSnapshotAttribute, Amazon RDS API reference.
"""

from typing import Any
from xml.sax.saxutils import escape

import ministack.services.rds as rds
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from standins.aws.ledger import LEDGER, RefusedError, on_create, on_update
from standins.aws.resources.data import INSTANCE

Json = dict[str, Any]
ROWS: dict[str, list[str]] = {}
"""Database or snapshot -> what was written."""

SHARED: dict[str, list[str]] = {}
"""Snapshot -> accounts."""

INHERITED = ("DBName", "KmsKeyId", "MasterUsername", "StorageEncrypted")
"""Of a snapshot: a template that says them beside it is refused, or not obeyed."""

_create = _RESOURCE_HANDLERS[INSTANCE]["create"]
_snapshot = rds._create_snapshot_internal


def rows(database: str, *written: str) -> list[str]:
    """What is in a database, after what is written now. Raises RefusedError for one that is gone."""
    LEDGER.require(INSTANCE, database, "DBInstanceNotFound")
    ROWS.setdefault(database, []).extend(written)
    return ROWS[database]


def _named(properties: Json) -> Json | None:
    name = properties.get("DBSnapshotIdentifier")
    found: Json | None = rds._snapshots.get(str(name).rpartition(":snapshot:")[2] or name)
    return found


@on_create(INSTANCE)
def _snapshot_is_there_and_decides(properties: Json) -> None:
    name = properties.get("DBSnapshotIdentifier")
    if not name:
        return
    snapshot = _named(properties)
    if snapshot is None:
        raise RefusedError(f"DBSnapshotNotFound: DBSnapshot not found: {name}")
    if said := [each for each in INHERITED if each in properties]:
        raise RefusedError(f"InvalidParameterCombination: {', '.join(said)} can't be said beside a snapshot")
    if int(properties["AllocatedStorage"]) < int(snapshot["AllocatedStorage"]):
        raise RefusedError("InvalidParameterCombination: less storage than the snapshot's")


@on_update(INSTANCE)
def _another_origin_is_another_database(old: Json, new: Json) -> None:
    """Added, changed or forgotten: CloudFormation makes another one, which can't have the name of the first."""
    if old.get("DBSnapshotIdentifier") != new.get("DBSnapshotIdentifier"):
        raise RefusedError(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename"
            f" {new.get('DBInstanceIdentifier')} and update the stack again."
        )


def _create_or_restore(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    snapshot = _named(properties)
    inherited = {name: snapshot[name] for name in INHERITED} if snapshot else {}
    physical_id, attributes = _create(logical_id, {**properties, **inherited}, stack)
    ROWS[physical_id] = list(ROWS.get(snapshot["DBSnapshotIdentifier"], ())) if snapshot else []
    return physical_id, attributes


def _with_rows(snapshot: str, instance: Json) -> Json:
    made: Json = _snapshot(snapshot, instance)
    ROWS[snapshot] = list(ROWS.get(instance["DBInstanceIdentifier"], ()))
    return made


def copied(question: dict[str, list[str]]) -> str:
    """CopyDBSnapshot."""
    source = rds._snapshots[question["SourceDBSnapshotIdentifier"][0].rpartition(":")[2]]
    name = question["TargetDBSnapshotIdentifier"][0]
    key = question.get("KmsKeyId", [source["KmsKeyId"]])[0]
    arn = f"{source['DBSnapshotArn'].rpartition(':')[0]}:{name}"
    rds._snapshots[name] = {**source, "DBSnapshotIdentifier": name, "DBSnapshotArn": arn, "KmsKeyId": key}
    ROWS[name] = list(ROWS.get(source["DBSnapshotIdentifier"], ()))
    told = f"<DBSnapshotIdentifier>{escape(name)}</DBSnapshotIdentifier><DBSnapshotArn>{escape(arn)}</DBSnapshotArn>"
    return f"<CopyDBSnapshotResult><DBSnapshot>{told}</DBSnapshot></CopyDBSnapshotResult>"


def shared(question: dict[str, list[str]]) -> str:
    """ModifyDBSnapshotAttribute."""
    name = question["DBSnapshotIdentifier"][0]
    accounts = [values[0] for field, values in question.items() if field.startswith("ValuesToAdd.")]
    SHARED.setdefault(name, []).extend(accounts)
    return "<ModifyDBSnapshotAttributeResult></ModifyDBSnapshotAttributeResult>"


_RESOURCE_HANDLERS[INSTANCE]["create"] = _create_or_restore
rds._create_snapshot_internal = _with_rows
