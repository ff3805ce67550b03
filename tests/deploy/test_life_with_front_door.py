"""A platform whose front door is made, changed in every way, and taken away: nothing of it is left over anywhere.

The tests are steps: each one takes the platform as the one before it left it.
"""

from typing import Any

import pytest

from tests.deploy.rehearsal import Json, Rehearsal, airflow
from tests.support.front_door import HOST, INTERNAL, INTERNET

ELB = "AWS::ElasticLoadBalancingV2"
OF_THE_DOOR = (
    *(f"{ELB}::{each}" for each in ("LoadBalancer", "TargetGroup", "Listener", "ListenerRule")),
    "AWS::CertificateManager::Certificate",
    "AWS::Route53::RecordSet",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
)
GROUPS = {"workers": {"min_size": 2, "max_size": 4}, "more": {"instance_types": ["m7g.large"]}}


def deploy(life: Rehearsal, access: Json, groups: Json | None = None) -> None:
    changes: Json = {**airflow("3.3.2"), "access": access, "retain_data": False}
    changes["cluster"] = {"node_groups": groups or GROUPS}
    life.deploy(life.environment("dev", changes))


def of(life: Rehearsal, type_: str) -> list[Json]:
    return life.aws.resources(type_)


def assert_whole(life: Rehearsal, *, scheme: str, host: str, nodes: int) -> None:
    """One load balancer, which the name leads to, with the nodes behind it; and nothing of another one."""
    (balancer,), (target_group,) = of(life, f"{ELB}::LoadBalancer"), of(life, f"{ELB}::TargetGroup")
    assert balancer["properties"]["Scheme"] == scheme
    listeners = {each["properties"]["LoadBalancerArn"] for each in of(life, f"{ELB}::Listener")}
    assert (listeners, len(of(life, f"{ELB}::Listener"))) == ({balancer["physical_id"]}, 2)
    assert len(of(life, f"{ELB}::ListenerRule")) == 2
    attached = life.aws.traffic_sources()
    assert sum(each == [target_group["physical_id"]] for each in attached.values()) == nodes
    assert sum(bool(each) for each in attached.values()) == nodes
    for record in of(life, "AWS::Route53::RecordSet"):
        assert record["properties"]["Name"] == f"{host}."
        assert record["properties"]["AliasTarget"]["DNSName"] == balancer["attributes"]["DNSName"]
    (config,) = [
        each for each in life.kubernetes.objects("ConfigMap", "airflow") if each["metadata"]["name"] == "airflow-config"
    ]
    assert config["data"]["AIRFLOW__API__BASE_URL"] == f"https://{host}"
    (service,) = door_services(life)
    assert service["spec"]["ports"][0]["nodePort"] == int(target_group["properties"]["Port"])


def door_services(life: Rehearsal) -> list[Json]:
    services = life.kubernetes.objects("Service", "airflow")
    return [each for each in services if each["metadata"]["name"] == "webserver-door"]


def test_should_deploy_without_a_door(life: Rehearsal) -> None:
    deploy(life, {})
    assert life.aws.resources(*OF_THE_DOOR) == door_services(life) == []


def test_should_make_a_door_on_the_internet_before_all_node_groups(life: Rehearsal) -> None:
    deploy(life, INTERNET)
    assert_whole(life, scheme="internet-facing", host=HOST, nodes=2)
    assert len(of(life, "AWS::CertificateManager::Certificate")) == 1


def test_should_change_its_name_and_keep_the_load_balancer(life: Rehearsal) -> None:
    (before,) = of(life, f"{ELB}::LoadBalancer")
    deploy(life, {**INTERNET, "host_name": "other.example.com"})
    assert_whole(life, scheme="internet-facing", host="other.example.com", nodes=2)
    (after,) = of(life, f"{ELB}::LoadBalancer")
    assert after["physical_id"] == before["physical_id"]
    assert len(of(life, "AWS::CertificateManager::Certificate")) == len(of(life, "AWS::Route53::RecordSet")) == 1


def test_should_move_inside_and_lead_the_name_there_before_the_old_one_goes(life: Rehearsal) -> None:
    mark = len(life.aws.operations())
    deploy(life, {**INTERNET, "host_name": "other.example.com", "mode": "internal"})
    assert_whole(life, scheme="internal", host="other.example.com", nodes=2)
    done = [(o["verb"], o["type"]) for o in life.aws.operations()[mark:]]
    moved = done.index(("update", "AWS::Route53::RecordSet"))
    assert done.index(("create", f"{ELB}::LoadBalancer")) < moved < done.index(("delete", f"{ELB}::LoadBalancer"))


def test_should_take_new_node_groups_and_let_old_ones_go(life: Rehearsal) -> None:
    groups = {"workers": {"min_size": 2, "max_size": 4, "instance_types": ["m7a.large"]}, "renamed": {}}
    deploy(life, {**INTERNET, "host_name": "other.example.com", "mode": "internal"}, groups)
    assert_whole(life, scheme="internal", host="other.example.com", nodes=2)


def test_should_take_a_certificate_that_is_given_and_one_node_group(life: Rehearsal) -> None:
    deploy(life, INTERNAL)
    assert_whole(life, scheme="internal", host=HOST, nodes=1)
    assert of(life, "AWS::Route53::RecordSet") == of(life, "AWS::CertificateManager::Certificate") == []
    assert of(life, "AWS::WAFv2::WebACL") == []


def test_should_move_out_again(life: Rehearsal) -> None:
    deploy(life, INTERNET)
    assert_whole(life, scheme="internet-facing", host=HOST, nodes=2)


def test_should_take_the_door_away(life: Rehearsal) -> None:
    deploy(life, {})
    assert life.aws.resources(*OF_THE_DOOR) == door_services(life) == []
    assert not any(life.aws.traffic_sources().values())


@pytest.mark.parametrize("access", [INTERNET], ids=["internet"])
def test_should_leave_nothing_when_all_is_destroyed(life: Rehearsal, access: dict[str, Any]) -> None:
    deploy(life, access)
    life.destroy()
    assert [each for each in life.aws.resources() if each["stack"] != "CDKToolkit"] == []
