"""Rules on the cluster and who reaches it."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from settings.facts.instance_types import facts_of
from settings.facts.offers import regions
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation
from settings.rules.network import ipv4_network
from settings.rules.shared import repeats

MOST_PUBLIC_CIDRS = 40
"""Quota of EKS: public endpoint access CIDR ranges of a cluster."""

UNROUTED = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "224.0.0.0/3",
    )
)  # fmt: skip
"""Ranges that no request to a public endpoint comes from; EKS refuses them."""


def public_limited_names_its_ranges(environment: AwsEnvironment) -> Iterator[Violation]:
    """Without ranges EKS would open the endpoint to everyone."""
    endpoint = environment.cluster.endpoint
    if endpoint.access == "public_limited" and not endpoint.public_cidrs:
        rule = "must name at least one IPv4 range, since cluster.endpoint.access is public_limited"
        yield Violation("cluster.endpoint.public_cidrs", rule, list(endpoint.public_cidrs))


def only_public_limited_has_ranges(environment: AwsEnvironment) -> Iterator[Violation]:
    """A limit that is not in force is a false promise."""
    endpoint = environment.cluster.endpoint
    if endpoint.access != "public_limited" and endpoint.public_cidrs:
        rule = f"must be left out unless cluster.endpoint.access is public_limited (it is {endpoint.access})"
        yield Violation("cluster.endpoint.public_cidrs", rule, list(endpoint.public_cidrs))


def public_ranges_are_networks(environment: AwsEnvironment) -> Iterator[Violation]:
    """IPv4 networks, each once."""
    cidrs = environment.cluster.endpoint.public_cidrs
    for index, cidr in enumerate(cidrs):
        path = f"cluster.endpoint.public_cidrs[{index}]"
        if not ipv4_network(cidr):
            yield Violation(path, "must be an IPv4 network, such as 198.51.100.0/24", cidr)
        elif cidr in cidrs[:index]:
            yield Violation(path, "must differ from the ranges before it", cidr)


def public_ranges_are_limits(environment: AwsEnvironment) -> Iterator[Violation]:
    """Everywhere is no limit, and from private ranges nobody comes."""
    for index, cidr in enumerate(environment.cluster.endpoint.public_cidrs):
        network = ipv4_network(cidr)
        path = f"cluster.endpoint.public_cidrs[{index}]"
        if network and network.prefixlen == 0:
            yield Violation(
                path, "must be a part of the internet; for all of it cluster.endpoint.access is public", cidr
            )
        elif network and any(network.overlaps(each) for each in UNROUTED):
            yield Violation(path, "must be a public range: requests come from no private or reserved one", cidr)


def public_ranges_are_few(environment: AwsEnvironment) -> Iterator[Violation]:
    """A quota of EKS that can't be raised."""
    cidrs = environment.cluster.endpoint.public_cidrs
    if len(cidrs) > MOST_PUBLIC_CIDRS:
        rule = f"must have at most {MOST_PUBLIC_CIDRS} entries"
        yield Violation("cluster.endpoint.public_cidrs", rule, f"{len(cidrs)} entries")


def _principals(environment: AwsEnvironment) -> Iterator[tuple[str, str]]:
    for index, arn in enumerate(environment.cluster.access.admins):
        yield f"cluster.access.admins[{index}]", arn
    for index, arn in enumerate(environment.cluster.access.viewers):
        yield f"cluster.access.viewers[{index}]", arn


def principals_are_named_once(environment: AwsEnvironment) -> Iterator[Violation]:
    """EKS has one access entry for a principal."""
    seen: dict[str, str] = {}
    for path, arn in _principals(environment):
        if arn in seen:
            yield Violation(path, f"must be named once: {seen[arn]} is the same", arn)
        seen.setdefault(arn, path)


def principals_are_of_the_regions_partition(environment: AwsEnvironment) -> Iterator[Violation]:
    """IAM ends at the border of a partition."""
    region = environment.region
    partition = regions().get(region)
    if partition is None:
        return  # the region is refused
    for path, arn in _principals(environment):
        if arn.split(":")[1] != partition:
            yield Violation(path, f"must start with arn:{partition}: in region {region}", arn)


def someone_can_get_in(environment: AwsEnvironment) -> Iterator[Violation]:
    """The cluster's creator is a CloudFormation role, which nobody can be."""
    if not environment.cluster.access.admins and not environment.cluster.controller.enabled:
        rule = (
            "must name at least one IAM role or user, or cluster.controller.enabled must be true: nobody could get in"
        )
        yield Violation("cluster.access.admins", rule, [])


def logs_are_named_once(environment: AwsEnvironment) -> Iterator[Violation]:
    """EKS refuses a log type that is named twice."""
    yield from repeats("cluster.control_plane_logs", environment.cluster.control_plane_logs, "log types")


def kube_proxy_is_not_newer_than_the_cluster(environment: AwsEnvironment) -> Iterator[Violation]:
    """Kubernetes' version skew policy; the add-on's version is the Kubernetes version."""
    pinned = environment.cluster.addons.kube_proxy.version
    if pinned is None:
        return
    cluster = [int(part) for part in environment.cluster.version.split(".")]
    if [int(part) for part in pinned[1:].split(".")[:2]] > cluster:
        rule = f"must not be newer than the cluster (cluster.version is {environment.cluster.version})"
        yield Violation("cluster.addons.kube_proxy.version", rule, pinned)


def controller_needs_a_nat_gateway(environment: AwsEnvironment) -> Iterator[Violation]:
    """It downloads kubectl when it starts, which no interface endpoint serves."""
    if environment.cluster.controller.enabled and environment.network.nat_gateways == 0:
        rule = "must be false where network.nat_gateways is 0: the machine downloads kubectl"
        yield Violation("cluster.controller.enabled", rule, True)


def controller_is_a_known_instance_type(environment: AwsEnvironment) -> Iterator[Violation]:
    """Its architecture decides on the machine image."""
    instance_type = environment.cluster.controller.instance_type
    if facts_of(instance_type) is None:
        rule = "must be an EC2 instance type for Amazon Linux 2023, such as t4g.micro"
        yield Violation("cluster.controller.instance_type", rule, instance_type)
