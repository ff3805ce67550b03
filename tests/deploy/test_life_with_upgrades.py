"""Upgrades of Kubernetes that fail: refused before anything moves, or brought forward and back by the runbook.

The tests are steps: each one takes the platform as the one before it left it. Network, roles and cluster are enough.
"""

import shutil

from standins.aws.cdk import APP, Run
from tests.deploy import runbook
from tests.deploy.rehearsal import Rehearsal

OLD, NEW = "1.35", "1.36"
CLUSTER, STACK = "airflow-dev", "airflow-dev-cluster"
DEFAULTS = {OLD: "v1.2.0-eksbuild.1", NEW: "v1.3.0-eksbuild.1"}
DRIVER = "aws-fsx-csi-driver"
POLICY = '{"enableNetworkPolicy": "true"}'

LOOK, FREE, NODES_AND_ADDONS, CONTROL_PLANE = runbook.commands("docs/runbooks/upgrade.md")


def deploy(life: Rehearsal, version: str, *, alone: bool = True, check: bool = True) -> Run:
    """Deploy with a version of Kubernetes. Each is synthesized once, which is most of the time."""
    synthesized = life.folder / f"assembly-{version}"
    app = str(synthesized) if synthesized.exists() else APP
    people = {"access": {"admins": ["arn:aws:iam::000000000000:user/admin"]}, "controller": {"enabled": False}}
    environment = life.environment("dev", {"cluster": {"version": version, **people}})
    run = life.deploy(environment, stack="ClusterStack", alone=alone, check=check, app=app)
    if not synthesized.exists():
        shutil.copytree(life.cdk.assembly, synthesized)
    return run


def runs(life: Rehearsal) -> dict[str, set[str]]:
    """The versions that run: of the control plane, the nodes, and the add-ons."""
    client = life.aws.client("eks")
    groups = client.list_nodegroups(clusterName=CLUSTER)["nodegroups"]
    addons = client.list_addons(clusterName=CLUSTER)["addons"]
    assert groups and len(addons) == 6
    return {
        "control plane": {client.describe_cluster(name=CLUSTER)["cluster"]["version"]},
        "nodes": {
            client.describe_nodegroup(clusterName=CLUSTER, nodegroupName=name)["nodegroup"]["version"]
            for name in groups
        },
        "add-ons": {
            client.describe_addon(clusterName=CLUSTER, addonName=name)["addon"]["addonVersion"] for name in addons
        },
    }


def everything(version: str) -> dict[str, set[str]]:
    return {"control plane": {version}, "nodes": {version}, "add-ons": {DEFAULTS[version]}}


def follow(life: Rehearsal, *blocks: str) -> str:
    """Run blocks of the runbook; what they printed."""
    finished = runbook.run([LOOK, *blocks], life.aws, life.folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def changes_nothing(life: Rehearsal, version: str) -> None:
    """Assert that a deployment of this version finds nothing to do."""
    operations = len(life.aws.operations())
    run = deploy(life, version)
    assert "(no changes)" in run.output
    assert life.aws.operations()[operations:] == []


def fails_half_way(life: Rehearsal, reason: str) -> None:
    """Assert that an upgrade fails when the control plane has moved, and that CloudFormation can't take it back."""
    run = deploy(life, NEW, check=False)
    assert run.code != 0
    assert reason in run.output
    assert life.aws.stack_status(STACK) == "UPDATE_ROLLBACK_FAILED"
    assert any(f"version update from {NEW} to {OLD}" in failure for failure in life.failures(STACK))
    assert runs(life)["control plane"] == {NEW}


def test_should_not_make_a_cluster_whose_addon_is_not_offered(life: Rehearsal) -> None:
    life.aws.account(missing_addons={OLD: [DRIVER]})
    run = deploy(life, OLD, alone=False, check=False)
    life.aws.account()
    assert run.code != 0
    assert f"EKS does not offer {DRIVER}" in run.output
    assert not life.aws.resources("AWS::EKS::Cluster")
    assert life.aws.stack_status(STACK) == "ROLLBACK_COMPLETE"


def test_should_make_the_platform(life: Rehearsal) -> None:
    deploy(life, OLD)
    assert runs(life) == everything(OLD)


def test_should_refuse_an_upgrade_whose_addon_is_not_offered_before_the_control_plane_moves(life: Rehearsal) -> None:
    operations = len(life.aws.operations())
    life.aws.account(missing_addons={NEW: [DRIVER]})
    run = deploy(life, NEW, check=False)
    assert run.code != 0
    assert f"Kubernetes {NEW} cannot be deployed" in run.output
    assert f"EKS does not offer {DRIVER}" in run.output
    assert life.aws.stack_status(STACK) == "UPDATE_ROLLBACK_COMPLETE"
    assert [it for it in life.aws.operations()[operations:] if it["type"].startswith("AWS::EKS::")] == []
    assert runs(life) == everything(OLD)
    life.aws.account()


def test_should_fail_half_way_with_an_addon_that_does_not_become_active(life: Rehearsal) -> None:
    operations = len(life.aws.operations())
    life.aws.account(stuck_addons=[DRIVER])
    fails_half_way(life, f"{DRIVER} did not get to {DEFAULTS[NEW]}")
    moved = [f"{it['verb']} {it['type']}" for it in life.aws.operations()[operations:] if "EKS" in it["type"]]
    assert moved[:2] == ["update AWS::EKS::Cluster", "update AWS::EKS::Nodegroup"]
    life.aws.account()


def test_should_go_back_by_the_runbooks_commands(life: Rehearsal) -> None:
    told = follow(life, NODES_AND_ADDONS, CONTROL_PLANE, FREE)
    assert "Failed" not in told
    assert told.count("Successful") >= 6 + 1, "each add-on, and the control plane"
    assert life.aws.stack_status(STACK) == "UPDATE_ROLLBACK_COMPLETE"
    assert runs(life) == everything(OLD)
    network = life.aws.client("eks").describe_addon(clusterName=CLUSTER, addonName="vpc-cni")["addon"]
    assert network["configurationValues"] == POLICY
    changes_nothing(life, OLD)


def test_should_fail_half_way_with_a_node_that_keeps_its_pods(life: Rehearsal) -> None:
    life.aws.account(stuck_nodes="Reached max retries while trying to evict pods")
    fails_half_way(life, "PodEvictionFailure")
    assert runs(life)["nodes"] == {OLD}
    life.aws.account()


def test_should_go_forward_by_the_runbooks_commands(life: Rehearsal) -> None:
    follow(life, FREE)
    assert life.aws.stack_status(STACK) == "UPDATE_ROLLBACK_COMPLETE"
    deploy(life, NEW)
    assert life.aws.stack_status(STACK) == "UPDATE_COMPLETE"
    assert runs(life) == everything(NEW)


def test_should_take_no_control_plane_back_before_what_runs_on_it(life: Rehearsal) -> None:
    functions, _, _ = NODES_AND_ADDONS.partition("for group in")
    finished = runbook.run([LOOK, functions, CONTROL_PLANE], life.aws, life.folder)
    assert finished.returncode != 0
    assert "Rollback readiness issues detected" in finished.stderr
    assert runs(life) == everything(NEW)


def test_should_take_back_an_upgrade_that_had_succeeded(life: Rehearsal) -> None:
    follow(life, NODES_AND_ADDONS, CONTROL_PLANE)
    assert runs(life) == everything(OLD)
    deploy(life, OLD)
    assert runs(life) == everything(OLD)
    changes_nothing(life, OLD)
