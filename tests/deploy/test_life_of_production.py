"""A production platform, beside a development one: made with `--all`, destroyed with `make destroy`'s own command.

The tests are steps: each one takes the platform as the one before it left it.
"""

import re

from operations.destroy.leftovers import COMMANDS
from tests.deploy.rehearsal import NAMESPACE, Json, Rehearsal
from tests.support.names import STACKS

# They go with what they belong to: they are no things of their own that somebody could delete.
PARTS = (
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::SecretsManager::SecretTargetAttachment",
)
DATA = {"AWS::FSx::FileSystem": 1, "AWS::RDS::DBInstance": 1, "AWS::SecretsManager::Secret": 5}


def left(life: Rehearsal) -> list[Json]:
    """What stays of production's stacks."""
    return [r for r in life.aws.resources() if "-production-" in r["stack"] and r["type"] not in PARTS]


def test_should_deploy_all_stacks_side_by_side(life: Rehearsal) -> None:
    environment = life.environment("production")
    never = ("--require-approval", "never", "--progress", "events")
    life.cdk("deploy", "--all", "--concurrency", "3", *never, environment=environment)
    for stack in STACKS:
        name = f"airflow-production-{stack.removesuffix('Stack').lower()}"
        assert life.aws.stack_status(name) == "CREATE_COMPLETE"
    for component, images in life.images().items():
        assert images, f"{component} does not run"
        assert len(life.pods(component)) == 2


def test_should_stand_beside_another_platform_in_one_account(life: Rehearsal) -> None:
    life.deploy(life.environment("dev"), stack="ClusterStack")
    assert {"airflow-dev", "airflow-production"} <= set(life.aws.client("eks").list_clusters()["clusters"])


def test_should_destroy_and_tell_exactly_what_stays(life: Rehearsal) -> None:
    run = life.cdk.operation("operations.destroy", str(life.folder / "production.yaml"), "3")
    assert life.kubernetes.get("Namespace", NAMESPACE) is None
    for stack in STACKS:
        assert life.aws.stack_status(f"airflow-production-{stack.removesuffix('Stack').lower()}") is None
    kept = left(life)
    assert {r["type"] for r in kept} <= set(COMMANDS), "something stays that is neither data nor its network"
    for resource_type, count in DATA.items():
        assert [r["type"] for r in kept].count(resource_type) == count
    told = set(re.findall(r"^  (AWS::\S+) (\S+)$", run.output, re.MULTILINE))
    assert told == {(r["type"], r["physical_id"]) for r in kept}
    for resource_type, physical_id in told:
        assert COMMANDS[resource_type].format(id=physical_id) in run.output


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


def test_should_keep_nothing_of_a_first_deploy_that_failed(life: Rehearsal) -> None:
    life.aws.fail({"AWS::RDS::DBInstance": "InsufficientDBInstanceCapacity"})
    spare = life.environment("production", {"name": "spare"})
    run = life.deploy(spare, stack="DatabaseStack", check=False)
    life.aws.fail({})
    assert run.code != 0
    assert life.aws.stack_status("airflow-spare-database") == "ROLLBACK_COMPLETE"
    kept = [f"{r['type']} {r['logical_id']}" for r in life.aws.resources() if r["stack"] == "airflow-spare-database"]
    assert kept == [], "nothing is in it yet, nobody owns it, and it costs money"
