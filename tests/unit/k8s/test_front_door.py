"""What a load balancer's requests need on the cluster; and that there is none of it without one."""

from dataclasses import replace
from typing import Any

import pytest

from k8s.bindings import FrontDoor
from k8s.rendered import Release
from settings.model.airflow import AirflowSettings
from tests.unit.k8s.conftest import aws_bindings

Json = dict[str, Any]
DOOR = FrontDoor(node_port=30080, node_cidrs=("10.0.0.0/16",))


@pytest.fixture(scope="module")
def door() -> Release:
    airflow = AirflowSettings(base_url="https://airflow.example.com")
    return Release(airflow, replace(aws_bindings(), front_door=DOOR))


def test_should_lead_a_fixed_port_of_every_node_to_the_api_server(door: Release) -> None:
    spec = door.get("Service", "webserver-door")["spec"]
    assert spec["type"] == "NodePort"
    assert spec["externalTrafficPolicy"] == "Cluster"
    assert spec["ports"] == [{"name": "http", "port": 8080, "targetPort": "http", "nodePort": 30080}]
    assert spec["selector"] == door.get("Service", "webserver-svc")["spec"]["selector"]


def test_should_leave_the_service_that_tasks_use_inside(door: Release) -> None:
    assert door.get("Service", "webserver-svc")["spec"]["type"] == "ClusterIP"


def test_should_let_nodes_reach_the_api_server_at_its_port_alone(door: Release) -> None:
    spec = door.get("NetworkPolicy", "airflow-api-server-door")["spec"]
    assert spec["podSelector"] == door.get("NetworkPolicy", "airflow-api-server")["spec"]["podSelector"]
    assert spec["ingress"] == [
        {"from": [{"ipBlock": {"cidr": "10.0.0.0/16"}}], "ports": [{"port": 8080, "protocol": "TCP"}]}
    ]


def test_should_open_no_other_policy_to_networks(door: Release) -> None:
    opened = [
        policy["metadata"]["name"]
        for policy in door.of_kind("NetworkPolicy")
        for rule in policy["spec"].get("ingress") or ()
        if any("ipBlock" in peer for peer in rule.get("from", ()))
    ]
    assert opened == ["airflow-api-server-door"]


def test_should_mark_a_pod_that_goes_before_it_waits_for_its_last_requests(door: Release, aws: Release) -> None:
    def hook(release: Release) -> list[str]:
        (container,) = release.pod_templates["airflow-api-server"]["spec"]["containers"]
        command: list[str] = container["lifecycle"]["preStop"]["exec"]["command"]
        return command

    assert hook(door) == ["sh", "-c", "touch /tmp/draining && sleep 10"]
    assert hook(aws) == ["sleep", "10"]


def test_should_add_a_service_and_a_policy_and_nothing_else(door: Release) -> None:
    without = Release(AirflowSettings(base_url="https://airflow.example.com"), aws_bindings())

    def names(release: Release) -> set[tuple[str, str]]:
        return {(each["kind"], each["metadata"]["name"]) for each in release.objects if each["kind"] != "Job"}

    assert names(door) - names(without) == {("Service", "webserver-door"), ("NetworkPolicy", "airflow-api-server-door")}
    assert names(without) <= names(door)
