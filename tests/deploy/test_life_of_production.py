"""A production platform, beside a development one: made, destroyed and made again with `make`'s own commands.

The tests are steps: each one takes the platform as the one before it left it.
"""

import re

import pytest

from operations.destroy.kinds import KINDS, PARTS
from tests.deploy.rehearsal import NAMESPACE, Json, Rehearsal
from tests.support.names import STACKS

LOG_GROUP = "/aws/eks/airflow-production/cluster"
DATA = {"AWS::FSx::FileSystem": 1, "AWS::RDS::DBInstance": 1, "AWS::SecretsManager::Secret": 5}


def told(output: str) -> set[str]:
    """The physical ids of what `make destroy` says is still there."""
    _, _, report = output.partition("Still there;")
    return set(re.findall(r"^  [A-Za-z ]+ (\S+)  \(\S+ \S+\)$", report, re.MULTILINE))


def left(life: Rehearsal) -> list[Json]:
    """What stays of production's stacks."""
    return [r for r in life.aws.resources() if "-production-" in r["stack"] and r["type"] not in PARTS]


def test_should_deploy_all_stacks_side_by_side(life: Rehearsal) -> None:
    environment = life.environment("production")
    life.cdk.operation("operations.deploy", str(environment), "--yes", "--concurrency", "3")
    for stack in STACKS:
        name = f"airflow-production-{stack.removesuffix('Stack').lower()}"
        assert life.aws.stack_status(name) == "CREATE_COMPLETE"
    for component, images in life.images().items():
        assert images, f"{component} does not run"
        assert len(life.pods(component)) == 2


def test_should_protect_the_database_from_deletion_by_hand(life: Rehearsal) -> None:
    [database] = life.aws.client("rds").describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"]
    run = life.cdk("diff", "DatabaseStack", "--exclusively", "--fail", environment=life.folder / "production.yaml")
    assert "Number of stacks with differences: 0" in run.output


def test_should_stand_beside_another_platform_in_one_account(life: Rehearsal) -> None:
    life.deploy(life.environment("dev"), stack="ClusterStack")
    assert {"airflow-dev", "airflow-production"} <= set(life.aws.client("eks").list_clusters()["clusters"])


def test_should_destroy_and_tell_exactly_what_stays(life: Rehearsal) -> None:
    run = life.cdk.operation("operations.destroy", str(life.folder / "production.yaml"), "--yes")
    assert life.kubernetes.get("Namespace", NAMESPACE) is None
    for stack in STACKS:
        assert life.aws.stack_status(f"airflow-production-{stack.removesuffix('Stack').lower()}") is None
    kept = left(life)
    assert {r["type"] for r in kept} <= set(KINDS), "something stays that is neither data nor its network"
    for resource_type, count in DATA.items():
        assert [r["type"] for r in kept].count(resource_type) == count
    assert told(run.output) == {r["physical_id"] for r in kept}
    assert f"Deleted log group {LOG_GROUP}" in run.output
    for resource in kept:
        assert KINDS[resource["type"]].command(resource["physical_id"], "us-east-1") in run.output


def test_should_keep_the_network_that_the_data_stands_on_and_no_more(life: Rehearsal) -> None:
    kept = {r["physical_id"]: r for r in left(life)}
    [file_system] = [r for r in kept.values() if r["type"] == "AWS::FSx::FileSystem"]
    [database] = [r for r in kept.values() if r["type"] == "AWS::RDS::DBInstance"]
    [subnet_group] = [r for r in kept.values() if r["type"] == "AWS::RDS::DBSubnetGroup"]
    subnets = {*file_system["properties"]["SubnetIds"], *subnet_group["properties"]["SubnetIds"]}
    groups = {*file_system["properties"]["SecurityGroupIds"], *database["properties"]["VPCSecurityGroups"]}
    assert {r["physical_id"] for r in kept.values() if r["type"] == "AWS::EC2::Subnet"} == subnets
    assert {r["physical_id"] for r in kept.values() if r["type"] == "AWS::EC2::SecurityGroup"} == groups
    keys = {r["physical_id"] for r in kept.values() if r["type"] == "AWS::KMS::Key"}
    assert any(key in str(file_system["properties"]["KmsKeyId"]) for key in keys)
    assert any(key in str(database["properties"]["KmsKeyId"]) for key in keys)


def test_should_deploy_again_beside_what_was_kept(life: Rehearsal) -> None:
    kept = {r["physical_id"] for r in left(life)}
    # A record that is later still than what the destroy waited for.
    life.aws.client("logs").create_log_group(logGroupName=LOG_GROUP)
    run = life.cdk.operation("operations.deploy", str(life.folder / "production.yaml"), "--yes")
    assert f"Deleted log group {LOG_GROUP}" in run.output
    assert life.aws.stack_status("airflow-production-airflow") == "CREATE_COMPLETE"
    assert kept <= {r["physical_id"] for r in left(life)}
    assert len(life.aws.resources("AWS::RDS::DBInstance")) == 2


@pytest.mark.parametrize("failing", ["AWS::RDS::DBInstance", "AWS::SecretsManager::SecretTargetAttachment"])
def test_should_keep_nothing_of_a_first_deploy_that_failed(life: Rehearsal, failing: str) -> None:
    """The attachment is made when the instance exists: CloudFormation has to take the instance back."""
    life.aws.fail({failing: "ThrottlingException: Rate exceeded"})
    spare = life.environment("production", {"name": "spare"})
    run = life.deploy(spare, stack="DatabaseStack", check=False)
    life.aws.fail({})
    assert run.code != 0
    assert life.aws.stack_status("airflow-spare-database") == "ROLLBACK_COMPLETE"
    kept = [f"{r['type']} {r['logical_id']}" for r in life.aws.resources() if r["stack"] == "airflow-spare-database"]
    assert kept == [], "nothing is in it yet, nobody owns it, and it costs money"
