"""Rules on node groups."""

import re
from collections.abc import Callable, Iterator
from functools import wraps

from settings.base import UnreadableSettingError
from settings.capacity import aws_slots
from settings.environment import AwsEnvironment
from settings.instance_types import facts_of
from settings.node_group import NodeGroupSettings
from settings.violations import Violation

FEWEST_PODS = 15
"""Pods that a node must hold: the seven of DaemonSets, some of the cluster's, and tasks. It rules out micro and small
types, and medium ones outside the burstable families."""

RESERVED_LABELS = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")
"""Domains of labels that Kubernetes and EKS set themselves; the kubelet refuses most of them."""

RESERVED_TAINTS = (*RESERVED_LABELS, "fsx.csi.aws.com")
"""The last is the start-up taint's, which the platform sets and the FSx CSI driver takes away."""

GroupRule = Callable[[AwsEnvironment, str, NodeGroupSettings], Iterator[Violation]]


def _of_each_group(rule: GroupRule) -> Callable[[AwsEnvironment], Iterator[Violation]]:
    """A rule on one group, for all of them; a group that can't be told hides no other."""

    @wraps(rule)
    def of_all(environment: AwsEnvironment) -> Iterator[Violation]:
        for name, group in environment.cluster.node_groups.items():
            try:
                yield from rule(environment, f"cluster.node_groups.{name}", group)
            except UnreadableSettingError:
                continue

    return of_all


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


@_of_each_group
def group_zones_are_of_the_environment(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """A group needs subnets."""
    for index, zone in enumerate(group.zones):
        if zone not in environment.availability_zones:
            known = ", ".join(environment.availability_zones)
            yield Violation(f"{path}.zones[{index}]", f"must be one of availability_zones ({known})", zone)


@_of_each_group
def group_zones_are_named_once(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """A zone that is named twice counts once."""
    for index, zone in enumerate(group.zones):
        if zone in group.zones[:index]:
            yield Violation(f"{path}.zones[{index}]", "must differ from the zones before it", zone)


@_of_each_group
def desired_size_is_at_least_the_fewest(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS wants min <= desired <= max."""
    if group.desired_size is not None and group.desired_size < group.min_size:
        yield Violation(f"{path}.desired_size", f"must be at least min_size ({group.min_size})", group.desired_size)


@_of_each_group
def desired_size_is_at_most_the_most(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS wants min <= desired <= max."""
    if group.desired_size is not None and group.desired_size > group.max_size:
        yield Violation(f"{path}.desired_size", f"must be at most max_size ({group.max_size})", group.desired_size)


@_of_each_group
def max_size_is_at_least_the_fewest(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS wants min <= desired <= max."""
    if group.max_size < group.min_size:
        yield Violation(f"{path}.max_size", f"must be at least min_size ({group.min_size})", group.max_size)


@_of_each_group
def instance_types_are_known(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """What is not known can't be sized, nor its architecture be told."""
    for index, instance_type in enumerate(group.instance_types):
        if facts_of(instance_type) is None:
            yield Violation(
                f"{path}.instance_types[{index}]",
                "must be an EC2 instance type that Amazon Linux 2023 nodes run on",
                instance_type,
            )


@_of_each_group
def instance_types_are_named_once(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS refuses a type that is named twice."""
    for index, instance_type in enumerate(group.instance_types):
        if instance_type in group.instance_types[:index]:
            yield Violation(f"{path}.instance_types[{index}]", "must differ from the types before it", instance_type)


@_of_each_group
def instance_types_are_of_one_architecture(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """A group has one machine image."""
    known = [(each, facts.architecture) for each in group.instance_types if (facts := facts_of(each))]
    for instance_type, architecture in known[1:]:
        if architecture != known[0][1]:
            rule = f"must be of one architecture: {known[0][0]} is {known[0][1]}, {instance_type} is {architecture}"
            yield Violation(f"{path}.instance_types", rule, list(group.instance_types))
            return


@_of_each_group
def instance_types_hold_enough_pods(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """The number of pods follows from the addresses of an instance type."""
    for index, instance_type in enumerate(group.instance_types):
        facts = facts_of(instance_type)
        if facts and facts.max_pods < FEWEST_PODS:
            rule = f"must hold {FEWEST_PODS} pods or more, and this type holds {facts.max_pods}: choose a larger one"
            yield Violation(f"{path}.instance_types[{index}]", rule, instance_type)


@_of_each_group
def labels_are_not_reserved(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """Some labels are Kubernetes' and EKS's own."""
    for key in group.labels:
        if _is_of(key, RESERVED_LABELS):
            rule = f"the key must not be of {', '.join(RESERVED_LABELS)}, which are reserved"
            yield Violation(f"{path}.labels.{key}", rule, key)


@_of_each_group
def taints_are_not_reserved(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """Some taints are Kubernetes', EKS's and the platform's own."""
    for index, taint in enumerate(group.taints):
        if _is_of(taint.key, RESERVED_TAINTS):
            rule = f"must not be of {', '.join(RESERVED_TAINTS)}, which are reserved"
            yield Violation(f"{path}.taints[{index}].key", rule, taint.key)


@_of_each_group
def taints_are_named_once(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """Kubernetes has one taint for a key and an effect."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(group.taints):
        if (taint.key, taint.effect) in seen:
            rule = f"must differ from the {taint.effect} taints before it"
            yield Violation(f"{path}.taints[{index}].key", rule, taint.key)
        seen.add((taint.key, taint.effect))


def some_group_takes_pods(environment: AwsEnvironment) -> Iterator[Violation]:
    """Airflow's pods and coredns tolerate no taint."""
    groups = environment.cluster.node_groups
    if all(group.keeps_pods_away for group in groups.values()):
        rule = "at least one group must have no NoSchedule and no NoExecute taint, for Airflow and coredns to run on"
        yield Violation("cluster.node_groups", rule, list(groups))


def _types_can_be_told(environment: AwsEnvironment) -> bool:
    """Whether other rules leave something to count on."""
    groups = [group for group in environment.cluster.node_groups.values() if not group.keeps_pods_away]
    return bool(groups) and all(facts_of(each) for group in groups for each in group.instance_types)


def _sizes(environment: AwsEnvironment, *, at_start: bool) -> str:
    return ", ".join(
        f"{name}: {group.initial_size if at_start else group.max_size}"
        for name, group in environment.cluster.node_groups.items()
    )


def airflow_fits_at_the_largest(environment: AwsEnvironment) -> Iterator[Violation]:
    """A platform that can't hold one task is none."""
    if _types_can_be_told(environment) and not aws_slots(environment):
        rule = "must hold Airflow's own pods and at least one task at max_size: larger types, or more nodes"
        yield Violation("cluster.node_groups", rule, _sizes(environment, at_start=False))


def airflow_fits_at_the_start(environment: AwsEnvironment) -> Iterator[Violation]:
    """The first deployment waits for Airflow's pods, and nothing adds nodes meanwhile."""
    if not _types_can_be_told(environment) or not aws_slots(environment):
        return
    if not aws_slots(environment, at_start=True):
        rule = (
            "must start with nodes that hold Airflow's own pods and at least one task: raise desired_size or min_size"
        )
        yield Violation("cluster.node_groups", rule, _sizes(environment, at_start=True))
