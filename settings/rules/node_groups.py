"""Rules on a node group's name, zones, sizes, labels and taints."""

import re
from collections.abc import Iterator

from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings
from settings.reading.violations import Violation
from settings.rules.shared import of_each_group, repeats

RESERVED_LABELS = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")
"""Domains of labels that Kubernetes and EKS set themselves; the kubelet refuses most of them."""

RESERVED_TAINTS = (*RESERVED_LABELS, "fsx.csi.aws.com")
"""The last is the start-up taint's, which the platform sets and the FSx CSI driver takes away."""


def _is_of(key: str, domains: tuple[str, ...]) -> bool:
    prefix = key.partition("/")[0] if "/" in key else ""
    return any(prefix == domain or prefix.endswith(f".{domain}") for domain in domains)


def group_name_is_allowed(environment: AwsEnvironment) -> Iterator[Violation]:
    """Part of resource names and of a node label."""
    for name in environment.cluster.node_groups:
        if not re.fullmatch(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", name):
            rule = "the name must be at most 40 small letters, digits and hyphens, from a letter to a letter or digit"
            yield Violation(f"cluster.node_groups.{name}", rule, name)


def group_names_differ(environment: AwsEnvironment) -> Iterator[Violation]:
    """Names become construct ids without their hyphens."""
    seen: dict[str, str] = {}
    for name in environment.cluster.node_groups:
        other = seen.setdefault(name.replace("-", "").lower(), name)
        if other != name:
            rule = f"the name must differ from {other} in more than hyphens"
            yield Violation(f"cluster.node_groups.{name}", rule, name)


@of_each_group
def group_zones_are_of_the_environment(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """A group needs subnets."""
    for index, zone in enumerate(group.zones):
        if zone not in environment.availability_zones:
            known = ", ".join(environment.availability_zones)
            yield Violation(f"{path}.zones[{index}]", f"must be one of availability_zones ({known})", zone)


@of_each_group
def group_zones_are_named_once(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """A zone that is named twice counts once."""
    yield from repeats(f"{path}.zones", group.zones, "zones")


@of_each_group
def desired_size_is_at_least_the_fewest(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS wants min <= desired <= max."""
    if group.desired_size is not None and group.desired_size < group.min_size:
        yield Violation(f"{path}.desired_size", f"must be at least min_size ({group.min_size})", group.desired_size)


@of_each_group
def desired_size_is_at_most_the_most(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS wants min <= desired <= max."""
    if group.desired_size is not None and group.desired_size > group.max_size:
        yield Violation(f"{path}.desired_size", f"must be at most max_size ({group.max_size})", group.desired_size)


@of_each_group
def max_size_is_at_least_the_fewest(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS wants min <= desired <= max."""
    if group.max_size < group.min_size:
        yield Violation(f"{path}.max_size", f"must be at least min_size ({group.min_size})", group.max_size)


@of_each_group
def labels_are_not_reserved(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """Some labels are Kubernetes' and EKS's own."""
    for key in group.labels:
        if _is_of(key, RESERVED_LABELS):
            rule = f"the key must not be of {', '.join(RESERVED_LABELS)}, which are reserved"
            yield Violation(f"{path}.labels.{key}", rule, key)


@of_each_group
def taints_are_not_reserved(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """Some taints are Kubernetes', EKS's and the platform's own."""
    for index, taint in enumerate(group.taints):
        if _is_of(taint.key, RESERVED_TAINTS):
            rule = f"must not be of {', '.join(RESERVED_TAINTS)}, which are reserved"
            yield Violation(f"{path}.taints[{index}].key", rule, taint.key)


@of_each_group
def taints_are_named_once(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """Kubernetes has one taint for a key and an effect."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(group.taints):
        if (taint.key, taint.effect) in seen:
            rule = f"must differ from the {taint.effect} taints before it"
            yield Violation(f"{path}.taints[{index}].key", rule, taint.key)
        seen.add((taint.key, taint.effect))
