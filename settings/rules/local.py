"""Rules on an environment without AWS."""

from collections.abc import Iterator

from settings.model.environment import LocalEnvironment
from settings.reading.violations import Violation


def parallelism_fits(environment: LocalEnvironment) -> Iterator[Violation]:
    """The same promise as on AWS, where the node groups tell the slots."""
    parallelism, slots = environment.airflow.parallelism, environment.local.task_slots
    if parallelism is not None and parallelism > slots:
        yield Violation("airflow.parallelism", f"must be at most {slots}, which is local.task_slots", parallelism)
