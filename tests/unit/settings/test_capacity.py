"""What instance types hold, and what the platform makes of it."""

from typing import Any

import pytest

from settings import AwsEnvironment, facts_of, task_slots
from settings.capacity import OTHER_INTERFACES, addresses_by_zone, aws_slots, node_room, slots_beside
from settings.facts.addons import ADDONS
from settings.facts.endpoints import INTERFACE_ENDPOINTS
from settings.facts.instance_types import InstanceTypeFacts
from settings.facts.room import Room
from tests.unit.settings.cases import AWS, Changes, changed

# Maximum pods by addresses: the list that comes with the VPC CNI (aws/amazon-vpc-cni-k8s, misc/eni-max-pods.txt).
MAX_PODS = {
    "t3.nano": 4, "t3.micro": 4, "t3.small": 11, "t3.medium": 17, "t3.large": 35, "t3.xlarge": 58, "t3.2xlarge": 58,
    "t4g.medium": 17, "m5.large": 29, "m7i.large": 29, "m7i-flex.large": 29, "m7i.xlarge": 58, "m7i.2xlarge": 58,
    "m7g.medium": 8, "c6g.large": 29, "r6i.xlarge": 58, "m4.large": 20, "d3.xlarge": 10, "g4ad.xlarge": 8,
    "g4dn.xlarge": 29, "g5.xlarge": 58, "im4gn.large": 29, "i3en.3xlarge": 58, "d3.8xlarge": 59, "d3en.8xlarge": 78,
}  # fmt: skip


@pytest.mark.parametrize("instance_type", MAX_PODS)
def test_should_know_the_pods_of_a_node(instance_type: str) -> None:
    facts = facts_of(instance_type)

    assert facts
    assert facts.max_pods == MAX_PODS[instance_type]


@pytest.mark.parametrize(
    ("instance_type", "pods"), [("m7i.4xlarge", 110), ("m7i.8xlarge", 234), ("m7i.48xlarge", 250), ("c5.9xlarge", 234)]
)
def test_should_stop_at_the_limit_of_eks(instance_type: str, pods: int) -> None:
    facts = facts_of(instance_type)

    assert facts
    assert facts.max_pods == pods


@pytest.mark.parametrize(
    ("architecture", "instance_types"),
    [
        (
            "arm64",
            "t4g.micro m7g.large c8gd.xlarge im4gn.large is4gen.large x2gd.large g5g.xlarge r8g.metal-24xl",
        ),
        (
            "x86_64",
            "t3.micro m7i.large m7i-flex.large c7a.xlarge g4dn.xlarge g5.xlarge gr6.4xlarge x2iezn.2xlarge inf2.xlarge",
        ),
    ],
)
def test_should_tell_graviton_from_x86(architecture: str, instance_types: str) -> None:
    found = {each: facts.architecture if (facts := facts_of(each)) else None for each in instance_types.split()}

    assert set(found.values()) == {architecture}, found


@pytest.mark.parametrize(
    ("instance_type", "vcpus", "memory_gib"),
    [
        ("t3.medium", 2, 4), ("t3.large", 2, 8), ("c7i.large", 2, 4), ("m7i.large", 2, 8), ("r7i.large", 2, 16),
        ("m7g.medium", 1, 4), ("m7i.xlarge", 4, 16), ("m7i.24xlarge", 96, 384), ("m7i.metal-24xl", 96, 384),
        ("c4.large", 2, 3.72),
    ],
)  # fmt: skip
def test_should_know_cpu_and_memory(instance_type: str, vcpus: int, memory_gib: float) -> None:
    facts = facts_of(instance_type)

    assert facts
    assert facts.vcpus == vcpus
    assert facts.memory_gib == pytest.approx(memory_gib)


@pytest.mark.parametrize(
    "instance_type",
    ["", "m7i", "large", "m7i.large\n", "M7I.large", "m.large", "7i.large", "m7i.huge", "potato7.large", "mac2.metal",
     "a1.large", "m7i.0xlarge", "m7i.nano", "m7i.large.large", "m7i.metal-0xl"],
)  # fmt: skip
def test_should_not_know_what_is_no_node_type(instance_type: str) -> None:
    assert facts_of(instance_type) is None


