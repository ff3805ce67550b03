"""What `cdk destroy` leaves behind, and the command that removes each of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMANDS = {
    "AWS::FSx::FileSystem": "aws fsx delete-file-system --file-system-id {id}",
    "AWS::RDS::DBInstance": (
        "aws rds modify-db-instance --db-instance-identifier {id} --no-deletion-protection --apply-immediately"
        " && aws rds delete-db-instance --db-instance-identifier {id} --final-db-snapshot-identifier {id}-final"
    ),
    "AWS::RDS::DBSubnetGroup": "aws rds delete-db-subnet-group --db-subnet-group-name {id}",
    "AWS::RDS::DBParameterGroup": "aws rds delete-db-parameter-group --db-parameter-group-name {id}",
    "AWS::SecretsManager::Secret": "aws secretsmanager delete-secret --secret-id {id}",
    "AWS::KMS::Key": "aws kms schedule-key-deletion --key-id {id} --pending-window-in-days 30",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {id}",
    "AWS::EC2::SecurityGroup": "aws ec2 delete-security-group --group-id {id}",
    "AWS::EC2::Subnet": "aws ec2 delete-subnet --subnet-id {id}",
    "AWS::EC2::VPC": "aws ec2 delete-vpc --vpc-id {id}",
}
"""In the order in which they can be removed: what holds data, then what it stood on."""

KEPT = ("Retain", "RetainExceptOnCreate")
"""Deletion policies of what outlives its stack ("DeletionPolicy attribute", AWS CloudFormation user guide)."""


@dataclass(frozen=True)
class Leftover:
    """A resource that stays when its stack is gone."""

    stack: str
    logical_id: str
    type: str
    physical_id: str

    @property
    def command(self) -> str:
        """The AWS CLI command that removes it, for good."""
        return COMMANDS[self.type].format(id=self.physical_id)


def retained(template: dict[str, Any]) -> dict[str, str]:
    """Logical id -> type of the resources that outlive their stack, attachments and rules apart."""
    return {
        name: resource["Type"]
        for name, resource in template["Resources"].items()
        if resource.get("DeletionPolicy") in KEPT and resource["Type"] in COMMANDS
    }


def pending_deletion(template: dict[str, Any]) -> dict[str, int]:
    """Logical id -> days of the KMS keys that AWS keeps for a while after their stack is gone."""
    return {
        name: resource["Properties"].get("PendingWindowInDays", 30)
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::KMS::Key" and resource.get("DeletionPolicy") == "Delete"
    }


def stack_templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Physical stack name -> template of a cloud assembly."""
    manifest = json.loads((assembly / "manifest.json").read_text())
    return {
        artifact["properties"].get("stackName", name): json.loads(
            (assembly / artifact["properties"]["templateFile"]).read_text()
        )
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def leftovers(templates: dict[str, dict[str, Any]], physical_ids: dict[str, dict[str, str]]) -> list[Leftover]:
    """The retained resources that exist, in the order in which they can be removed.

    Args:
        templates: stack name -> template.
        physical_ids: stack name -> logical id -> physical id of what was deployed.
    """
    found = [
        Leftover(stack, logical_id, type_, physical_ids[stack][logical_id])
        for stack, template in templates.items()
        for logical_id, type_ in retained(template).items()
        if logical_id in physical_ids.get(stack, {})
    ]
    order = list(COMMANDS)
    return sorted(found, key=lambda leftover: (order.index(leftover.type), leftover.logical_id))


def report(found: Iterable[Leftover], templates: dict[str, dict[str, Any]]) -> str:
    """What stays, for a person to read."""
    lines = [f"  {leftover.type} {leftover.physical_id}\n    {leftover.command}" for leftover in found]
    if lines:
        lines.insert(0, "Kept, as `retain_data` asks; in this order each can be removed for good:")
    else:
        lines.append("No data is kept.")
    keys = [name for template in templates.values() for name in pending_deletion(template)]
    if keys:
        lines.append(f"KMS keys that AWS deletes after their waiting period: {', '.join(keys)}")
    lines.append("The CDK's bootstrap stack (CDKToolkit) and its bucket of assets serve the whole account, and stay.")
    return "\n".join(lines)
