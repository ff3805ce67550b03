"""What the environment takes of an account's quotas, at its start, at full size, and during a node update."""

import re
from dataclasses import dataclass

from operations.doctor.facts import STANDARD_FAMILIES
from settings.capacity import nodes_per_zone
from settings.facts.instance_types import facts_of
from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings

UNKNOWN_VCPUS = 8
"""Of an instance type whose name tells nothing."""


@dataclass(frozen=True)
class VirtualCpus:
    """Virtual CPUs of the standard families, and the types that another quota counts."""

    full_size: int
    during_update: int
    of_other_quotas: tuple[str, ...]


def is_standard(instance_type: str) -> bool:
    """Whether the quotas of the standard families count it."""
    family = re.match(r"[a-z]+", instance_type)
    return family is not None and family[0] in STANDARD_FAMILIES


def vcpus_of(instance_type: str) -> int:
    """Virtual CPUs of an instance."""
    facts = facts_of(instance_type)
    return facts.vcpus if facts else UNKNOWN_VCPUS


def virtual_cpus(settings: AwsEnvironment, capacity_type: str) -> VirtualCpus:
    """Of the node groups of a capacity type; on demand also of the controller machine."""
    full = update = 0
    others: list[str] = []
    for group in settings.cluster.node_groups.values():
        if group.capacity_type != capacity_type:
            continue
        standard = [each for each in group.instance_types if is_standard(each)]
        others += [each for each in group.instance_types if each not in standard]
        largest = max((vcpus_of(each) for each in standard), default=0)
        full += group.max_size * largest
        update += nodes_during_update(settings, group) * largest
    controller = settings.cluster.controller
    if capacity_type == "on_demand" and controller.enabled:
        full += vcpus_of(controller.instance_type)
        update += vcpus_of(controller.instance_type)
    return VirtualCpus(full, update, tuple(dict.fromkeys(others)))


def nodes_during_update(settings: AwsEnvironment, group: NodeGroupSettings) -> int:
    """Most nodes of a group while it is updated at full size."""
    zones = len(set(group.zones or settings.availability_zones))
    return nodes_per_zone(group, zones) * zones