# Virtual CPUs of types whose name tells no number ("Instance types", Amazon EC2 user guide).
METAL_VCPUS = {
    "z1d.metal": 48, "c6g.metal": 64, "m6g.metal": 64, "g5g.metal": 64, "c5n.metal": 72, "i3.metal": 72,
    "m5.metal": 96, "r5.metal": 96, "i3en.metal": 96, "g4dn.metal": 96, "c5.metal": 96, "c6i.metal": 128,
}  # fmt: skip


@pytest.mark.parametrize("instance_type", METAL_VCPUS)
def test_should_never_count_on_more_than_a_bare_metal_type_has(instance_type: str) -> None:
    facts = facts_of(instance_type)

    assert facts
    assert 48 <= facts.vcpus <= METAL_VCPUS[instance_type]  # the smallest there is has 48


@pytest.mark.parametrize("number", [16, 24, 32, 48, 64, 96])
@pytest.mark.parametrize("family", ["m7i", "c8g", "r7iz", "i7ie"])
def test_should_count_a_bare_metal_type_like_the_size_it_is_named_after(family: str, number: int) -> None:
    metal, virtual = facts_of(f"{family}.metal-{number}xl"), facts_of(f"{family}.{number}xlarge")

    assert metal == virtual
    assert metal and metal.vcpus == 4 * number


@pytest.mark.parametrize(
    ("size", "vcpus"),
    [("large", 2), ("xlarge", 4), ("2xlarge", 8), ("9xlarge", 36), ("12xlarge", 48), ("48xlarge", 192)],
)
def test_should_count_four_cpus_for_each_xlarge(size: str, vcpus: int) -> None:
    for family, memory_gib in (("c7i", 2), ("m7i", 4), ("r7i", 8)):
        facts = facts_of(f"{family}.{size}")

        assert facts
        assert (facts.vcpus, facts.memory_gib) == (vcpus, vcpus * memory_gib)


def test_should_count_whole_interfaces_and_a_warm_one() -> None:
    # m7i.large: 3 interfaces of 10. m7i.4xlarge: 108 pods' addresses on 4 interfaces of 30, and a warm one, of 8.
    assert [facts.max_addresses for each in ("m7i.large", "m7i.4xlarge") if (facts := facts_of(each))] == [30, 150]


def test_should_leave_room_for_kubelet_and_daemons() -> None:
    facts = facts_of("m7i.large")

    assert facts
    assert node_room(facts) == Room(1930 - 350, int(8192 * 0.925 - (255 + 11 * 29) - 100) - 400, 29 - 7)


# Thousandths of a core that the kubelet keeps, by cores (nodeadm's own tests, awslabs/amazon-eks-ami).
KEPT_BY_KUBELET = {1: 60, 2: 70, 3: 75, 4: 80, 8: 90, 16: 110, 32: 150, 48: 190, 64: 230, 96: 310, 192: 550}


def node(cores: int, memory_gib: float = 64, addresses: int = 15) -> Room:
    return node_room(InstanceTypeFacts("x86_64", cores, memory_gib, interfaces=2, addresses_per_interface=addresses))


@pytest.mark.parametrize("cores", KEPT_BY_KUBELET)
def test_should_keep_what_the_kubelet_keeps_of_any_number_of_cores(cores: int) -> None:
    usable = {each: 1000 * each - kept for each, kept in KEPT_BY_KUBELET.items()}

    # What the DaemonSets ask for is the same on each node.
    assert node(cores).millicores - node(2).millicores == usable[cores] - usable[2]


def test_should_keep_memory_for_the_hypervisor_and_for_each_pod() -> None:
    assert node(4, memory_gib=128).mib - node(4, memory_gib=64).mib == pytest.approx(64 * 1024 * 0.925, abs=1)
    assert node(4, addresses=15).mib - node(4, addresses=16).mib == 2 * 11  # two interfaces, a pod more on each


