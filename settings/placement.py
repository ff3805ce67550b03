"""On which node groups the pods of a task profile run."""

from settings.facts.instance_types import facts_of
from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings
from settings.model.task_profile import TaskProfileSettings


def groups_of(environment: AwsEnvironment, profile: TaskProfileSettings) -> dict[str, NodeGroupSettings]:
    """The groups whose nodes have a profile's labels; those without taints, where it names none."""
    groups = environment.cluster.node_groups
    if not profile.node_labels:
        return {name: group for name, group in groups.items() if not group.keeps_pods_away}
    return {
        name: group
        for name, group in groups.items()
        if all(_has(environment, group, key, value) for key, value in profile.node_labels.items())
    }


def _has(environment: AwsEnvironment, group: NodeGroupSettings, key: str, value: str) -> bool:
    """Whether some node of a group has a label: the group's own, or one that Kubernetes and EKS give."""
    given = {
        "eks.amazonaws.com/capacityType": {group.capacity_type.upper()},
        "kubernetes.io/arch": {_arch(each) for each in group.instance_types},
        "node.kubernetes.io/instance-type": set(group.instance_types),
        "topology.kubernetes.io/zone": set(group.zones or environment.availability_zones),
    }
    return value in given[key] if key in given else group.labels.get(key) == value


def _arch(instance_type: str) -> str:
    facts = facts_of(instance_type)
    return {"x86_64": "amd64", "arm64": "arm64"}.get(facts.architecture, "") if facts else ""
