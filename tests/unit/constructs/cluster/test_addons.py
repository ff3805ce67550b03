"""The add-ons: how they are made, upgraded and deleted."""

import json
from typing import Any

import pytest

from tests.support.templates import Template, needs, resources
from tests.unit.constructs.cluster.conftest import Synthesize

BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
AFTER_NODES = ("coredns", "aws-fsx-csi-driver", "aws-secrets-store-csi-driver-provider")


def addons(template: Template) -> dict[str, tuple[str, dict[str, Any]]]:
    """Add-on name -> logical id and properties."""
    found = resources(template, "AWS::EKS::Addon")
    return {addon["Properties"]["AddonName"]: (name, addon["Properties"]) for name, addon in found.items()}


def movers(template: Template) -> dict[str, tuple[str, dict[str, Any]]]:
    """Add-on name -> logical id and properties of the resource that moves its version."""
    found = resources(template, "Custom::AddonVersion")
    return {move["Properties"]["AddonName"]: (name, move["Properties"]) for name, move in found.items()}


def node_groups(template: Template) -> set[str]:
    return set(resources(template, "AWS::EKS::Nodegroup"))


def test_should_make_all_addons_of_the_platform(template: Template) -> None:
    assert set(addons(template)) == {*BEFORE_NODES, *AFTER_NODES}


@pytest.mark.parametrize("name", BEFORE_NODES)
def test_should_make_what_nodes_need_before_them(name: str, template: Template) -> None:
    for group in node_groups(template):
        assert addons(template)[name][0] in needs(template, group)


@pytest.mark.parametrize("name", AFTER_NODES)
def test_should_make_what_needs_nodes_after_them(name: str, template: Template) -> None:
    assert node_groups(template) <= needs(template, addons(template)[name][0])


def test_should_make_coredns_and_the_driver_that_takes_the_startup_taint_away_side_by_side(template: Template) -> None:
    coredns, driver = addons(template)["coredns"][0], addons(template)["aws-fsx-csi-driver"][0]
    assert driver not in needs(template, coredns)
    assert coredns not in needs(template, driver)


def test_should_turn_network_policies_on(template: Template) -> None:
    assert json.loads(addons(template)["vpc-cni"][1]["ConfigurationValues"]) == {"enableNetworkPolicy": "true"}


def test_should_take_over_whatever_is_in_an_addons_way(template: Template) -> None:
    assert {properties["ResolveConflicts"] for _, properties in addons(template).values()} == {"OVERWRITE"}


def test_should_give_the_fsx_driver_its_role_before_its_pods(template: Template) -> None:
    (name,) = (
        name
        for name, association in resources(template, "AWS::EKS::PodIdentityAssociation").items()
        if association["Properties"]["ServiceAccount"] == "fsx-csi-controller-sa"
        and association["Properties"]["Namespace"] == "kube-system"
        and "FsxCsiDriver" in json.dumps(association["Properties"]["RoleArn"])
    )
    assert name in needs(template, addons(template)["aws-fsx-csi-driver"][0])


def test_should_mount_secrets_on_tainted_nodes_too(synthesize: Synthesize) -> None:
    taints = [{"key": "team", "effect": "NoSchedule"}]
    template = synthesize(cluster={"node_groups": {"workers": {}, "team": {"taints": taints}}})
    configuration = addons(template)["aws-secrets-store-csi-driver-provider"][1]["ConfigurationValues"]
    assert json.loads(configuration) == {"tolerations": [{"operator": "Exists"}]}


# --- Versions


PIN = "v1.2.3-eksbuild.4"


@pytest.fixture(scope="session")
def pinned(synthesize: Synthesize) -> Template:
    """With a version for each add-on."""
    names = [name.replace("-", "_") for name in (*BEFORE_NODES, *AFTER_NODES)]
    return synthesize(cluster={"addons": {name: {"version": PIN} for name in names}})


@pytest.mark.parametrize("name", [*BEFORE_NODES, *AFTER_NODES])
def test_should_move_every_unpinned_addon_after_the_nodes(name: str, template: Template) -> None:
    logical_id, properties = movers(template)[name]
    assert "AddonVersion" not in properties
    assert "AddonVersion" not in addons(template)[name][1]
    assert {addons(template)[name][0], *node_groups(template)} <= needs(template, logical_id)


@pytest.mark.parametrize("name", BEFORE_NODES)
def test_should_move_a_pinned_addon_that_nodes_need_after_them(name: str, pinned: Template) -> None:
    logical_id, properties = movers(pinned)[name]
    assert properties["AddonVersion"] == PIN
    assert node_groups(pinned) <= needs(pinned, logical_id)
    assert "AddonVersion" not in addons(pinned)[name][1]


@pytest.mark.parametrize("name", AFTER_NODES)
def test_should_make_a_pinned_addon_that_needs_nodes_with_its_version(name: str, pinned: Template) -> None:
    assert addons(pinned)[name][1]["AddonVersion"] == PIN
    assert name not in movers(pinned)


def test_should_wait_for_a_move_longer_than_its_handler_works(template: Template) -> None:
    for _, properties in movers(template).values():
        assert int(properties["ServiceTimeout"]) > properties["TimeoutSeconds"]
        assert properties["TimeoutSeconds"] < 15 * 60


def changed(before: Template, after: Template, type_: str) -> set[str]:
    """Resources of a type whose properties differ between two templates."""
    old, new = resources(before, type_), resources(after, type_)
    assert set(old) == set(new)
    return {name for name in old if old[name]["Properties"] != new[name]["Properties"]}


def test_should_move_control_plane_then_node_groups_then_addons_with_the_version(synthesize: Synthesize) -> None:
    before, after = synthesize(cluster={"version": "1.35"}), synthesize(cluster={"version": "1.36"})
    control_plane = changed(before, after, "AWS::EKS::Cluster")
    groups = changed(before, after, "AWS::EKS::Nodegroup")
    moves = changed(before, after, "Custom::AddonVersion")
    assert len(control_plane) == 1
    assert groups == node_groups(after)
    assert len(moves) == len(BEFORE_NODES) + len(AFTER_NODES)
    for group in groups:
        assert control_plane <= needs(after, group)
    for move in moves:
        assert groups <= needs(after, move)
    # Nothing of an add-on may move in the wrong place.
    assert changed(before, after, "AWS::EKS::Addon") == set()


def test_should_let_the_mover_change_addons_of_this_cluster_only(template: Template) -> None:
    (policy,) = (
        policy["Properties"]["PolicyDocument"]["Statement"]
        for name, policy in resources(template, "AWS::IAM::Policy").items()
        if "VersionMover" in name
    )
    (update,) = [statement for statement in policy if "eks:UpdateAddon" in statement["Action"]]
    assert all("airflow-test" in json.dumps(arn) or "Fn::GetAtt" in arn for arn in update["Resource"])


# --- Deletion: CloudFormation deletes a resource before the ones it needs.


@pytest.mark.parametrize("late", BEFORE_NODES)
@pytest.mark.parametrize("early", AFTER_NODES)
def test_should_delete_what_runs_on_nodes_before_what_nodes_need(early: str, late: str, template: Template) -> None:
    assert addons(template)[late][0] in needs(template, addons(template)[early][0])
