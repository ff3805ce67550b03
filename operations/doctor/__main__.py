"""`python -m operations.doctor <environment>`: ask the account and the platform how they are.

It changes nothing, unless a canary is asked for.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError

from operations.doctor.account import HOW_TO_GET_CREDENTIALS
from operations.doctor.canary import DAG_ID, SECONDS, canary
from operations.doctor.check import Answer, Line, Status
from operations.doctor.clients import ReadOnlyClients
from operations.doctor.context import Context
from operations.doctor.examination import examine, one_line
from operations.doctor.kubernetes_api import KubernetesReader
from operations.doctor.report import as_json, exit_code, print_table
from operations.doctor.table import GATES
from settings import AwsEnvironment, SettingsError, load_aws_environment

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 3600


def lines_of(
    settings: AwsEnvironment, *, before: bool = False, dag_id: str | None = None, seconds: float = SECONDS
) -> list[Line]:
    """Ask everything, with the credentials that the SDK finds; and run a DAG, if one is named."""
    try:
        clients = ReadOnlyClients(settings.region)
    except BotoCoreError as error:  # a profile that is not there, a configuration that can't be read
        return [Line(GATES[0], Answer.failed(one_line(error), HOW_TO_GET_CREDENTIALS))]
    context = Context(
        settings, clients, lambda cluster: KubernetesReader.of_cluster(cluster, clients.session, clients("sts"))
    )
    lines = examine(context, before=before)
    if dag_id and all(line.answer.status != Status.FAIL for line in lines[: len(GATES)]):
        lines.append(canary(context, dag_id, seconds, _tell_start))
    return lines


def _tell_start(run_id: str) -> None:
    print(f"canary: run {run_id} has begun", file=sys.stderr, flush=True)


def _dag_id(text: str) -> str:
    if not DAG_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be the name of a DAG, not {text!r}")
    return text


def _seconds(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {LONGEST_SECONDS}, not {text!r}")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Print what was found. Returns 1 when a check has failed, or the environment can't be read."""
    parser = argparse.ArgumentParser(prog="python -m operations.doctor", description=__doc__)
    parser.add_argument("environment", help="name or path of an environment file")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument(
        "--before", action="store_true", help="only what can stop a deployment, not how the deployed platform is"
    )
    parser.add_argument(
        "--canary",
        type=_dag_id,
        metavar="DAG_ID",
        help="start a run of this DAG and wait for its end: the only thing that the doctor writes",
    )
    parser.add_argument(
        "--canary-seconds",
        type=_seconds,
        default=SECONDS,
        metavar="SECONDS",
        help=f"how long that run may take (default {SECONDS})",
    )
    options = parser.parse_args(arguments)
    if options.canary and options.before:
        parser.error("--canary runs a DAG of a deployed platform, --before asks what can stop a deployment")
    try:
        settings = load_aws_environment(options.environment, ROOT)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        lines = lines_of(settings, before=options.before, dag_id=options.canary, seconds=options.canary_seconds)
    except KeyboardInterrupt:
        print("interrupted; a canary's run goes on", file=sys.stderr)
        return 130
    if options.json:
        print(as_json(settings, lines))
    else:
        print_table(settings, lines, sys.stdout)
    return exit_code(lines)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a call that hangs would keep the process for as long as it hangs