@pytest.mark.parametrize(
    ("pods", "nodes", "slots"),
    [
        ((), [], 0),
        ((), [Room(1000, 1000, 10)], 10),
        ((), [Room(1000, 1000, 3)], 3),
        ((), [Room(250, 1000, 10)], 2),
        ((), [Room(1000, 399, 10)], 3),
        ((Room(500, 500),), [Room(1000, 1000, 10)], 5),
        ((Room(500, 500),), [Room(400, 4000, 10), Room(4000, 400, 10)], None),
        ((Room(500, 500), Room(500, 500)), [Room(600, 600, 10)] * 2, 2),
        ((Room(500, 500), Room(500, 500)), [Room(600, 600, 10)], None),
        ((Room(100, 100),), [Room(1000, 1000, 1)], 0),
        ((Room(100, 500),), [Room(300, 900, 10), Room(1000, 1000, 10)], 8),
        # The small one first would take the room that only the large one needs.
        ((Room(100, 300), Room(100, 900)), [Room(1000, 1000, 10), Room(1000, 600, 10)], 1 + 3),
    ],
)
def test_should_place_pods_and_count_what_fits_beside(pods: Any, nodes: list[Room], slots: int | None) -> None:
    assert slots_beside(pods, nodes, Room(100, 100)) == slots


def environment(changes: Changes) -> AwsEnvironment:
    return AwsEnvironment.model_validate(changed(AWS, changes))


def test_should_count_slots_at_the_start_and_at_the_largest() -> None:
    settings = environment({})

    assert task_slots(settings) == aws_slots(settings, at_start=True)
    assert 0 < task_slots(settings) < (aws_slots(settings) or 0)


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"cluster node_groups workers": {"min_size": 4, "max_size": 8}}, True),
        ({"cluster node_groups workers": {"instance_types": ["m7i.2xlarge"]}}, True),
        ({"cluster node_groups more": {}}, True),
        ({"airflow worker": {"cpu_millicores": 100, "memory_mib": 256}}, True),
        ({"airflow scheduler": {"replicas": 2}}, False),
        ({"airflow worker": {"memory_mib": 4096}}, False),
        ({"cluster node_groups workers": {"instance_types": ["m7i.2xlarge", "c7i.large"]}}, False),
    ],
    ids=str,
)
def test_should_follow_sizes_and_requests(changes: Changes, more: bool) -> None:
    usual, other = task_slots(environment({})), task_slots(environment(changes))

    assert other > usual if more else other < usual


def test_should_not_count_nodes_that_keep_pods_away() -> None:
    tainted = {"taints": [{"key": "a", "effect": "NoExecute"}], "max_size": 50}

    assert task_slots(environment({"cluster node_groups spot": tainted})) == task_slots(environment({}))


def test_should_have_no_slots_where_airflow_does_not_fit() -> None:
    assert task_slots(environment({"airflow scheduler": {"memory_mib": 100_000}})) == 0


def test_should_load_only_the_zones_of_a_group() -> None:
    needed = addresses_by_zone(
        environment({"cluster node_groups workers": {"zones": ["us-east-1b"], "max_size": 4, "max_unavailable": 3}})
    )

    # The file system's two interfaces stand in the first zone; three more nodes during an update, of 30 addresses each.
    assert needed == {"us-east-1a": OTHER_INTERFACES + 2, "us-east-1b": OTHER_INTERFACES + (4 + 3) * 30}


@pytest.mark.parametrize(("max_unavailable", "surge"), [(1, 2), (4, 2), (7, 4), ("1%", 2), ("100%", 5)])
def test_should_count_the_nodes_that_an_update_adds(max_unavailable: int | str, surge: int) -> None:
    group = {"max_size": 9, "max_unavailable": max_unavailable}

    needed = addresses_by_zone(environment({"cluster node_groups workers": group}))

    assert needed["us-east-1b"] == OTHER_INTERFACES + (5 + surge) * 30


def test_should_count_interface_endpoints_and_file_servers() -> None:
    usual = addresses_by_zone(environment({}))
    other = addresses_by_zone(
        environment({"network interface_endpoints": True, "storage": {"storage_capacity_gib": 4800}})
    )

    assert other["us-east-1a"] - usual["us-east-1a"] == len(INTERFACE_ENDPOINTS) + 3
    assert other["us-east-1b"] - usual["us-east-1b"] == len(INTERFACE_ENDPOINTS)


def test_should_count_every_pod_of_what_runs_once() -> None:
    assert {addon.name: len(addon.once) for addon in ADDONS if addon.once} == {"aws-fsx-csi-driver": 2, "coredns": 2}
