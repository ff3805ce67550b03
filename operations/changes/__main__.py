"""`python -m operations.changes <environment>`: what a deployment could not change, or would cost data. Read-only."""

import sys
import tempfile
from pathlib import Path

from operations import cdk
from operations.aws import Clients, account_of
from operations.changes.compare import refusals
from operations.changes.grown import storage_violations
from operations.command import parser, run
from operations.deployed import deployed_stacks, templates_of
from settings import AwsEnvironment


def tell(given: str, settings: AwsEnvironment, clients: Clients) -> int:
    """Print what `make deploy` would refuse; returns 1 if there is anything. Raises what AWS's client raises."""
    account_of(clients, settings)
    with tempfile.TemporaryDirectory() as folder:
        cdk.synthesize(given, Path(folder), any_version=True)
        wanted = cdk.templates(Path(folder))
    stacks = deployed_stacks(clients("cloudformation"), settings.name)
    found = [*refusals(templates_of(stacks), wanted), *storage_violations(settings, clients, stacks)]
    for violation in found:
        print(violation)
    print(f"{len(found)} changes can't be deployed." if found else "Every change can be deployed.")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    given = parser("make diff", "What a deployment could not change.").parse_args(arguments)
    return run(given.environment, lambda settings, clients: tell(given.environment, settings, clients))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
