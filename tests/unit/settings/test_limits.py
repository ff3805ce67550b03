"""Limits of single settings that hang on others: the last value that is accepted, and the first that is not."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from settings import AwsEnvironment
from settings.capacity import aws_slots
from settings.model.database import LARGEST_GIB, DatabaseSettings
from tests.unit.settings.cases import AWS, LOCAL, Changes, broken_lines, changed

# --- airflow.parallelism


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cluster node_groups workers": {"min_size": 2, "max_size": 30}},
        {"airflow worker": {"cpu_millicores": 400, "memory_mib": 768}},
        {"airflow scheduler": {"replicas": 2}},
        {"cluster node_groups more": {"instance_types": ["m7i.2xlarge"]}},
    ],
    ids=str,
)
def test_should_allow_as_many_tasks_at_once_as_the_largest_node_groups_hold(changes: Changes) -> None:
    slots = aws_slots(AwsEnvironment.model_validate(changed(AWS, changes)))
    assert slots

    assert broken_lines({**changes, "airflow parallelism": slots}) == []
    [line] = broken_lines({**changes, "airflow parallelism": slots + 1})
    assert line.startswith(f"airflow.parallelism: must be at most {slots}, ")
    assert line.endswith(f"(got {slots + 1})")


@pytest.mark.parametrize("slots", [1, 8, 1000])
def test_should_allow_as_many_tasks_at_once_as_another_kubernetes_says_it_holds(slots: int) -> None:
    holds = {"local task_slots": slots}

    assert broken_lines({**holds, "airflow parallelism": slots}, LOCAL) == []
    [line] = broken_lines({**holds, "airflow parallelism": slots + 1}, LOCAL)
    assert line == f"airflow.parallelism: must be at most {slots}, which is local.task_slots (got {slots + 1})"


# --- airflow.base_url


@pytest.mark.parametrize(("port", "allowed"), [(0, False), (1, True), (8080, True), (65_535, True), (65_536, False)])
def test_should_allow_every_port_that_there_is(port: int, allowed: bool) -> None:
    for base in (AWS, LOCAL):
        assert (broken_lines({"airflow base_url": f"https://airflow.example.com:{port}"}, base) == []) is allowed


# --- cluster.node_groups

WORKERS = "cluster node_groups workers"


@pytest.mark.parametrize(
    ("sizes", "refused"),
    [
        ({"min_size": 3, "desired_size": 3, "max_size": 3}, None),
        ({"min_size": 2, "desired_size": 2, "max_size": 4}, None),
        ({"min_size": 2, "desired_size": 4, "max_size": 4}, None),
        ({"min_size": 3, "max_size": 3}, None),
        ({"min_size": 3, "desired_size": 2, "max_size": 4}, "desired_size"),
        ({"min_size": 2, "desired_size": 5, "max_size": 4}, "desired_size"),
        ({"min_size": 4, "max_size": 3}, "max_size"),
    ],
    ids=str,
)
def test_should_allow_sizes_that_are_equal_and_refuse_what_is_one_off(
    sizes: dict[str, int], refused: str | None
) -> None:
    paths = [line.partition(": ")[0] for line in broken_lines({WORKERS: sizes})]
    assert paths == ([f"cluster.node_groups.workers.{refused}"] if refused else [])


def test_should_tell_taints_apart_by_key_and_effect() -> None:
    def lines(*taints: tuple[str, str]) -> list[str]:
        # A group beside the one that Airflow runs on.
        group = {"taints": [{"key": key, "effect": effect} for key, effect in taints]}
        return broken_lines({"cluster node_groups spot": group})

    assert lines(("team", "NoSchedule"), ("team", "NoExecute"), ("crew", "NoSchedule")) == []
    [line] = lines(("team", "NoSchedule"), ("crew", "NoSchedule"), ("team", "NoSchedule"))
    assert line.startswith("cluster.node_groups.spot.taints[2].key: ")


@pytest.mark.parametrize("domain", ["kubernetes.io", "k8s.io", "eks.amazonaws.com"])
def test_should_reserve_a_domain_and_what_is_below_it_and_nothing_beside_it(domain: str) -> None:
    for reserved in (f"{domain}/team", f"node.{domain}/team"):
        [line] = broken_lines({f"{WORKERS} labels": {reserved: "x"}})
        assert line.startswith(f"cluster.node_groups.workers.labels.{reserved}: ")
    for free in (domain, f"not{domain}/team", f"example.com/{domain}"):
        assert broken_lines({f"{WORKERS} labels": {free: "x"}}) == []


# --- cluster.endpoint.public_cidrs

PRIVATE_OR_RESERVED = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # RFC 1918
    "100.64.0.0/10",  # shared by carriers' NAT
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link-local
    "172.16.0.0/12",  # RFC 1918
    "192.168.0.0/16",  # RFC 1918
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved
)
"""IANA's special-purpose addresses that nobody's request comes from (but those for documentation, as in tests)."""


def limited_to(cidr: str) -> list[str]:
    return broken_lines({"cluster endpoint": {"access": "public_limited", "public_cidrs": [cidr]}})


@pytest.mark.parametrize("cidr", PRIVATE_OR_RESERVED)
def test_should_refuse_every_range_that_no_request_comes_from_to_its_last_address(cidr: str) -> None:
    network = IPv4Network(cidr)

    for refused in (cidr, f"{network[0]}/32", f"{network[-1]}/32", str(network.supernet())):
        [line] = limited_to(refused)
        assert line.startswith("cluster.endpoint.public_cidrs[0]: must be a public range"), line
        assert refused in line


@pytest.mark.parametrize("cidr", PRIVATE_OR_RESERVED)
def test_should_accept_the_addresses_beside_a_range_that_no_request_comes_from(cidr: str) -> None:
    network, all_of_them = IPv4Network(cidr), [IPv4Network(each) for each in PRIVATE_OR_RESERVED]

    for beside in (int(network[0]) - 1, int(network[-1]) + 1):
        if 0 <= beside < 2**32 and not any(IPv4Address(beside) in each for each in all_of_them):
            assert limited_to(f"{IPv4Address(beside)}/32") == []


# --- database.max_allocated_storage_gib


@pytest.mark.parametrize(
    ("allocated", "grows_to"),
    [(20, 100), (49, 100), (50, 100), (51, 102), (100, 200), (1000, 2000), (32_768, 65_536), (32_769, 65_536)],
)
def test_should_let_a_database_grow_to_twice_its_storage_and_100_gib_at_least(allocated: int, grows_to: int) -> None:
    assert DatabaseSettings(allocated_storage_gib=allocated).max_allocated_storage_gib == grows_to
    assert broken_lines({"database allocated_storage_gib": allocated}) == []


def test_should_let_a_database_grow_to_100_gib_if_nothing_is_said() -> None:
    assert DatabaseSettings().max_allocated_storage_gib == 100


@pytest.mark.parametrize(("allocated", "least"), [(21, 24), (25, 28), (100, 110), (1000, 1100), (59_578, LARGEST_GIB)])
def test_should_ask_for_a_tenth_of_room_to_grow_and_no_more(allocated: int, least: int) -> None:
    def lines(limit: int) -> list[str]:
        storage: dict[str, Any] = {"allocated_storage_gib": allocated, "max_allocated_storage_gib": limit}
        return broken_lines({"database": storage})

    assert lines(least) == []
    [line] = lines(least - 1)
    assert line.startswith(f"database.max_allocated_storage_gib: must be at least {least}, ")
