"""The database and what stands on it: what RDS and IAM refuse to delete, and what CloudWatch Logs has already."""

from typing import Any

import ministack.services.cloudwatch_logs as logs
import ministack.services.rds as rds

from standins.aws.ledger import LEDGER, RefusedError, on_create, on_delete, on_update

Json = dict[str, Any]
INSTANCE = "AWS::RDS::DBInstance"


@on_create("AWS::Logs::LogGroup")
def _log_group_is_new(properties: Json) -> None:
    name = properties.get("LogGroupName")
    if name and name in logs._log_groups:
        raise RefusedError(f"ResourceAlreadyExistsException: the log group {name} already exists")


@on_create(INSTANCE)
def _instance_can_stand(properties: Json) -> None:
    LEDGER.require("AWS::RDS::DBSubnetGroup", properties["DBSubnetGroupName"], "DBSubnetGroupNotFoundFault")
    for group in properties.get("VPCSecurityGroups") or ():
        LEDGER.require("AWS::EC2::SecurityGroup", group, "InvalidParameterValue")


@on_update(INSTANCE)
def _storage_only_grows(old: Json, new: Json) -> None:
    before, after = (int(p.get("AllocatedStorage", 0)) for p in (old, new))
    if after < before:
        raise RefusedError("InvalidParameterCombination: Requested storage size is smaller than the current one")
    if after > before and 10 * after < 11 * before:
        raise RefusedError("InvalidParameterCombination: Storage must be increased by at least 10%")


@on_update(INSTANCE)
def _engine_only_gets_newer(old: Json, new: Json) -> None:
    before, after = (str(p.get("EngineVersion", "0")) for p in (old, new))
    if int(after.partition(".")[0]) < int(before.partition(".")[0]):
        raise RefusedError(f"InvalidParameterCombination: Cannot find upgrade path from {before} to {after}.")


@on_delete(INSTANCE)
def _instance_is_not_protected(physical_id: str) -> None:
    """Whoever turned the protection on: the template, or a call of ModifyDBInstance."""
    if (rds._instances.get(physical_id) or {}).get("DeletionProtection"):
        raise RefusedError(f"InvalidParameterCombination: Cannot delete protected DB Instance {physical_id}")


@on_delete("AWS::RDS::DBSubnetGroup")
def _subnet_group_is_free(physical_id: str) -> None:
    _free("DBSubnetGroupName", physical_id, "InvalidDBSubnetGroupStateFault")


@on_delete("AWS::RDS::DBParameterGroup")
def _parameter_group_is_free(physical_id: str) -> None:
    _free("DBParameterGroupName", physical_id, "InvalidDBParameterGroupState")


def _free(field: str, physical_id: str, code: str) -> None:
    for instance in LEDGER.of(INSTANCE):
        if instance.properties.get(field) == physical_id:
            raise RefusedError(f"{code}: {physical_id} is in use by {instance.physical_id}")


@on_delete("AWS::IAM::Role")
def _role_is_in_no_profile(physical_id: str) -> None:
    for profile in LEDGER.of("AWS::IAM::InstanceProfile"):
        if physical_id in (profile.properties.get("Roles") or ()):
            raise RefusedError(
                f"DeleteConflict: Cannot delete entity, must remove roles from {profile.physical_id} first"
            )
