"""Rules on the room that all node groups together have for Airflow."""

from collections.abc import Iterator

from settings.capacity import aws_slots
from settings.facts.instance_types import facts_of
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation


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
