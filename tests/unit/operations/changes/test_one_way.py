"""What is told of a pair of templates, rule by rule; the pairs of real settings are in platform/test_transitions.py."""

from typing import Any

import pytest

from operations.changes.breaks import falls, jumps, turns_back
from operations.changes.compare import refusals
from operations.changes.fixed import CLUSTER, DATABASE, FILE_SYSTEM, FIXED, REPOSITORY, STAYS, SUBNET, VPC, Fixed
from settings import Violation

SECRET, GROUP = "AWS::SecretsManager::Secret", "AWS::EC2::SecurityGroup"

REPLACED = {
    FILE_SYSTEM: (
        "LustreConfiguration/DeploymentType", "LustreConfiguration/PerUnitStorageThroughput",
        "LustreConfiguration/DriveCacheType", "StorageType", "KmsKeyId", "SubnetIds", "SecurityGroupIds",
        "FileSystemTypeVersion",
    ),
    DATABASE: (
        "KmsKeyId", "StorageEncrypted", "Engine", "DBName", "DBInstanceIdentifier", "DBSubnetGroupName",
        "MasterUsername",
    ),
    CLUSTER: (
        "Name", "RoleArn", "EncryptionConfig", "BootstrapSelfManagedAddons",
        "AccessConfig/BootstrapClusterCreatorAdminPermissions", "ResourcesVpcConfig/SubnetIds",
    ),
    REPOSITORY: ("RepositoryName", "EncryptionConfiguration"),
    SUBNET: ("CidrBlock", "AvailabilityZone"),
    VPC: ("CidrBlock",),
    GROUP: ("GroupDescription",),
    SECRET: ("GenerateSecretString",),
}  # fmt: skip
"""Properties of what holds data, or all the rest, whose change makes a new one (`Update requires: Replacement`)."""


def template(type_: str, path: str, value: Any) -> dict[str, Any]:
    """A resource with one property, by its path."""
    for key in reversed(path.split("/")):
        value = {key: value}
    return {"Resources": {"Thing": {"Type": type_, "Properties": value}}}


def told(type_: str, path: str, before: Any, after: Any) -> list[Violation]:
    return refusals({"stack": template(type_, path, before)}, {"stack": template(type_, path, after)})


@pytest.mark.parametrize(("type_", "path"), [(type_, path) for type_, paths in REPLACED.items() for path in paths])
def test_should_refuse_every_change_that_would_make_a_new_one(type_: str, path: str) -> None:
    assert len(told(type_, path, "old", "new")) == 1
    assert told(type_, path, "same", "same") == []


@pytest.mark.parametrize(
    ("rule", "deployed", "good", "bad"),
    [
        (falls, 2400, (2400, 4800, 10000), (1200, 900)),
        (falls, "9.6", ("9.6", "9.10", "10.1"), ("9.5", "8.10")),
        (falls, "17.4", ("17", "17.4", "18"), ("16", "17.3")),
        (jumps, "1.35", ("1.35", "1.36"), ("1.37", "1.38")),
        (turns_back, "API_AND_CONFIG_MAP", ("API", "API_AND_CONFIG_MAP"), ()),
        (turns_back, "API", ("API",), ("API_AND_CONFIG_MAP",)),
    ],
)
def test_should_know_what_goes_one_way(rule: Any, deployed: Any, good: tuple[Any, ...], bad: tuple[Any, ...]) -> None:
    assert [wanted for wanted in (*good, *bad) if rule(deployed, wanted)] == list(bad)


@pytest.mark.parametrize("fixed", [each for each in FIXED if each.is_broken_by in (falls, jumps)], ids=lambda f: f.path)
def test_should_refuse_a_number_that_is_taken_away(fixed: Fixed) -> None:
    assert told(fixed.type, fixed.path, "1.35", None)


@pytest.mark.parametrize("type_", [FILE_SYSTEM, DATABASE, CLUSTER, REPOSITORY, SUBNET, VPC, SECRET])
def test_should_refuse_to_take_away_what_everything_stands_on(type_: str) -> None:
    deployed = {"stack": template(type_, "Any", "thing")}
    (violation,) = refusals(deployed, {"stack": {"Resources": {}}})
    assert "takes " + type_ in violation.rule
    assert STAYS[type_][0] in violation.path


def test_should_tell_the_deployed_value_the_wanted_one_and_the_way() -> None:
    (violation,) = told(FILE_SYSTEM, "StorageCapacity", 2400, 1200)
    assert violation.path == "storage.storage_capacity_gib"
    assert "(deployed: 2400)" in violation.rule and "The way: " in violation.rule
    assert violation.value == 1200


def test_should_tell_once_what_stands_in_several_resources() -> None:
    old, new = (
        {
            "Resources": {
                name: {"Type": SUBNET, "Properties": {"CidrBlock": cidr, "AvailabilityZone": name}}
                for name in ("One", "Two")
            }
        }
        for cidr in ("10.0.0.0/24", "10.1.0.0/24")
    )
    assert len(refusals({"stack": old}, {"stack": new})) == 1


def test_should_say_nothing_of_stacks_that_come_or_go() -> None:
    one, other = template(VPC, "CidrBlock", "10.0.0.0/16"), template(VPC, "CidrBlock", "10.1.0.0/16")
    assert refusals({}, {"new": one}) == []
    assert refusals({"old": one}, {"new": other}) == []


def test_should_take_a_resource_of_another_type_for_one_that_goes() -> None:
    old, new = template(VPC, "CidrBlock", "10.0.0.0/16"), template(SUBNET, "CidrBlock", "10.1.0.0/16")
    (told,) = refusals({"stack": old}, {"stack": new})
    assert (told.path, told.rule.startswith("takes AWS::EC2::VPC Thing away")) == ("network", True)


# --- Exports


def exporting(*names: str) -> dict[str, Any]:
    return {"Outputs": {f"Output{name}": {"Value": name, "Export": {"Name": name}} for name in names}}


def importing(name: str) -> dict[str, Any]:
    return {"Resources": {"User": {"Type": "AWS::Any::Thing", "Properties": {"Of": {"Fn::ImportValue": name}}}}}


def test_should_refuse_to_take_away_an_export_that_is_imported() -> None:
    deployed = {"below": exporting("one", "two"), "above": importing("two")}
    (violation,) = refusals(deployed, {"below": exporting("one"), "above": {}})
    assert violation.path == "two"
    assert "above" in violation.rule and "The way: " in violation.rule


def test_should_take_away_an_export_that_nobody_imports() -> None:
    deployed = {"below": exporting("one", "two"), "above": importing("one")}
    assert refusals(deployed, {"below": exporting("one"), "above": importing("one")}) == []


def test_should_tell_of_an_export_only_where_nothing_else_is_the_reason() -> None:
    below = {**template(SUBNET, "AvailabilityZone", "a"), **exporting("one")}
    wanted = template(SUBNET, "AvailabilityZone", "b")
    found = refusals({"below": below, "above": importing("one")}, {"below": wanted, "above": {}})
    assert [violation.path for violation in found] == ["availability_zones"]
