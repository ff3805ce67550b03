"""`python -m operations.destroy <environment> [--yes]`: remove an environment, and tell what really stays."""

import sys
import tempfile
from pathlib import Path

from operations import cdk
from operations.aws import Clients, account_of
from operations.command import parser, refused, run
from operations.control_plane_logs import delete_leftover_log_group
from operations.database_protection import databases, is_protected, set_protection
from operations.deployed import deleted_stack_ids, deployed_stacks
from operations.destroy.aftermath import aftermath, told
from operations.destroy.images import empty_repositories
from operations.destroy.linked import Linked
from operations.destroy.plan import Plan, described, refusals
from operations.exports import WAIT_MINUTES, add_export_minutes
from operations.terminal import answer_to, has_terminal
from settings import AwsEnvironment

LATE_LOG_SECONDS = 30
"""How long to wait for EKS to write a late record; the network took minutes to go since the cluster went."""


def destroy(
    given: str,
    settings: AwsEnvironment,
    clients: Clients,
    *,
    confirmed: bool,
    concurrency: int,
    export_minutes: int = WAIT_MINUTES,
) -> int:
    """Destroy an environment; returns the exit code. Raises CdkError, WrongAccountError and what AWS's client raises.

    Args:
        given: the environment as the person named it: a name, or a path.
        confirmed: no question is asked.
        export_minutes: how long to wait for files that leave to S3; 0: not at all, what has not left is given up.
    """
    name, region = settings.name, settings.region
    place = f"account {account_of(clients, settings)}, {region}"
    cloudformation = clients("cloudformation")
    stacks = deployed_stacks(cloudformation, name)
    if not stacks:
        print(f"Nothing of environment {name} is deployed in {place}.")
        return _tell(clients, settings, [], log_seconds=0)
    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder)
        cdk.synthesize(given, assembly, any_version=True)
        plan = Plan(stacks, frozenset(cdk.templates(assembly)))
        linked = Linked.of(plan)
        lines = [f"Environment {name} in {place}.", described(plan, region), *linked.described(clients, export_minutes)]
        print("\n".join(lines), flush=True)
        rds = clients("rds")
        reasons = refusals(
            plan, given, retain_data=settings.retain_data, is_protected=lambda instance: is_protected(rds, instance)
        )
        if reasons:
            return refused(reasons)
        if not confirmed and answer_to(f"Type the environment's name ({name}) to destroy it: ") != name:
            print("That is not its name: nothing was done.", file=sys.stderr)
            return 1
        if linked.leaving or linked.buckets:
            failed = cdk.destroy_airflow(assembly)  # whoever writes has to end first; and it is what fails, if anything
            lost = linked.wait(clients, export_minutes) if export_minutes and not failed else []
            if failed or lost:
                return _stopped(lost)
        # From now on nobody's stack has the database.
        for line in set_protection(rds, [each for each in databases(plan.destroyed) if each.is_kept]):
            print(line, flush=True)
        for line in empty_repositories(clients("ecr"), plan.lost_data):
            print(line, flush=True)
        linked.empty_buckets(clients)
        failed = cdk.destroy(assembly, concurrency)
        if failed and linked.empty_buckets(clients):  # what left to S3 in between
            failed = cdk.destroy(assembly, concurrency)
    had_cluster = any(each.type == "AWS::EKS::Cluster" for each in plan.resources)
    _tell(
        clients,
        settings,
        [stack.id for stack in stacks],
        log_seconds=LATE_LOG_SECONDS if had_cluster and not failed else 0,
    )
    if failed:
        print("Not everything was destroyed: see above; run it again when the reason is gone.", file=sys.stderr)
    return failed


def _stopped(lost: list[str]) -> int:
    """Tell why it does not go on; returns the exit code."""
    again = "Run it again to wait on; EXPORT_MINUTES=0 (--export-minutes 0) gives up what has not left."
    reasons = [*lost, again] if lost else ["Run it again when the reason is gone."]
    print("\n".join(["Airflow is removed, or half removed, and nothing else: see above.", *reasons]), file=sys.stderr)
    return 1


def _tell(clients: Clients, settings: AwsEnvironment, stack_ids: list[str], *, log_seconds: float) -> int:
    """Delete what EKS made again, and tell what is left: of earlier lives of the environment too. Returns 0."""
    cloudformation = clients("cloudformation")
    stacks = deployed_stacks(cloudformation, settings.name)
    group = delete_leftover_log_group(clients, settings.name, stacks, seconds=log_seconds)
    if group:
        print(f"Deleted log group {group}, which EKS had made again.")
    ids = dict.fromkeys([*stack_ids, *deleted_stack_ids(cloudformation, settings.name)])
    print(told(aftermath(clients, settings.name, ids, stacks), settings.region))
    return 0


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    made = parser("make destroy", "Remove an environment.", asks=True, in_parallel=True)
    add_export_minutes(made)
    given = made.parse_args(arguments)
    if not given.yes and not has_terminal():
        return _ended(
            "Refused; nothing was done: without a terminal nobody can be asked, so --yes (make: YES=1) is needed."
        )

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        return destroy(
            given.environment,
            settings,
            clients,
            confirmed=given.yes,
            concurrency=given.concurrency,
            export_minutes=given.export_minutes,
        )

    return run(given.environment, work)


def _ended(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
