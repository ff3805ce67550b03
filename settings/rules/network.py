"""Rules on the VPC."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from settings.capacity import AWS_KEEPS, addresses_by_zone
from settings.facts.zones import MOST_ZONES
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation

PRIVATE = tuple(IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""RFC 1918."""

LARGEST, SMALLEST = 16, 24
"""Prefix lengths of a VPC: AWS allows no larger one, and a smaller one leaves no room for pods."""


def ipv4_network(text: str) -> IPv4Network | None:
    """A network written as address/prefix; None if it is none, or has bits set behind the prefix."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}", text):
        return None
    try:
        return IPv4Network(text)
    except ValueError:
        return None


def _vpc(environment: AwsEnvironment) -> IPv4Network | None:
    """The VPC's network, unless a rule of its own refuses it."""
    network = ipv4_network(environment.network.cidr)
    return network if network and LARGEST <= network.prefixlen <= SMALLEST else None


def _subnets_fit(environment: AwsEnvironment, vpc: IPv4Network) -> bool:
    """Whether public and private subnets fit; sizes are powers of two, so that alignment takes nothing away."""
    public = 1 << (32 - environment.network.public_subnet_prefix)
    private = 1 << (32 - environment.network.private_subnet_prefix)
    return MOST_ZONES * (public + private) <= vpc.num_addresses


def cidr_is_a_private_network(environment: AwsEnvironment) -> Iterator[Violation]:
    """Public addresses inside a VPC hide their real owners from it."""
    network = ipv4_network(environment.network.cidr)
    if network is None or not any(network.subnet_of(each) for each in PRIVATE):
        rule = "must be an IPv4 network from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, such as 10.0.0.0/16"
        yield Violation("network.cidr", rule, environment.network.cidr)


def cidr_has_an_allowed_size(environment: AwsEnvironment) -> Iterator[Violation]:
    """AWS limits a VPC to /16 to /28."""
    network = ipv4_network(environment.network.cidr)
    if network and not LARGEST <= network.prefixlen <= SMALLEST:
        yield Violation("network.cidr", f"must be /{LARGEST} to /{SMALLEST}", environment.network.cidr)


def subnets_fit(environment: AwsEnvironment) -> Iterator[Violation]:
    """Space is kept for three zones, whatever their number is now."""
    settings = environment.network
    vpc = _vpc(environment)
    if vpc and not _subnets_fit(environment, vpc):
        rule = (
            f"must leave room for a public and a private subnet in each of {MOST_ZONES} zones in {vpc}: "
            f"use longer prefixes (public_subnet_prefix is {settings.public_subnet_prefix}) or a larger network.cidr"
        )
        yield Violation("network.private_subnet_prefix", rule, settings.private_subnet_prefix)


def nat_gateways_are_at_most_one_a_zone(environment: AwsEnvironment) -> Iterator[Violation]:
    """A second one in a zone does nothing and costs the same."""
    zones = len(environment.availability_zones)
    if environment.network.nat_gateways > zones:
        yield Violation(
            "network.nat_gateways", f"must be at most {zones}, one a zone", environment.network.nat_gateways
        )


def no_nat_needs_interface_endpoints(environment: AwsEnvironment) -> Iterator[Violation]:
    """Nodes that reach neither the internet nor endpoints can't join the cluster."""
    if environment.network.nat_gateways == 0 and not environment.network.interface_endpoints:
        rule = "must be at least 1 unless network.interface_endpoints is true: nodes must reach AWS somehow"
        yield Violation("network.nat_gateways", rule, 0)


def private_subnets_hold_all_nodes_and_pods(environment: AwsEnvironment) -> Iterator[Violation]:
    """Every pod takes an address of its node's subnet."""
    vpc, needs = _vpc(environment), addresses_by_zone(environment)
    if not vpc or not _subnets_fit(environment, vpc):
        return
    prefix = environment.network.private_subnet_prefix
    has = (1 << (32 - prefix)) - AWS_KEEPS
    zone, most = max(needs.items(), key=lambda need: need[1])
    if most > has:
        fitting = 32 - (most + AWS_KEEPS - 1).bit_length()
        rule = (
            f"must be at most {fitting}: a subnet has {has} addresses, and all nodes at max_size with their pods and "
            f"the platform's own interfaces take {most} in {zone}"
        )
        yield Violation("network.private_subnet_prefix", rule, prefix)
