"""`python -m operations.changes <environment>`: what a deployment could not change, or would cost data. Read-only."""

import argparse
import sys
import tempfile
from pathlib import Path

from operations import cdk
from operations.aws import AWS_ERRORS, Clients, WrongAccountError, account_of, clients_of
from operations.changes.compare import refusals
from operations.changes.grown import storage_violations
from operations.deployed import deployed_stacks, templates_of
from settings import AwsEnvironment, SettingsError, load_aws_environment


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
    parser = argparse.ArgumentParser(prog="make diff", description="What a deployment could not change.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    given = parser.parse_args(arguments)
    try:
        settings = load_aws_environment(given.environment, cdk.ROOT)
        return tell(given.environment, settings, clients_of(settings))
    except (SettingsError, WrongAccountError, cdk.CdkError) as error:
        print(error, file=sys.stderr)
    except AWS_ERRORS as error:
        print(f"AWS refuses or does not answer, for environment {given.environment}: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
