"""The VPC's rules to the address: what fits is accepted, what lacks one is refused, what a message proposes fits."""

import re
from ipaddress import IPv4Network

import pytest

from settings import AwsEnvironment
from settings.rules.network import private_subnets_hold_all_nodes_and_pods, subnets_fit
from tests.unit.settings.cases import AWS, Changes, changed

PREFIX = "network.private_subnet_prefix"
WORKERS = "cluster node_groups workers"


def environment(changes: Changes) -> AwsEnvironment:
    return AwsEnvironment.model_validate(changed(AWS, changes))


def refused(changes: Changes) -> str | None:
    """What a person is told of subnets that hold too little; None if they hold all."""
    lines = [str(each) for each in private_subnets_hold_all_nodes_and_pods(environment(changes))]
    assert len(lines) <= 1
    return lines[0] if lines else None


def proposed(line: str) -> int:
    """The prefix that the message proposes."""
    found = re.match(rf"{re.escape(PREFIX)}: must be at most (\d+):", line)
    assert found, line
    return int(found[1])


# m7i.large takes 30 addresses a node. 10 nodes in two zones are 5 a zone and 2 more during an update: 210, and 32 for
# what is neither node nor pod. A file system of 9600 GiB has 8 servers and takes one more: 251, which is all that AWS
# leaves of the 256 addresses of a /24.
TEN_NODES: Changes = {f"{WORKERS} instance_types": ["m7i.large"], f"{WORKERS} max_size": 10}
ALL_OF_A_24: Changes = {**TEN_NODES, "storage": {"storage_capacity_gib": 9600}}
ONE_MORE: Changes = {
    **TEN_NODES,
    "storage": {
        "deployment_type": "PERSISTENT_1",
        "storage_type": "HDD",
        "throughput_mbps_per_tib": 40,
        "storage_capacity_gib": 10_800,
    },
}


def test_should_accept_subnets_that_hold_exactly_what_is_needed() -> None:
    assert refused({**ALL_OF_A_24, "network private_subnet_prefix": 24}) is None


def test_should_refuse_subnets_that_lack_one_address() -> None:
    line = refused({**ONE_MORE, "network private_subnet_prefix": 24})

    assert line
    assert "has 251 addresses" in line and "take 252 in us-east-1a" in line


@pytest.mark.parametrize(
    "needs",
    [
        ALL_OF_A_24,
        ONE_MORE,
        {},
        *({f"{WORKERS} max_size": nodes} for nodes in (5, 9, 20, 21, 50, 100, 450)),
        *({f"{WORKERS} instance_types": [each]} for each in ("t3.medium", "m7i.4xlarge", "m7i.48xlarge")),
        {"network interface_endpoints": True},
        {f"{WORKERS} zones": ["us-east-1b"], f"{WORKERS} max_size": 60},
    ],
    ids=str,
)
def test_should_propose_the_longest_prefix_that_fits(needs: Changes) -> None:
    wide = {**needs, "network cidr": "10.0.0.0/16", "network public_subnet_prefix": 28}
    line = refused({**wide, "network private_subnet_prefix": 28})
    assert line
    longest = proposed(line)

    for prefix in range(longest, 15, -1):
        assert refused({**wide, "network private_subnet_prefix": prefix}) is None, f"/{prefix} is refused"
    for prefix in range(longest + 1, 29):
        line = refused({**wide, "network private_subnet_prefix": prefix})
        assert line and proposed(line) == longest, f"/{prefix} is accepted"


def packed(vpc: IPv4Network, public: int, private: int) -> bool:
    """Whether three public and then three private subnets find a place in the VPC, each where its size may start."""
    end = int(vpc.broadcast_address) + 1
    place = int(vpc.network_address)
    for prefix in [public] * 3 + [private] * 3:
        size = 1 << (32 - prefix)
        place = -(-place // size) * size + size
    return place <= end


@pytest.mark.parametrize("length", range(16, 25))
def test_should_accept_exactly_the_subnets_that_find_a_place_in_the_vpc(length: int) -> None:
    vpc = IPv4Network(f"10.0.0.0/{length}")
    usual = environment({})
    for public in range(16, 29):
        for private in range(16, 29):
            sizes = {"cidr": str(vpc), "public_subnet_prefix": public, "private_subnet_prefix": private}
            changed_network = usual.network.model_copy(update=sizes)

            broken = list(subnets_fit(usual.model_copy(update={"network": changed_network})))

            assert bool(broken) != packed(vpc, public, private), sizes


def test_should_not_judge_subnets_that_do_not_fit_into_the_vpc() -> None:
    # The other rule has told already, and its remedy is the opposite one.
    assert refused({"network cidr": "10.0.0.0/24", "network private_subnet_prefix": 25}) is None
