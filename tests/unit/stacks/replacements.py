"""What of the data, and of what it stands on, CloudFormation can change only by making a new, empty one.

    python -m tests.unit.stacks.replacements

writes the record anew, for a change that is meant to replace something.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.support.environments import AWS_ENVIRONMENTS, aws_environment_named
from tests.unit.stacks.conftest import Templates, templates_of

RECORDS = Path(__file__).parent / "recorded_replacements"

MORE_PROPERTIES: dict[str, tuple[str, ...]] = {
    "AWS::FSx::FileSystem": (
        "FileSystemTypeVersion",
        "StorageType",
        "LustreConfiguration/DeploymentType",
        "LustreConfiguration/DriveCacheType",
        "LustreConfiguration/PerUnitStorageThroughput",
    ),
    "AWS::RDS::DBInstance": ("DBSnapshotIdentifier", "Engine", "Port"),
    "AWS::RDS::DBSubnetGroup": (),
    "AWS::RDS::DBParameterGroup": (),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion"),
    "AWS::SecretsManager::Secret": ("GenerateSecretString",),  # the same secret, with a new value
    "AWS::SecretsManager::SecretTargetAttachment": (),
    "AWS::EC2::VPC": (),
    "AWS::EC2::Subnet": (),
    "AWS::EC2::SecurityGroup": (),
}
"""Types -> properties that the CloudFormation reference marks "Update requires: Replacement" (or that our field
experience does), beside those that the type's schema calls create-only."""


def create_only(type_: str) -> list[str]:
    """The properties of a type whose change replaces the resource, as paths below Properties."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    paths = [path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])]
    return sorted({*paths, *MORE_PROPERTIES[type_]})


def at(properties: dict[str, Any], path: str) -> Any:
    """The value at a path such as LustreConfiguration/DeploymentType, or None."""
    value: Any = properties
    for key in path.split("/"):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def replacing(templates: Templates) -> dict[str, dict[str, dict[str, Any]]]:
    """Stack -> type and logical id -> what a change of replaces the resource."""
    return {
        stack: {
            f"{resource['Type']} {name}": {
                path: value
                for path in create_only(resource["Type"])
                if (value := at(resource["Properties"], path)) is not None
            }
            for name, resource in sorted(template["Resources"].items())
            if resource["Type"] in MORE_PROPERTIES
        }
        for stack, template in templates.items()
    }


def record(environment: str) -> Path:
    """The file that remembers an environment."""
    return RECORDS / f"{environment}.json"


if __name__ == "__main__":
    for name in sys.argv[1:] or AWS_ENVIRONMENTS:
        found = replacing(templates_of(aws_environment_named(name)))
        record(name).write_text(json.dumps(found, indent=2) + "\n")
