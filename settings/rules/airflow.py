"""Rules on Airflow."""

from collections.abc import Iterator

from settings.capacity import aws_slots
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import Violation


def base_url_has_a_valid_port(environment: AwsEnvironment | LocalEnvironment) -> Iterator[Violation]:
    """Ports end at 65535."""
    url = environment.airflow.base_url
    port = url.rpartition(":")[2]
    if port.isdigit() and not 1 <= int(port) <= 65535:
        yield Violation("airflow.base_url", "must have a port from 1 to 65535", url)


def parallelism_fits(environment: AwsEnvironment) -> Iterator[Violation]:
    """More running tasks than the nodes hold are pods that wait, and then fail as stuck in queued."""
    parallelism, slots = environment.airflow.parallelism, aws_slots(environment)
    if parallelism is not None and slots and parallelism > slots:
        rule = f"must be at most {slots}, the task pods that the node groups hold at max_size beside Airflow itself"
        yield Violation("airflow.parallelism", rule, parallelism)
