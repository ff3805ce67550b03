"""`python -m operations.deploy <environment> [--yes]`: check, ask about broader permissions, deploy, protect data."""

import sys
import tempfile
from datetime import date
from pathlib import Path

from operations import cdk
from operations.aws import AWS_ERRORS, Clients, account_of
from operations.changes.compare import refusals
from operations.command import parser, refused, run
from operations.control_plane_logs import delete_leftover_log_group
from operations.database_protection import databases, set_protection
from operations.deploy.checks import CHECKS
from operations.deployed import deployed_stacks, templates_of
from operations.evidence.__main__ import evidence
from operations.terminal import answer_to, has_terminal
from settings import AwsEnvironment, support_notices


def deploy(given: str, settings: AwsEnvironment, clients: Clients, *, confirmed: bool, concurrency: int) -> int:
    """Deploy an environment; returns the exit code. Raises CdkError, WrongAccountError and what AWS's client raises.

    Args:
        given: the environment as the person named it: a name, or a path.
        confirmed: no question is asked.
    """
    account = account_of(clients, settings)
    stacks = deployed_stacks(clients("cloudformation"), settings.name)
    problems = [problem for check in CHECKS for problem in check(settings, clients, stacks)]
    if problems:
        return refused(problems, "Not deployed:")
    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder)
        cdk.synthesize(given, assembly)
        impossible = refusals(templates_of(stacks), cdk.templates(assembly))
        if impossible:
            return refused(impossible, "Not deployed:")
        insecure = evidence(settings, assembly, date.today()).open
        if insecure:
            return refused(insecure, "Not deployed, nobody accepted these findings (docs/security/evidence.md):")
        if not confirmed:
            changes = cdk.broadening_changes(assembly)
            if changes and not _agrees(changes, f"Deploy {settings.name} to account {account}, {settings.region}?"):
                return 1
        group = delete_leftover_log_group(clients, settings.name, stacks)
        if group:
            print(f"Deleted log group {group}: EKS had made it again for a cluster that is gone.", flush=True)
        code = cdk.deploy(assembly, concurrency)
    return code or protect(settings, clients)


def protect(settings: AwsEnvironment, clients: Clients) -> int:
    """Protect the data of what is deployed from deletion; returns the exit code."""
    try:
        instances = databases(deployed_stacks(clients("cloudformation"), settings.name))
        for line in set_protection(clients("rds"), instances):
            print(line)
    except AWS_ERRORS as error:
        print(
            f"Deployed, but the database's protection from deletion is not as retain_data says: {error}. Run it again.",
            file=sys.stderr,
        )
        return 1
    return 0


def _agrees(changes: str, question: str) -> bool:
    """Whether a person wants these changes of permissions and open ports."""
    print(changes, flush=True)
    if not has_terminal():
        print(
            "Not deployed: permissions get broader (see above), and without a terminal nobody can be asked:"
            " --yes (make: YES=1) is needed.",
            file=sys.stderr,
        )
        return False
    if answer_to(f"{question} (y/n) ").lower() in ("y", "yes"):
        return True
    print("Not deployed.", file=sys.stderr)
    return False


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    given = parser("make deploy", "Deploy an environment.", asks=True, in_parallel=True).parse_args(arguments)

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        for notice in support_notices(settings, date.today()):
            if notice.level != "refused":  # the synth refuses, in the same words
                print(f"{given.environment}: {notice}", file=sys.stderr)
        return deploy(given.environment, settings, clients, confirmed=given.yes, concurrency=given.concurrency)

    return run(given.environment, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
