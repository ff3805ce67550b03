"""Rules on the instance types of node groups."""

from collections.abc import Iterator

from settings.facts.instance_types import facts_of
from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings
from settings.reading.violations import Violation
from settings.rules.shared import of_each_group, repeats

FEWEST_PODS = 15
"""Pods that a node must hold: the seven of DaemonSets, some of the cluster's, and tasks. It rules out micro and small
types, and medium ones outside the burstable families."""


@of_each_group
def instance_types_are_known(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """What is not known can't be sized, nor its architecture be told."""
    for index, instance_type in enumerate(group.instance_types):
        if facts_of(instance_type) is None:
            yield Violation(
                f"{path}.instance_types[{index}]",
                "must be an EC2 instance type that Amazon Linux 2023 nodes run on",
                instance_type,
            )


@of_each_group
def instance_types_are_named_once(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """EKS refuses a type that is named twice."""
    yield from repeats(f"{path}.instance_types", group.instance_types, "types")


@of_each_group
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


@of_each_group
def instance_types_hold_enough_pods(
    environment: AwsEnvironment, path: str, group: NodeGroupSettings
) -> Iterator[Violation]:
    """The number of pods follows from the addresses of an instance type."""
    for index, instance_type in enumerate(group.instance_types):
        facts = facts_of(instance_type)
        if facts and facts.max_pods < FEWEST_PODS:
            rule = f"must hold {FEWEST_PODS} pods or more, and this type holds {facts.max_pods}: choose a larger one"
            yield Violation(f"{path}.instance_types[{index}]", rule, instance_type)
