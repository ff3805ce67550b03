"""What the node groups hold: task pods by CPU, memory and pod count, and the addresses that all of it takes."""

from settings.facts.addons import daemons, system_pods
from settings.facts.endpoints import INTERFACE_ENDPOINTS
from settings.facts.instance_types import InstanceTypeFacts, facts_of
from settings.facts.room import Room
from settings.model.airflow import AirflowSettings
from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings


def node_room(facts: InstanceTypeFacts) -> Room:
    """What a node has for pods that are no DaemonSet's.

    The hypervisor keeps up to 7.5% of the memory. The kubelet of Amazon Linux 2023 keeps 255 MiB and 11 for each pod,
    and 100 MiB before it evicts; of CPU 6% of the first core, 1% of the second, 0.5% of the next two and 0.25% of the
    others (nodeadm, awslabs/amazon-eks-ami).
    """
    cores = facts.vcpus
    kept = 60 + 10 * (cores >= 2) + 5 * min(max(cores - 2, 0), 2) + 2.5 * max(cores - 4, 0)
    memory = facts.memory_gib * 1024 * 0.925 - (255 + 11 * facts.max_pods) - 100
    return Room(int(cores * 1000 - kept), int(memory), facts.max_pods).without(daemons())


def group_node_room(group: NodeGroupSettings) -> Room:
    """What a node of the group has at least, whichever of its instance types it is; nothing for an unknown type."""
    rooms = [node_room(facts) if (facts := facts_of(each)) else Room(0, 0, 0) for each in group.instance_types]
    return Room(
        min(room.millicores for room in rooms), min(room.mib for room in rooms), min(room.pods for room in rooms)
    )


def airflow_pods(airflow: AirflowSettings) -> tuple[Room, ...]:
    """Requests of Airflow's long-running pods."""
    components = airflow.components.values()
    git_sync = (airflow.git_sync,) if airflow.git_bundles else ()
    pods = (*(each for each in components for _ in range(each.replicas)), *git_sync)
    return tuple(Room(each.cpu_millicores, each.memory_mib) for each in pods)


def slots_beside(pods: tuple[Room, ...], nodes: list[Room], worker: Room) -> int | None:
    """Task pods that fit beside other pods; None if these don't fit.

    The largest pod is placed first, each on the node with most memory left, as the Kubernetes scheduler spreads them.
    """
    left = list(nodes)
    for pod in sorted(pods, key=lambda each: (each.mib, each.millicores), reverse=True):
        able = [index for index, node in enumerate(left) if node.holds(pod)]
        if not able:
            return None
        chosen = max(able, key=lambda index: (left[index].mib, left[index].millicores))
        left[chosen] = left[chosen].without(pod)
    return sum(node.holds(worker) for node in left)


def aws_slots(environment: AwsEnvironment, *, at_start: bool = False) -> int | None:
    """Task pods that the node groups hold, at their largest or as they start; None if Airflow itself does not fit.

    Nodes whose taints keep pods away hold none: task pods tolerate nothing.
    """
    nodes: list[Room] = []
    for group in environment.cluster.node_groups.values():
        if not group.keeps_pods_away:
            nodes += [group_node_room(group)] * (group.initial_size if at_start else group.max_size)
    worker = environment.airflow.worker
    pods = (*system_pods(), *airflow_pods(environment.airflow))
    return slots_beside(pods, nodes, Room(worker.cpu_millicores, worker.memory_mib))


def task_slots(environment: AwsEnvironment) -> int:
    """Task pods that the running nodes hold, after Airflow's own pods and the cluster's.

    Not `max_size`: nothing adds nodes by itself, and a task whose pod waits longer than
    `airflow.task_queued_timeout_seconds` fails. Raise `desired_size` to raise it.
    """
    return aws_slots(environment, at_start=True) or 0


AWS_KEEPS = 5
"""Addresses of each subnet that AWS keeps ("Subnet CIDR blocks", Amazon VPC user guide)."""

OTHER_INTERFACES = 16 + 3 + 4 + 1 + 8
"""Addresses of each private subnet for what is neither node nor pod: 16 that EKS recommends for the control plane
("Amazon EKS networking requirements", Amazon EKS user guide), 3 for the database and its standby and replacement, 4 for
Lambda functions, 1 for the controller machine, 8 for internal load balancers."""

GIB_PER_FILE_SERVER = 1200
"""Each server of a file system has an interface of its own; one holds 1200 GiB or more."""


def nodes_per_zone(group: NodeGroupSettings, zones: int) -> int:
    """Most nodes of the group in one of its zones, during an update of the group too.

    Auto Scaling spreads a group evenly. An update adds two nodes a zone or `max_unavailable`, whichever is more
    ("Understand each phase of node updates", Amazon EKS user guide).
    """
    if isinstance(group.max_unavailable, int):
        at_once = group.max_unavailable
    else:
        at_once = -(-group.max_size * int(group.max_unavailable.removesuffix("%")) // 100)
    return -(-group.max_size // zones) + max(2, -(-at_once // zones))


def addresses_by_zone(environment: AwsEnvironment) -> dict[str, int]:
    """Addresses that each zone's private subnet has to hold at most, without those that AWS keeps."""
    shared = OTHER_INTERFACES + len(INTERFACE_ENDPOINTS) * environment.network.interface_endpoints
    needed = dict.fromkeys(environment.availability_zones, shared)
    if environment.storage_zone in needed:
        needed[environment.storage_zone] += -(-environment.storage.storage_capacity_gib // GIB_PER_FILE_SERVER) + 1
    for group in environment.cluster.node_groups.values():
        known = [facts for each in group.instance_types if (facts := facts_of(each))]
        for zone in set(group.zones or environment.availability_zones) & set(needed):
            nodes = nodes_per_zone(group, len(set(group.zones or environment.availability_zones)))
            needed[zone] += nodes * max((facts.max_addresses for facts in known), default=0)
    return needed
