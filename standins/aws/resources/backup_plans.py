"""AWS Backup: what a plan copies, beside the vaults and plans that the emulator knows."""

from typing import Any

from standins.aws.ledger import LEDGER, RefusedError, on_create, on_update
from standins.aws.resources.record import register

Json = dict[str, Any]
SELECTION, VAULT = "AWS::Backup::BackupSelection", "AWS::Backup::BackupVault"

register(
    SELECTION, "selection", lambda physical_id, _: {"Id": physical_id}, replacing=("BackupPlanId", "BackupSelection")
)


@on_create(SELECTION)
def _database_is_there(properties: Json) -> None:
    for arn in properties["BackupSelection"]["Resources"]:
        LEDGER.require("AWS::RDS::DBInstance", arn.rpartition(":db:")[2], "InvalidParameterValueException")


@on_update(VAULT)
def _compliance_lock_stays(old: Json, new: Json) -> None:
    """As after its days of grace (PutBackupVaultLockConfiguration, AWS Backup API reference)."""
    lock = old.get("LockConfiguration") or {}
    if lock.get("ChangeableForDays") and lock != new.get("LockConfiguration"):
        raise RefusedError("InvalidRequestException: the vault's lock is immutable")
