"""The table of add-ons: a row and a field are all that an add-on costs."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from settings import AwsEnvironment, task_slots
from settings.facts import addons
from settings.facts.addons import ADDONS, Addon
from settings.facts.room import Room
from settings.model.cluster import AddonSettings, AddonsSettings
from stacks import ClusterStack, IamStack, NetworkStack
from tests.support.environments import aws_environment
from tests.support.platform import build
from tests.support.synth import cdk_app, template_of
from tests.support.templates import Template, needs, resources

SEVENTH = {"id": "MetricsServer", "setting": "metrics_server"}
PIN = "v0.8.0-eksbuild.1"


class SevenAddons(AddonsSettings):
    """The add-ons' settings with a field for a seventh."""

    metrics_server: AddonSettings = AddonSettings()


def environment(addons_settings: BaseModel | None = None, **cluster: Any) -> AwsEnvironment:
    """An environment with the field; the model itself has no place for it."""
    base = aws_environment(cluster={"access": {"admins": ["arn:aws:iam::111122223333:role/Admin"]}, **cluster})
    changed = base.cluster.model_copy(update={"addons": addons_settings or SevenAddons()})
    return base.model_copy(update={"cluster": changed})


def with_row(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    monkeypatch.setattr(addons, "ADDONS", (*ADDONS, Addon(**{**SEVENTH, **fields})))


def addon_and_move(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """The seventh add-on and the resource that moves it: logical id and properties."""
    for type_ in ("AWS::EKS::Addon", "Custom::AddonVersion"):
        for name, found in resources(template, type_).items():
            if found["Properties"]["AddonName"] == "metrics-server":
                yield name, found["Properties"]


def test_should_have_a_row_and_a_setting_for_the_same_addons() -> None:
    assert {addon.setting for addon in ADDONS} == set(AddonsSettings.model_fields)


def test_should_name_everything_once() -> None:
    for field in ("id", "setting", "name"):
        assert len({getattr(addon, field) for addon in ADDONS}) == len(ADDONS)


def test_should_make_a_seventh_addon_after_the_nodes_and_move_it_for_its_row_and_its_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_row(monkeypatch, on_tainted_nodes={"tolerations": []}, configuration={"replicas": 2})
    taints = {"workers": {}, "own": {"taints": [{"key": "team", "effect": "NoSchedule"}]}}
    template = build(environment(node_groups=taints))["ClusterStack"]

    (addon, properties), (move, _) = addon_and_move(template)
    groups = set(resources(template, "AWS::EKS::Nodegroup"))
    assert json.loads(properties["ConfigurationValues"]) == {"replicas": 2, "tolerations": []}
    assert groups <= needs(template, addon)
    assert {addon, *groups} <= needs(template, move)


def test_should_make_a_seventh_addon_before_the_nodes_that_become_ready_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_row(monkeypatch, before_nodes=True)
    pinned = SevenAddons(metrics_server=AddonSettings(version=PIN))
    template = build(environment(pinned))["ClusterStack"]

    (addon, properties), (move, moved) = addon_and_move(template)
    for group in resources(template, "AWS::EKS::Nodegroup"):
        assert addon in needs(template, group)
        assert group in needs(template, move)
    assert "AddonVersion" not in properties, "it would move before the nodes"
    assert moved["AddonVersion"] == PIN


def test_should_give_a_seventh_addon_its_aws_role_before_its_pods(monkeypatch: pytest.MonkeyPatch) -> None:
    with_row(monkeypatch, service_account="metrics-server")
    app, settings = cdk_app(), environment()
    app.node.set_context("aws:cdk:disable-asset-staging", True)
    network = NetworkStack(app, "NetworkStack", settings=settings).offer
    roles = IamStack(app, "IamStack", settings=settings).offer
    roles = replace(roles, addons={**roles.addons, "metrics-server": roles.controller})
    template = template_of(ClusterStack(app, "ClusterStack", settings=settings, network=network, roles=roles))

    (addon, _), _ = addon_and_move(template)
    (identity,) = (
        name
        for name, found in resources(template, "AWS::EKS::PodIdentityAssociation").items()
        if found["Properties"]["ServiceAccount"] == "metrics-server"
    )
    found = template["Resources"][identity]["Properties"]
    assert found["Namespace"] == "kube-system"
    assert "Controller" in json.dumps(found["RoleArn"])
    assert identity in needs(template, addon)


def test_should_count_what_a_seventh_addon_asks_of_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = task_slots(aws_environment())
    with_row(monkeypatch, on_each_node=Room(500, 0))
    on_each_node = task_slots(aws_environment())
    with_row(monkeypatch, once=(Room(1000, 3000),))
    once = task_slots(aws_environment())

    assert on_each_node < before
    assert once < before
