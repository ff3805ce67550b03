"""`python -m operations.dags <environment> publish|check|back`: DAG files, checked, uploaded, shown; and back again."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError

from k8s.names import NAMESPACE
from operations.aws import Clients, OperationError, account_of
from operations.command import parser, run
from operations.dags.bucket import Bucket
from operations.dags.check import SECONDS, Checked, check, options_of
from operations.dags.interpreter import interpreter
from operations.dags.outputs import Outputs
from operations.dags.publish import Done, Publisher, StoppedError
from operations.dags.tree import Tree, read
from operations.dags.wait import SECONDS as WAIT_SECONDS
from operations.dags.wait import Wait
from operations.doctor.clients import ReadOnlyClients
from operations.doctor.context import Context
from operations.doctor.kubectl import Kubectl
from operations.doctor.kubernetes_api import KubernetesReader, KubernetesUnreachableError
from operations.terminal import answer_to, has_terminal
from settings import AwsEnvironment


def publish(settings: AwsEnvironment, clients: Clients, folder: Path, options: argparse.Namespace) -> int:
    """Check, upload what has changed, and wait until Airflow shows it. Returns the exit code."""
    account_of(clients, settings)
    outputs = Outputs.of(clients("cloudformation"), settings)
    bucket = Bucket(clients("s3"), outputs.dags_uri)
    tree, checked = checked_tree(settings, outputs, folder, bucket.prefix, options.seconds)
    print(f"To {outputs.dags_uri}:")
    return _end(settings, _publisher(clients, bucket, options).publish(tree, checked.dags), outputs, options)


def back(settings: AwsEnvironment, clients: Clients, options: argparse.Namespace) -> int:
    """Bring the files before the last release back. They are not checked: they were, and this may be in a hurry."""
    account_of(clients, settings)
    outputs = Outputs.of(clients("cloudformation"), settings)
    bucket = Bucket(clients("s3"), outputs.dags_uri)
    return _end(settings, _publisher(clients, bucket, options).back(), outputs, options)


def only_check(settings: AwsEnvironment, clients: Clients, folder: Path, options: argparse.Namespace) -> int:
    """Parse as `publish` does. Needs no credentials: without them the file's version counts."""
    outputs = Outputs.or_the_file(clients, settings)
    checked_tree(settings, outputs, folder, "dags/", options.seconds)
    return 0


def checked_tree(
    settings: AwsEnvironment, outputs: Outputs, folder: Path, prefix: str, seconds: float
) -> tuple[Tree, Checked]:
    """The files of a folder, when the deployed Airflow takes them. Raises OperationError."""
    tree = read(folder, prefix)
    used = interpreter(outputs.version, outputs.image, options_of(settings.airflow.config))
    print(f"Checking {_counted(len(tree.files), 'file')} with {used.shown} …", flush=True)
    found = check(tree, used, outputs.version, seconds)
    for note in found.notes:
        print(f"  note: {note}")
    print(f"{_counted(len(found.dags), 'DAG')}, no import error ({found.slowest}).", flush=True)
    return tree, found


def _publisher(clients: Clients, bucket: Bucket, options: argparse.Namespace) -> Publisher:
    by = clients("sts").get_caller_identity()["Arn"]

    def agrees(question: str) -> bool:
        if options.yes:
            return True
        if not has_terminal():
            raise OperationError(f"{question} Nobody can be asked here: YES=1 (--yes) says yes. Nothing was changed")
        return answer_to(f"{question} (y/n) ").lower() in ("y", "yes")

    return Publisher(bucket, by, agrees, lambda line: print(line, flush=True))


def _end(settings: AwsEnvironment, done: Done, outputs: Outputs, options: argparse.Namespace) -> int:
    print(f"Release {done.release.id} is in the bucket.", flush=True)
    if options.no_wait:
        return 0
    if not outputs.has_airflow:
        print("Airflow is not deployed: nothing to wait for.")
        return 0
    print(f"Waiting until Airflow shows it (up to {options.wait:.0f} s):", flush=True)
    Wait(
        kubectl_of(settings),
        sums=done.release.sums(),
        gone=frozenset(done.plan.removed),
        dags=frozenset(done.release.dags),
        removed_dags=done.removed_dags,
        seconds=options.wait,
        tell=lambda line: print(line, flush=True),
    ).run()
    return 0


def kubectl_of(settings: AwsEnvironment) -> Kubectl:
    """kubectl on the environment's cluster. Raises OperationError when it can't be reached."""
    try:
        clients = ReadOnlyClients(settings.region)
        context = Context(
            settings, clients, lambda cluster: KubernetesReader.of_cluster(cluster, clients.session, clients("sts"))
        )
        context.new_reader()
    except (KubernetesUnreachableError, BotoCoreError) as error:
        raise OperationError(f"Published, but the cluster can't be asked: {error} (NO_WAIT=1 does not ask)") from error
    return Kubectl(NAMESPACE, context.new_reader)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"must be a number of seconds up to 3600, not {text!r}")
    return value


def main(arguments: Sequence[str]) -> int:
    """Do what is asked. Returns the exit code."""
    made = parser("make dags", "DAG files of an environment.", asks=True)
    made.add_argument("what", choices=("publish", "check", "back"))
    made.add_argument("folder", nargs="?", default="", help="of the DAG files; not for `back` (make: FROM=…)")
    made.add_argument("--seconds", type=_seconds, default=SECONDS, help="that a file may take (make: SECONDS=…)")
    made.add_argument("--wait", type=_seconds, default=WAIT_SECONDS, metavar="SECONDS", help="default %(default)s")
    made.add_argument("--no-wait", action="store_true", help="do not ask Airflow (make: NO_WAIT=1)")
    options = made.parse_args(arguments)
    if options.what != "back" and not options.folder:
        made.error("FROM=…: which folder holds the DAG files?")

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        try:
            if options.what == "back":
                return back(settings, clients, options)
            folder = Path(options.folder).expanduser()
            job = publish if options.what == "publish" else only_check
            return job(settings, clients, folder, options)
        except StoppedError:
            print("Nothing was changed.")
            return 1

    return run(options.environment, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
