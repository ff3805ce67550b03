"""`python -m operations.open <environment> [--port N] [--print]`: Airflow in a browser, and who may log in."""

import sys
import webbrowser
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from operations.aws import Clients, OperationError, account_of
from operations.command import parser, run
from operations.deployed import platform_name
from operations.doctor.clients import ReadOnlyClients
from operations.doctor.kubernetes_api import KubernetesReader, KubernetesUnreachableError
from operations.open.forward import forward
from settings import AwsEnvironment

HERE = ("localhost", "127.0.0.1")
PORT = 8080
Kubeconfig = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Open the UI of an environment. Returns the exit code."""
    given = parser("make open", "Airflow in a browser, and who may log in.")
    given.add_argument("--port", type=int, default=PORT, metavar="N", help="of this machine; default %(default)s")
    given.add_argument("--print", action="store_true", help="only tell address, user and where the password is")
    options = given.parse_args(arguments)
    if not 1 <= options.port <= 65535:
        given.error(f"--port must be from 1 to 65535, not {options.port}")

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        account_of(clients, settings)  # raises for another account, which may have a platform of this name
        browse = None if options.print else webbrowser.open
        return show(settings, clients, port=options.port, browse=browse, kubeconfig=kubeconfig_of)

    return run(options.environment, work)


def show(
    settings: AwsEnvironment,
    clients: Clients,
    *,
    port: int,
    browse: Callable[[str], object] | None,
    kubeconfig: Callable[[AwsEnvironment], Kubeconfig],
    forwarded: Callable[[Kubeconfig, int, Callable[[], object]], int] = forward,
) -> int:
    """Tell what is deployed, and open it; with `browse` None only tell. The password itself is never read.

    Raises:
        OperationError: Airflow is not deployed, or can't be reached.
    """
    airflow, database = (_outputs(clients, settings, part) for part in ("airflow", "database"))
    url = airflow["AirflowUrl"]
    is_here = urlsplit(url).hostname in HERE
    if is_here:
        url = f"http://localhost:{port}"
    print(f"Airflow:   {url}")
    print(f"User:      {airflow['AdminUser']}")
    print(f"Password:  {database['AdminPasswordCommand']}", flush=True)
    if browse is None:
        return 0
    if not is_here:
        browse(url)
        return 0
    print("The port leads to Airflow until Ctrl-C.", flush=True)
    return forwarded(kubeconfig(settings), port, lambda: browse(url))


def _outputs(clients: Clients, settings: AwsEnvironment, part: str) -> dict[str, str]:
    name = f"{platform_name(settings.name)}-{part}"
    stacks = clients("cloudformation").describe_stacks()["Stacks"]
    for stack in stacks:
        if stack["StackName"] == name and stack.get("Outputs"):
            return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    raise OperationError(f"{name} is not deployed: `make deploy ENV={settings.name}` first")


def kubeconfig_of(settings: AwsEnvironment) -> Kubeconfig:
    """What kubectl needs for the environment's cluster, with the credentials of now. Raises OperationError."""
    clients = ReadOnlyClients(settings.region)
    cluster = clients("eks").describe_cluster(name=platform_name(settings.name))["cluster"]
    try:
        return KubernetesReader.of_cluster(cluster, clients.session, clients("sts")).kubeconfig()
    except KubernetesUnreachableError as error:
        raise OperationError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
