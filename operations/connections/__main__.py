"""`python -m operations.connections <environment>`: the connections and variables that Airflow would find in AWS."""

import sys

from k8s.airflow.pods.secrets_backend import KINDS, MOST, Kind, prefixes
from operations.aws import Clients, account_of
from operations.command import parser, run
from operations.connections.judge import judge
from operations.connections.store import READ, Entry
from settings import AwsEnvironment

STORES = {"secrets_manager": "Secrets Manager", "ssm": "the Parameter Store"}


def main(arguments: list[str]) -> int:
    """Returns the exit code: 1 with something that Airflow would not find, or could not use."""
    description = "The connections and variables that Airflow would find in AWS, without their values."
    given = parser("make connections", description).parse_args(arguments)

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        if settings.airflow.secrets_backend.service is None:
            print(
                "airflow.secrets_backend.service is not set: all connections and variables are in Airflow's database."
            )
            return 0
        account_of(clients, settings)  # raises for another account, which may have secrets of these names
        return list_all(settings, clients)

    return run(given.environment, work)


def list_all(settings: AwsEnvironment, clients: Clients) -> int:
    """Print a table of each kind."""
    service = str(settings.airflow.secrets_backend.service)
    boto3_name, read = READ[service]
    client, total, problems = clients(boto3_name), 0, 0
    for kind, prefix in prefixes(settings.airflow, KINDS).items():
        entries = sorted(read(client, prefix), key=lambda entry: entry.full_name)
        found = [entry for entry in entries if entry.name]
        print(f"{kind} in {STORES[service]}, below {prefix}/: {len(found)}")
        for entry in entries:
            told, wrong = _judged(kind, entry, service)
            print(f"  {entry.name or entry.full_name:<32} {told}".rstrip())
            for problem in wrong:
                print(f"    problem: {problem}")
            problems += len(wrong)
        total += len(found)
    if total > MOST:
        print(f"{total} names, and a process remembers {MOST} at most: the rest is asked of AWS at each read.")
    print("No problem." if not problems else f"{problems} problem{'s' if problems > 1 else ''}.")
    return int(problems > 0)


def _judged(kind: Kind, entry: Entry, service: str) -> tuple[str, list[str]]:
    if not entry.name:
        return "", [entry.problem]
    told, wrong = judge(kind, entry.name, entry.value, service=service)
    return told, [*([entry.problem] if entry.problem else []), *wrong]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
