"""What the commands share: their arguments, and errors as lines instead of tracebacks."""

import argparse
import sys
from collections.abc import Callable, Iterable

from operations import cdk
from operations.aws import AWS_ERRORS, Clients, OperationError, clients_of
from settings import AwsEnvironment, SettingsError, load_aws_environment

INTERRUPTED = 130
"""The exit code of a command that was stopped by Ctrl-C, as shells have it."""


def parser(program: str, description: str, *, asks: bool = False, in_parallel: bool = False) -> argparse.ArgumentParser:
    """Arguments of a command on one environment.

    Args:
        asks: whether it asks before it changes something.
        in_parallel: whether it works on several stacks at a time.
    """
    made = argparse.ArgumentParser(prog=program, description=description)
    made.add_argument("environment", help="a name in environments/, or the path of a file")
    if asks:
        made.add_argument("--yes", action="store_true", help="ask nothing (make: YES=1)")
    if in_parallel:
        stacks = "stacks at a time; default %(default)s"
        made.add_argument("--concurrency", type=int, default=3, metavar="N", help=stacks)
    return made


def refused(lines: Iterable[object], why: str = "Refused; nothing was done:") -> int:
    """Tell on stderr why a command does not begin, a line each; returns the exit code."""
    print("\n".join([why, *(f"  {line}" for line in lines)]), file=sys.stderr)
    return 1


def run(environment: str, work: Callable[[AwsEnvironment, Clients], int]) -> int:
    """Do the work on an environment; returns the exit code. What a person can mend is told in a line on stderr."""
    try:
        settings = load_aws_environment(environment, cdk.ROOT)
        return work(settings, clients_of(settings))
    except (SettingsError, OperationError) as error:
        print(error, file=sys.stderr)
    except AWS_ERRORS as error:
        print(f"AWS refuses or does not answer, for environment {environment}: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. What AWS has begun goes on there; run this again to see its end.", file=sys.stderr)
        return INTERRUPTED
    return 1
