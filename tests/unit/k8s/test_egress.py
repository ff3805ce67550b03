"""Whom Airflow's pods may talk to: every pair of a pod and a place, as the policies together decide."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

import pytest

from k8s.airflow.components import COMPONENTS
from k8s.airflow.pods import ports
from k8s.rendered import Release
from settings.model.airflow import AirflowSettings
from tests.unit.k8s.conftest import aws_bindings, local_bindings

Json = dict[str, Any]


class Place(NamedTuple):
    """Where a connection goes."""

    port: int
    address: str = ""
    component: str = ""
    """Of a pod in Airflow's namespace."""

    protocol: str = "TCP"
    dns: bool = False


DNS = Place(ports.DNS_PORT, protocol="UDP", dns=True)
OTHER_RESOLVER = Place(53, "198.51.100.53", protocol="UDP")
RDS = Place(ports.DATABASE_PORT, "10.0.3.4")
KUBERNETES = Place(443, "172.20.0.1")
API_SERVER = Place(ports.API_PORT, component="api-server")
TRIGGERER_LOGS = Place(ports.TRIGGERER_LOG_PORT, component="triggerer")
IN_CLUSTER_DATABASE = Place(ports.DATABASE_PORT, component="database")
INTERNET = Place(443, "198.51.100.7")
METADATA = Place(80, "169.254.169.254")
EVERYWHERE = (DNS, OTHER_RESOLVER, RDS, KUBERNETES, API_SERVER, TRIGGERER_LOGS, INTERNET, METADATA)

BY_DEFAULT: dict[str, set[Place]] = {
    "api-server": {DNS, RDS, TRIGGERER_LOGS},
    "scheduler": {DNS, RDS, KUBERNETES},
    "migration": {DNS, RDS},
    "admin-user": {DNS, RDS},
    "clean-metadata": {DNS, RDS},
    "clean-pods": {DNS, KUBERNETES},
    "clean-logs": set(),
    # An open one reaches addresses, and so also pods by theirs; what answers there is for the way in.
    "dag-processor": {DNS, RDS, KUBERNETES, OTHER_RESOLVER, INTERNET},
    "triggerer": {DNS, RDS, KUBERNETES, OTHER_RESOLVER, INTERNET},
    "worker": {DNS, RDS, KUBERNETES, API_SERVER, OTHER_RESOLVER, INTERNET},
    "something-else": set(),
}


def reaches(release: Release, component: str, place: Place) -> bool:
    """Whether the policies that select a pod let it connect there: one rule is enough, and no policy is no rule."""
    labels = {"app.kubernetes.io/name": "airflow", "app.kubernetes.io/component": component}
    policies = [
        policy["spec"]
        for policy in release.of_kind("NetworkPolicy")
        if policy["metadata"]["namespace"] == "airflow" and "Egress" in policy["spec"]["policyTypes"]
    ]
    selecting = [each for each in policies if matches(each["podSelector"], labels)]
    assert selecting, f"no policy holds {component}"
    return any(lets(rule, place) for policy in selecting for rule in policy.get("egress") or ())


def matches(selector: Json, labels: Mapping[str, str]) -> bool:
    return bool((selector.get("matchLabels") or {}).items() <= labels.items())


def lets(rule: Json, place: Place) -> bool:
    wanted = rule.get("ports")
    if wanted and (place.port, place.protocol) not in {(each["port"], each["protocol"]) for each in wanted}:
        return False
    return "to" not in rule or any(is_peer(peer, place) for peer in rule["to"])


