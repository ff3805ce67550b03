"""What of a pair of templates is refused, and what is not."""

from typing import Any

import pytest

from operations.changes.compare import refusals
from operations.changes.fixed import CLUSTER, DATABASE, FILE_SYSTEM, GROUP, SUBNET
from tests.support.deployed_aws import Json

SECRET = "AWS::SecretsManager::Secret"


def template(resource_type: str, properties: Json) -> Json:
    return {"Resources": {"Thing": {"Type": resource_type, "Properties": properties}}}


def nested(path: str, value: Any) -> Json:
    name, _, rest = path.partition("/")
    return {name: nested(rest, value) if rest else value}


def paths(deployed: Json, wanted: Json) -> list[str]:
    return [violation.path for violation in refusals({"stack": deployed}, {"stack": wanted})]


@pytest.mark.parametrize(
    ("resource_type", "path", "deployed", "wanted", "named"),
    [
        (FILE_SYSTEM, "StorageCapacity", 2400, 1200, "storage.storage_capacity_gib"),
        (FILE_SYSTEM, "StorageCapacity", 1200, 2400, None),
        (FILE_SYSTEM, "StorageCapacity", 48000, 50400, None),
        (FILE_SYSTEM, "BackupId", None, "backup-1", "restore.file_system_backup"),
        (DATABASE, "DBSnapshotIdentifier", "kept", None, "restore.database_snapshot"),
        (DATABASE, "DBSnapshotIdentifier", "kept", "kept", None),
        (FILE_SYSTEM, "LustreConfiguration/DataCompressionType", "LZ4", "NONE", None),
        (DATABASE, "AllocatedStorage", "100", "109", "database.allocated_storage_gib"),
        (DATABASE, "AllocatedStorage", "100", "110", None),
        (DATABASE, "AllocatedStorage", "100", "100", None),
        (DATABASE, "AllocatedStorage", "100", "99", "database.allocated_storage_gib"),
        (DATABASE, "EngineVersion", "17", "16", "database.engine_version"),
        (DATABASE, "EngineVersion", "17.4", "17", None),
        (DATABASE, "EngineVersion", "17", "17.4", None),
        (DATABASE, "EngineVersion", "17.4", "17.2", "database.engine_version"),
        (DATABASE, "EngineVersion", "16.9", "17", None),
        (DATABASE, "EngineVersion", "9.6", "17", None),
        (DATABASE, "Port", None, "5433", f"{DATABASE} Thing: Port"),
        (CLUSTER, "Version", "1.35", "1.36", None),
        (CLUSTER, "Version", "1.35", "1.34", "cluster.version"),
        (CLUSTER, "Version", "1.34", "1.36", "cluster.version"),
        (CLUSTER, "AccessConfig/AuthenticationMode", "API", "API_AND_CONFIG_MAP", "cluster.authentication_mode"),
        (CLUSTER, "AccessConfig/AuthenticationMode", "API_AND_CONFIG_MAP", "API", None),
        (CLUSTER, "KubernetesNetworkConfig/IpFamily", None, "ipv6", f"{CLUSTER} Thing: Kubernetes"),
        (SUBNET, "AvailabilityZone", "us-east-1a", "us-east-1b", "availability_zones"),
        (GROUP, "GroupDescription", "old", "new", f"{GROUP} Thing: GroupDescription"),
        (SECRET, "GenerateSecretString", {"PasswordLength": 43}, {"PasswordLength": 44}, f"{SECRET} Thing"),
    ],
)  # fmt: skip
def test_should_refuse_what_aws_does_not_change_and_nothing_else(
    resource_type: str, path: str, deployed: Any, wanted: Any, named: str | None
) -> None:
    before, after = (template(resource_type, nested(path, value)) for value in (deployed, wanted))
    found = paths(before, after)
    assert len(found) == (1 if named else 0), found
    assert not named or found[0].startswith(named)


def test_should_refuse_a_version_that_is_none() -> None:
    before, after = (template(DATABASE, {"EngineVersion": version}) for version in ("17", {"Ref": "Version"}))
    assert paths(before, after) == ["database.engine_version"]


@pytest.mark.parametrize("wanted", [{}, {"Thing": {"Type": "AWS::S3::Bucket"}}])
def test_should_refuse_to_take_data_away_or_to_make_something_else_of_it(wanted: Json) -> None:
    found = refusals({"stack": template(FILE_SYSTEM, {})}, {"stack": {"Resources": wanted}})
    assert [violation.path for violation in found] == ["storage"]


def producer(export: str, subnet: str = "Subnet") -> Json:
    """A stack that exports a subnet."""
    outputs = {"Out": {"Value": {"Ref": subnet}, "Export": {"Name": export}}}
    return {"Resources": {subnet: {"Type": SUBNET, "Properties": {}}}, "Outputs": outputs}


def consumer(export: str) -> Json:
    """A stack whose file system stands in it."""
    return template(FILE_SYSTEM, {"SubnetIds": [{"Fn::ImportValue": export}]})


def test_should_take_an_export_under_another_name_for_the_same() -> None:
    """As between two versions of the application. That the old one goes is CloudFormation's to refuse."""
    before = {"network": producer("old"), "storage": consumer("old")}
    both = producer("new")
    both["Outputs"]["Old"] = producer("old")["Outputs"]["Out"]
    assert refusals(before, {"network": both, "storage": consumer("new")}) == []


def test_should_see_that_an_export_of_the_same_name_means_something_else() -> None:
    before = {"network": producer("subnet"), "storage": consumer("subnet")}
    found = refusals(before, {"network": producer("subnet", "Other"), "storage": consumer("subnet")})
    assert "storage.availability_zone or availability_zones" in [violation.path for violation in found]


def test_should_refuse_to_take_away_an_export_that_is_in_use() -> None:
    before = {"network": producer("old"), "storage": consumer("old")}
    [violation] = refusals(before, {"network": producer("new"), "storage": consumer("new")})
    assert violation.path == "old"
    assert "still imported by storage" in violation.rule


def test_should_refuse_nothing_of_an_older_version_that_lacks_exports_and_stacks() -> None:
    """What only comes is no change of what is there."""
    silent = producer("subnet") | {"Outputs": {}}
    wanted = {"network": producer("subnet"), "storage": consumer("subnet"), "database": template(DATABASE, {})}
    assert refusals({"network": silent}, wanted) == []
    assert refusals({}, wanted) == []
    assert refusals({"network": producer("subnet"), "older": template("AWS::S3::Bucket", {})}, wanted) == []
