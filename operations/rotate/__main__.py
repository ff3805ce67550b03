"""`python -m operations.rotate <environment> fernet|jwt|api|database [--yes]`: a new one, under running tasks."""

import sys

from k8s.names import NAMESPACE
from operations import cdk
from operations.aws import AWS_ERRORS, OperationError, account_of, clients_of
from operations.command import INTERRUPTED, parser, refused
from operations.doctor.kubectl import Kubectl
from operations.rotate.deployments import Deployments
from operations.rotate.on_aws import OnAws
from operations.rotate.on_kubernetes import OnKubernetes
from operations.rotate.steps import SECRETS, Platform, Rotation
from operations.terminal import answer_to, has_terminal
from settings import AwsEnvironment, LocalEnvironment, SettingsError, load_environment

WHAT_IT_DOES = {
    "fernet": "Connections and variables are encrypted with a new key. Their pods are made anew three times.",
    "jwt": "Tasks go on; people and scripts get new tokens: they sign in again. The pods of API server and scheduler"
    " are made anew three times, and old tokens are waited for: a quarter of an hour with Airflow's defaults.",
    "api": "Tasks go on; people sign in again. The pods of API server and triggerer are made anew once; meanwhile the"
    " log of a running trigger may not be shown.",
    "database": "Airflow's password of its database is a new one. All pods of Airflow but tasks are made anew twice.",
}
"""What a person agrees to."""


def main(arguments: list[str]) -> int:
    """Ask, and rotate. Returns the exit code."""
    made = parser("make rotate", "A new key or password in the place of one, under running tasks.", asks=True)
    made.add_argument("secret", nargs="?", default="", help=" or ".join(SECRETS))
    given = made.parse_args(arguments)
    if given.secret not in SECRETS:
        return refused([f"SECRET: must be one of {', '.join(SECRETS)}, not {given.secret!r}"])
    if not given.yes and not has_terminal():
        return refused(["without a terminal nobody can be asked, so --yes (make: YES=1) is needed"])
    try:
        settings = load_environment(given.environment, cdk.ROOT)
        place, platform = platform_of(settings)
        rotation = Rotation(given.secret, platform, tell=lambda line: print(line, flush=True))
        print(f"Environment {settings.name} {place}: {rotation.state}.\n{WHAT_IT_DOES[given.secret]}", flush=True)
        if not given.yes and answer_to(f"Type {given.secret} to rotate it: ") != given.secret:
            return refused(["That is not its name."])
        rotation.run()
    except (SettingsError, OperationError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except AWS_ERRORS as error:
        print(f"AWS refuses or does not answer, for environment {given.environment}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What runs, works; run this again to go on.", file=sys.stderr)
        return INTERRUPTED
    return 0


def platform_of(settings: AwsEnvironment | LocalEnvironment) -> tuple[str, Platform]:
    """Where it is, for a person, and the platform. Raises OperationError."""
    if isinstance(settings, AwsEnvironment):
        clients = clients_of(settings)
        account = account_of(clients, settings)  # raises for another account
        return f"in account {account}, {settings.region}", OnAws.of(settings, clients)
    deployments = Deployments(Kubectl(NAMESPACE, None), settings.airflow.rollout_timeout_minutes)
    context = deployments.run(["config", "current-context"]).strip()
    folder = cdk.ROOT
    file, manifest = f".local/{settings.name}.secrets.json", f"dist/airflow-{settings.name}.k8s.yaml"
    return f"on {context}", OnKubernetes(settings, folder / file, folder / manifest, deployments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
