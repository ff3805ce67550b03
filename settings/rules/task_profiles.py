"""Rules on task profiles: their nodes and their size."""

from collections.abc import Iterator

from settings.capacity import group_node_room
from settings.facts.instance_types import facts_of
from settings.facts.room import Room
from settings.model.environment import AwsEnvironment
from settings.model.task_profile import TaskProfileSettings
from settings.placement import groups_of
from settings.reading.violations import Violation

PATH = "airflow.task_profiles"


def profiles_have_nodes(environment: AwsEnvironment) -> Iterator[Violation]:
    """A pod that no node may take waits until its task fails as stuck in queued."""
    for name, profile in environment.airflow.task_profiles.items():
        if profile.node_labels and not groups_of(environment, profile):
            rule = "must be labels that the nodes of one group of cluster.node_groups all have"
            yield Violation(f"{PATH}.{name}.node_labels", rule, dict(profile.node_labels))


def profiles_fit_on_a_node(environment: AwsEnvironment) -> Iterator[Violation]:
    """The same for one that is too large."""
    for name, profile in environment.airflow.task_profiles.items():
        groups = groups_of(environment, profile).values()
        if not groups or not all(facts_of(each) for group in groups for each in group.instance_types):
            continue  # told by other rules
        rooms = [group_node_room(group) for group in groups]
        pod = _room(environment, profile)
        if not any(room.holds(pod) for room in rooms):
            most = max(rooms, key=lambda room: (room.mib, room.millicores))
            rule = f"must fit on a node: at most {most.millicores} millicores and {most.mib} MiB"
            yield Violation(f"{PATH}.{name}", rule, f"{pod.millicores} millicores, {pod.mib} MiB")
        disk = max(group.disk_size_gib for group in groups)
        if profile.ephemeral_storage_gib and profile.ephemeral_storage_gib >= disk:
            rule = f"must be less than the disk of a node, disk_size_gib {disk}, which also holds system and images"
            yield Violation(f"{PATH}.{name}.ephemeral_storage_gib", rule, profile.ephemeral_storage_gib)


def _room(environment: AwsEnvironment, profile: TaskProfileSettings) -> Room:
    worker = environment.airflow.worker
    return Room(profile.cpu_millicores or worker.cpu_millicores, profile.memory_mib or worker.memory_mib)
