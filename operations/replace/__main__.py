"""`python -m operations.replace <environment> [--yes]`: deploy an environment with a new file system, from S3."""

import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from operations import cdk
from operations.aws import Clients, account_of
from operations.changes.compare import refusals
from operations.command import parser, refused, run
from operations.deploy.__main__ import protect
from operations.deploy.checks import CHECKS
from operations.deployed import deployed_stacks, templates_of
from operations.evidence.__main__ import evidence
from operations.exports import WAIT_MINUTES, add_export_minutes, wait_until_exported, waiting_seconds
from operations.replace.plan import Replacement
from operations.terminal import answer_to, has_terminal
from settings import AwsEnvironment


def replace(
    given: str,
    settings: AwsEnvironment,
    clients: Clients,
    *,
    confirmed: bool,
    concurrency: int,
    export_minutes: int = WAIT_MINUTES,
) -> int:
    """Replace the file system; returns the exit code. Raises CdkError, WrongAccountError and what AWS's client raises.

    Exports are strong and a volume's source can't be changed: CloudFormation refuses a new file system as long as
    AirflowStack uses the old one. AirflowStack holds no data, so it goes, and is made again.

    Args:
        given: the environment as the person named it: a name, or a path.
        confirmed: no question is asked.
        export_minutes: how long to wait for files that leave to S3; 0: not at all, what has not left is given up.
    """
    name = settings.name
    place = f"account {account_of(clients, settings)}, {settings.region}"
    stacks = deployed_stacks(clients("cloudformation"), name)
    if problems := [problem for check in CHECKS for problem in check(settings, clients, stacks)]:
        return refused(problems)
    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder)
        cdk.synthesize(given, assembly)
        wanted = cdk.templates(assembly)
        plan = Replacement.of(stacks, wanted)
        if plan is None:
            return refused(["Nothing in the file makes a new file system: `make deploy`, without REPLACE_FILE_SYSTEM."])
        others: list[object] = [*refusals(templates_of(stacks), wanted, new_file_system=True)]
        others += plan.problems(clients, look_at_links=export_minutes > 0)
        others += evidence(settings, assembly, date.today()).open
        if others:
            return refused(others)
        print(f"Environment {name} in {place}.\n{plan.described()}", flush=True)
        for each in plan.leaving:
            age = waiting_seconds(clients("cloudwatch"), each.file_system.physical_id)
            print(f"The oldest file of {', '.join(each.folders)} has waited {age} s to leave to S3.", flush=True)
        if not confirmed and answer_to(f"Type the environment's name ({name}) to replace its file system: ") != name:
            return refused(["That is not its name."])
        if cdk.destroy_airflow(assembly):
            return _stopped(["Airflow could not be removed: see above."])
        if lost := _wait(plan, clients, export_minutes):
            return _stopped(lost)
        return cdk.deploy(assembly, concurrency) or protect(settings, clients)


def _wait(plan: Replacement, clients: Clients, minutes: int) -> list[str]:
    """What would be missing in the new file system, a line each; nobody writes any more."""
    if not minutes:
        return []
    waiting = wait_until_exported(clients, (each.file_system.physical_id for each in plan.leaving), minutes=minutes)
    return [
        f"Files of {file_system} have not all left to S3 after {minutes} minutes: the oldest has waited {age} s."
        for file_system, age in waiting.items()
    ]


def _stopped(why: Iterable[str]) -> int:
    """Airflow is away; nothing else was touched."""
    ways = (
        "Run it again to go on; EXPORT_MINUTES=0 (--export-minutes 0) gives up what has not left.",
        "Or set the settings back, and `make deploy`.",
    )
    print("\n".join([*why, "Airflow is removed, and the file system is as it was.", *ways]), file=sys.stderr)
    return 1


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    title = "make deploy REPLACE_FILE_SYSTEM=1"
    made = parser(title, "Deploy an environment with a new file system.", asks=True, in_parallel=True)
    add_export_minutes(made)
    given = made.parse_args(arguments)
    if not given.yes and not has_terminal():
        return refused(["without a terminal nobody can be asked, so --yes (make: YES=1) is needed"])

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        return replace(
            given.environment,
            settings,
            clients,
            confirmed=given.yes,
            concurrency=given.concurrency,
            export_minutes=given.export_minutes,
        )

    return run(given.environment, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
