"""The gate: before the cluster, without anything of it, and with one permission."""

import json
from typing import Any

import pytest

from airflow_platform.handlers.upgrade_gate.index import handle
from settings.facts.addons import ADDONS
from tests.support.templates import Template, needs, resources
from tests.unit.constructs.cluster.conftest import Synthesize

PIN = "v1.2.3-eksbuild.4"


def gate(template: Template) -> tuple[str, dict[str, Any]]:
    """Logical id and properties."""
    ((name, found),) = resources(template, "Custom::UpgradeGate").items()
    return name, found["Properties"]


def test_should_stand_before_the_control_plane(template: Template) -> None:
    (cluster,) = resources(template, "AWS::EKS::Cluster")
    assert gate(template)[0] in needs(template, cluster)


def test_should_need_nothing_of_the_cluster(template: Template) -> None:
    of_the_cluster = {name for name, it in template["Resources"].items() if it["Type"].startswith("AWS::EKS::")}
    assert not of_the_cluster & needs(template, gate(template)[0])


def test_should_have_its_permission_before_it_asks(template: Template) -> None:
    policies = {name for name in resources(template, "AWS::IAM::Policy") if "UpgradeGate" in name}
    assert len(policies) == 1
    assert policies <= needs(template, gate(template)[0])


def test_should_ask_about_every_addon_and_the_version_of_the_cluster(synthesize: Synthesize) -> None:
    template = synthesize(cluster={"version": "1.35", "addons": {"coredns": {"version": PIN}}})
    _, properties = gate(template)
    assert properties["KubernetesVersion"] == "1.35"
    assert properties["Addons"] == {row.name: PIN if row.name == "coredns" else "" for row in ADDONS}
    made = {addon["Properties"]["AddonName"] for addon in resources(template, "AWS::EKS::Addon").values()}
    assert set(properties["Addons"]) == made


def test_should_carry_what_its_handler_reads(template: Template) -> None:
    _, properties = gate(template)
    old = {"KubernetesVersion": properties["KubernetesVersion"]}
    # With nothing to ask: a property of another name would fail here.
    handle({"RequestType": "Update", "ResourceProperties": properties, "OldResourceProperties": old}, None, None)  # type: ignore[arg-type]


def test_should_be_asked_again_when_the_version_changes(synthesize: Synthesize) -> None:
    before, after = (gate(synthesize(cluster={"version": version})) for version in ("1.35", "1.36"))
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_should_be_allowed_one_question_only(template: Template) -> None:
    (role,) = (name for name in resources(template, "AWS::IAM::Role") if "UpgradeGate" in name)
    (statements,) = (
        policy["Properties"]["PolicyDocument"]["Statement"]
        for policy in resources(template, "AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Properties"]["Roles"]
    )
    assert statements == [{"Action": "eks:DescribeAddonVersions", "Effect": "Allow", "Resource": "*"}]
    managed = json.dumps(template["Resources"][role]["Properties"]["ManagedPolicyArns"])
    assert managed.count("policy/") == 1
    assert "AWSLambdaBasicExecutionRole" in managed


@pytest.mark.parametrize("access", ["public", "private"])
def test_should_reach_eks_wherever_the_kubernetes_api_can_be_reached_from(access: str, synthesize: Synthesize) -> None:
    (function,) = (
        it["Properties"]
        for it in resources(synthesize(cluster={"endpoint": {"access": access}}), "AWS::Lambda::Function").values()
        if ".upgrade_gate." in it["Properties"]["Handler"]
    )
    assert "VpcConfig" not in function
