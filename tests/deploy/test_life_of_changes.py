"""A platform whose settings all change: what deploys keeps its data, what is refused changes nothing.

The changes are those of `tests/support/transitions.py`, many in one deployment. The tests are steps: each one takes the
platform as the one before it left it.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from standins.aws.cdk import Run
from tests.deploy.rehearsal import Json, Rehearsal
from tests.support.names import DEPLOYMENTS, STACKS
from tests.support.transitions import AIRFLOW, AWS, DEPLOYS, ONE_WAY, REFUSED, WALK, ZONES, environment

CLUSTER = "airflow-test"
NAMES = [f"airflow-test-{stack.removesuffix('Stack').lower()}" for stack in STACKS]
DATA = ("AWS::FSx::FileSystem", "AWS::RDS::DBInstance", "AWS::SecretsManager::Secret", "AWS::EKS::Cluster")
GROUND = ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup", "AWS::RDS::DBSubnetGroup")
"""What data stands on: more of it may come, none may go."""

COMES_AND_GOES = ("NetworkInterfaceEndpointsSecurityGroup", "FrontDoor")
"""Interface endpoints and the front door have a group each, which comes and goes with them, and the door's log."""


def written(life: Rehearsal, changes: dict[str, Any]) -> Path:
    """The environment file of the base with these changes."""
    path = life.folder / "test.yaml"
    path.write_text(yaml.safe_dump(environment(**changes)))
    return path


def deploy(life: Rehearsal, changes: dict[str, Any], *, check: bool = True) -> Run:
    environment_file = str(written(life, changes))
    return life.cdk.operation("operations.deploy", environment_file, "--yes", "--concurrency", "3", check=check)


def touched(operations: list[Json]) -> list[str]:
    """What happened to data, and to what it stands on, beyond a change in place."""
    return [
        f"{o['verb']} {o['type']} {o['logical_id']}"
        for o in operations
        if not o["logical_id"].startswith(COMES_AND_GOES)
        if (o["type"] in DATA and o["verb"] != "update") or (o["type"] in GROUND and o["verb"] in ("replace", "delete"))
    ]


def stacks(life: Rehearsal) -> dict[str, Json]:
    found = life.aws.client("cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"]: stack for stack in found if stack["StackName"] in NAMES}


def missing_exports(life: Rehearsal) -> set[str]:
    """What deployed templates import and no stack exports."""
    cloudformation = life.aws.client("cloudformation")
    templates = [json.dumps(cloudformation.get_template(StackName=name)["TemplateBody"]) for name in NAMES]
    there = {e["Name"] for page in cloudformation.get_paginator("list_exports").paginate() for e in page["Exports"]}
    imported = {name for template in templates for name in re.findall(r'"Fn::ImportValue": "([^"]+)"', template)}
    assert imported, "the stacks import nothing from each other"
    return imported - there


def cluster(life: Rehearsal) -> Json:
    found: Json = life.aws.client("eks").describe_cluster(name=CLUSTER)["cluster"]
    return found


def refused(life: Rehearsal, changes: dict[str, Any], settings: set[str]) -> None:
    """Assert that a deployment of these changes says why not, setting by setting, and does nothing at all."""
    operations, before = life.aws.operations(), stacks(life)
    run = deploy(life, changes, check=False)
    assert run.code == 1
    told = run.output[run.output.index("Not deployed:") :].splitlines()[1:]
    for setting in settings:
        lines = [line for line in told if setting in line.partition(": ")[0]]
        assert lines, f"{setting} is not named: {told}"
        assert all("The way: " in line for line in lines)
    assert life.aws.operations() == operations, "a refused deployment did something"
    assert stacks(life) == before


def test_should_walk_every_row_that_deploys() -> None:
    walked = {setting for changes in WALK.values() for setting in changes}
    assert {*DEPLOYS, *ONE_WAY} <= walked
    assert {*AIRFLOW, *AWS} == {*DEPLOYS}


def test_should_deploy_the_first_time(life: Rehearsal) -> None:
    life.aws.client("iam").create_role(RoleName="Admin", AssumeRolePolicyDocument="{}")
    deploy(life, WALK["an older Kubernetes"])
    assert missing_exports(life) == set()
    assert set(cluster(life)["resourcesVpcConfig"]["publicAccessCidrs"]) == {"0.0.0.0/0"}


def test_should_refuse_to_skip_a_version_and_to_move_zones(life: Rehearsal) -> None:
    skipped = {"cluster.version": "1.36", "availability_zones": ZONES[1::-1]}
    refused(life, skipped, {"cluster.version", "availability_zones"})


@pytest.mark.parametrize("step", list(WALK)[1:])
def test_should_deploy_and_keep_the_data(life: Rehearsal, step: str) -> None:
    mark = len(life.aws.operations())
    deploy(life, WALK[step])
    assert {stack["StackStatus"] for stack in stacks(life).values()} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert touched(life.aws.operations()[mark:]) == []
    assert missing_exports(life) == set()
    assert_deployed(life, environment(**WALK[step]))
    for component in DEPLOYMENTS:
        assert life.pods(component), f"{component} does not run"


def assert_deployed(life: Rehearsal, wanted: Json) -> None:
    """What can be asked of AWS follows the file."""
    found, wanted_cluster = cluster(life), wanted["cluster"]
    ranges = wanted_cluster.get("endpoint", {})
    everywhere = [] if ranges.get("access") == "private" else ["0.0.0.0/0"]
    assert found["resourcesVpcConfig"]["publicAccessCidrs"] == ranges.get("public_cidrs", everywhere)
    logs = {t for each in found["logging"]["clusterLogging"] if each["enabled"] for t in each["types"]}
    assert logs == set(wanted_cluster.get("control_plane_logs", ["api", "audit", "authenticator"]))
    assert found["version"] == wanted_cluster["version"]
    [database] = life.aws.client("rds").describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"] is wanted.get("retain_data", True)
    assert database["AllocatedStorage"] == wanted["database"]["allocated_storage_gib"]
    of_type = {t: len(life.aws.resources(f"AWS::{t}")) for t in ("EC2::NatGateway", "EC2::Instance", "EC2::FlowLog")}
    logged = wanted.get("network", {}).get("flow_logs_retention_days", 30) is not None
    machines = int(wanted_cluster.get("controller", {}).get("enabled", False))
    gateways = wanted.get("network", {}).get("nat_gateways", 1)
    assert of_type == {"EC2::NatGateway": gateways, "EC2::Instance": machines, "EC2::FlowLog": int(logged)}
    groups = life.aws.client("eks").list_nodegroups(clusterName=CLUSTER)["nodegroups"]
    assert len(groups) == len(wanted_cluster.get("node_groups", ["workers"]))


def test_should_refuse_all_that_only_a_replacement_could_change(life: Rehearsal) -> None:
    """At once: a deployment tells all of it. The deployment type goes by itself; it has another throughput. What a
    platform is restored from needs more of a file than one setting: test_life_of_production has that."""
    alone = ("storage.deployment_type", "restore.")
    changes = {setting: value for setting, value in REFUSED.items() if not setting.startswith(alone)}
    refused(life, {**ONE_WAY, **changes}, set(changes))


def test_should_refuse_the_way_back_of_what_goes_one_way(life: Rehearsal) -> None:
    refused(life, {"storage.deployment_type": "SCRATCH_2"}, {*ONE_WAY, "storage.deployment_type"})