def is_peer(peer: Json, place: Place) -> bool:
    if "ipBlock" in peer:
        inside = [peer["ipBlock"]["cidr"], *peer["ipBlock"].get("except", ())]
        within = [bool(place.address) and ip_address(place.address) in ip_network(each) for each in inside]
        return within[0] and not any(within[1:])
    if "namespaceSelector" in peer:
        system = peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}
        return system and place.dns and peer["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}
    labels = {"app.kubernetes.io/name": "airflow", "app.kubernetes.io/component": place.component}
    return bool(place.component) and matches(peer["podSelector"], labels)


@pytest.mark.parametrize("component", BY_DEFAULT)
def test_should_let_each_pod_reach_exactly_what_it_needs(aws: Release, component: str) -> None:
    found = {place for place in EVERYWHERE if reaches(aws, component, place)}
    assert found == BY_DEFAULT[component]


def test_should_hold_every_pod_that_runs(any_release: Release) -> None:
    running = {
        template["metadata"]["labels"]["app.kubernetes.io/component"]
        for name, template in any_release.pod_templates.items()
        if name not in ("airflow-storage-setup", "airflow-database")
    }
    assert running | {"worker", "something-else"} == set(BY_DEFAULT)


@pytest.mark.parametrize(
    "component", ["api-server", "scheduler", "dag-processor", "migration", "admin-user", "clean-metadata"]
)
def test_should_let_clients_and_no_task_reach_the_database_in_the_cluster(component: str) -> None:
    closed = AirflowSettings.model_validate({"worker": {"egress_cidrs": []}})
    release = Release(closed, local_bindings())
    assert reaches(release, component, IN_CLUSTER_DATABASE)
    assert not reaches(release, "worker", IN_CLUSTER_DATABASE)
    assert not reaches(release, "database", INTERNET)


@pytest.mark.parametrize("component", [*(each.setting for each in COMPONENTS), "worker"])
def test_should_open_and_close_what_the_settings_name(component: str) -> None:
    label = component.replace("_", "-")

    def release(*cidrs: str) -> Release:
        return Release(AirflowSettings.model_validate({component: {"egress_cidrs": list(cidrs)}}), aws_bindings())

    closed, some, open_ = release(), release("198.51.100.0/24"), release("0.0.0.0/0")
    assert not reaches(closed, label, INTERNET)
    assert reaches(some, label, INTERNET)
    assert not reaches(some, label, Place(443, "203.0.113.1"))
    assert reaches(open_, label, Place(443, "203.0.113.1"))
    for each in (closed, some, open_):
        assert not reaches(each, label, METADATA)
        assert reaches(each, label, DNS)


def test_should_let_tasks_that_are_closed_reach_the_api_server() -> None:
    closed = Release(AirflowSettings.model_validate({"worker": {"egress_cidrs": []}}), aws_bindings())
    assert {place for place in EVERYWHERE if reaches(closed, "worker", place)} == {DNS, API_SERVER}


def test_should_ask_only_for_ports_that_listen(any_release: Release) -> None:
    """What calls a component goes to its port, and is among those who may come in."""
    for component in COMPONENTS:
        for called in component.calls:
            (target,) = [each for each in COMPONENTS if each.label == called]
            assert target.port is not None
            assert target.callers == () or component.label in (target.callers or ())
            assert reaches(any_release, component.label, Place(target.port[1], component=called))


def test_should_let_those_ask_the_kubernetes_api_who_have_a_token(aws: Release) -> None:
    closed: dict[str, dict[str, list[str]]] = {each.setting: {"egress_cidrs": []} for each in COMPONENTS}
    release = Release(AirflowSettings.model_validate(closed), aws_bindings())
    for component in COMPONENTS:
        assert reaches(release, component.label, KUBERNETES) is (component.kubernetes is not None)


AGENT = Place(80, "169.254.170.23")
AWS_INSIDE, AWS_OUTSIDE = Place(443, "10.0.7.8"), Place(443, "52.94.1.1")


@pytest.mark.parametrize("inside", [True, False])
def test_should_let_those_reach_the_store_who_ask_it_and_its_credentials(inside: bool) -> None:
    closed: dict[str, Any] = {each.setting: {"egress_cidrs": []} for each in COMPONENTS}
    closed["worker"] = {"egress_cidrs": []}
    store = AirflowSettings.model_validate(
        {**closed, "secrets_backend": {"service": "secrets_manager", "variables_prefix": None}}
    )
    bindings = replace(aws_bindings(), aws_cidrs=("10.0.0.0/16",) if inside else ("0.0.0.0/0",))
    release, without = Release(store, bindings), Release(AirflowSettings.model_validate(closed), bindings)
    for label in BY_DEFAULT:
        asks = label in ("api-server", "dag-processor", "triggerer")
        assert reaches(release, label, AGENT) is asks
        assert reaches(release, label, AWS_INSIDE) is (asks or reaches(without, label, AWS_INSIDE))
        assert reaches(release, label, AWS_OUTSIDE) is (asks and not inside)
        assert not reaches(without, label, AGENT)
        assert not reaches(release, label, METADATA)
