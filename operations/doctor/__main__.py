"""`python -m operations.doctor <environment>`: ask the account and the platform how they are; change nothing."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError

from operations.doctor.account import HOW_TO_GET_CREDENTIALS
from operations.doctor.check import Answer, Line
from operations.doctor.clients import ReadOnlyClients
from operations.doctor.context import Context
from operations.doctor.examination import examine, one_line
from operations.doctor.kubernetes_api import KubernetesReader
from operations.doctor.report import as_json, exit_code, print_table
from operations.doctor.table import GATES
from settings import AwsEnvironment, SettingsError, load_aws_environment

ROOT = Path(__file__).resolve().parents[2]


def lines_of(settings: AwsEnvironment, *, before: bool) -> list[Line]:
    """Ask everything, with the credentials that the SDK finds."""
    try:
        clients = ReadOnlyClients(settings.region)
    except BotoCoreError as error:  # a profile that is not there, a configuration that can't be read
        return [Line(GATES[0], Answer.failed(one_line(error), HOW_TO_GET_CREDENTIALS))]
    context = Context(
        settings, clients, lambda cluster: KubernetesReader.of_cluster(cluster, clients.session, clients("sts"))
    )
    return examine(context, before=before)


def main(arguments: Sequence[str]) -> int:
    """Print what was found. Returns 1 when a check has failed, or the environment can't be read."""
    parser = argparse.ArgumentParser(prog="python -m operations.doctor", description=__doc__)
    parser.add_argument("environment", help="name or path of an environment file")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument(
        "--before", action="store_true", help="only what can stop a deployment, not how the deployed platform is"
    )
    options = parser.parse_args(arguments)
    try:
        settings = load_aws_environment(options.environment, ROOT)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    lines = lines_of(settings, before=options.before)
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
