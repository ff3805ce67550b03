"""Rules on Airflow."""

from collections.abc import Iterator

from settings.capacity import aws_slots
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import Violation
from settings.rules.network import ipv4_network


def base_url_has_a_valid_port(environment: AwsEnvironment | LocalEnvironment) -> Iterator[Violation]:
    """Ports end at 65535."""
    url = environment.airflow.base_url
    port = url.rpartition(":")[2]
    if port.isdigit() and not 1 <= int(port) <= 65535:
        yield Violation("airflow.base_url", "must have a port from 1 to 65535", url)


def egress_is_of_networks(environment: AwsEnvironment | LocalEnvironment) -> Iterator[Violation]:
    """Kubernetes would refuse the network policy."""
    airflow = environment.airflow
    networks = {name: pods.egress_cidrs for name, pods in airflow.components.items()}
    others = {
        "worker": airflow.worker.egress_cidrs,
        "git_sync": airflow.git_sync.egress_cidrs,
        "login": airflow.login.egress_cidrs,
    }
    for name, cidrs in {**networks, **others}.items():
        for index, cidr in enumerate(cidrs):
            if ipv4_network(cidr) is None:
                rule = "must be an IPv4 network, such as 198.51.100.0/24"
                yield Violation(f"airflow.{name}.egress_cidrs[{index}]", rule, cidr)


def parallelism_fits(environment: AwsEnvironment) -> Iterator[Violation]:
    """More running tasks than the nodes hold are pods that wait, and then fail as stuck in queued."""
    parallelism, slots = environment.airflow.parallelism, aws_slots(environment)
    if parallelism is not None and slots and parallelism > slots:
        rule = f"must be at most {slots}, the task pods that the node groups hold at max_size beside Airflow itself"
        yield Violation("airflow.parallelism", rule, parallelism)
