"""One rehearsal: a Kubernetes stand-in, a loopback AWS and the CDK CLI, in a folder that goes with it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from standins.aws.cdk import APP, Cdk, Run
from standins.aws.eks_token import administrator
from standins.aws.loopback import ROOT, LoopbackAws
from standins.kubernetes_api import KubernetesApi
from standins.kubernetes_api.kubectl import unpack
from standins.kubernetes_api.rbac import Tokens, User
from tests.support.environments import environment_file
from tests.support.names import DEPLOYMENTS as COMPONENTS

Json = dict[str, Any]
NAMESPACE = "airflow"
SPEED = 10
"""How much faster than the wall clock the Lambda functions wait: their two minutes are twelve seconds here."""
TOOLS = ROOT / ".venv-rehearsal" / "tools"


KEPT = frozenset({"Namespace/airflow", "PersistentVolumeClaim/aws-fsx-pvc", "PersistentVolume/aws-fsx-pv"})
"""What no update may delete."""


@dataclass(frozen=True)
class Rehearsal:
    """What the tests of one life of a platform share."""

    folder: Path
    kubernetes: KubernetesApi
    aws: LoopbackAws
    cdk: Cdk

    def environment(self, base: str, changes: Json | None = None) -> Path:
        """A file with an environment of tests/environments/, changed."""
        settings = yaml.safe_load(environment_file(base).read_text())
        path = self.folder / f"{base}.yaml"
        path.write_text(yaml.safe_dump(merged(settings, changes or {})))
        return path

    def deploy(
        self, environment: Path, *, app: str = APP, stack: str = "AirflowStack", alone: bool = False, check: bool = True
    ) -> Run:
        """Deploy a stack with those it depends on, or `alone`: what an unchanged stack below it takes is saved."""
        only = ["--exclusively"] if alone else []
        never = ("--require-approval", "never", "--progress", "events")
        return self.cdk("deploy", stack, *only, *never, environment=environment, app=app, check=check)

    def destroy(self, *stacks: str, check: bool = True) -> Run:
        """Destroy stacks of the environment that was deployed last; all of them by default."""
        return self.cdk("destroy", *(stacks or ["--all"]), "--force", app=self.cdk.assembly, check=check)

    def pods(self, component: str) -> dict[str, Json]:
        """The living pods of a Deployment, by uid."""
        owners = {
            s["metadata"]["uid"]
            for s in self.kubernetes.objects("ReplicaSet", NAMESPACE)
            if s["metadata"]["ownerReferences"][0]["name"] == component
        }
        return {
            pod["metadata"]["uid"]: pod
            for pod in self.kubernetes.objects("Pod", NAMESPACE)
            if any(reference["uid"] in owners for reference in pod["metadata"].get("ownerReferences") or ())
        }

    def images(self) -> dict[str, set[str]]:
        """The images of every component's living, ready pods."""
        return {
            component: {
                container["image"]
                for pod in self.pods(component).values()
                if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions") or ())
                for container in pod["spec"]["containers"]
            }
            for component in COMPONENTS
        }

    def runs(self, version: str, *, within_seconds: float = 0) -> None:
        """Assert that every component has ready pods, all of this version; at once, or soon."""
        wanted = {component: {f"apache/airflow:{version}"} for component in COMPONENTS}
        end = time.monotonic() + within_seconds
        while self.images() != wanted and time.monotonic() < end:
            time.sleep(0.1)
        assert self.images() == wanted

    def lost(self, since: int) -> set[str]:
        """`Kind/name` of what somebody deleted, or asked to, after a mark of the journal."""
        return set(self.kubernetes.journal.references("deleted", "delete_requested", since=since, actor=None))

    def failures(self, stack: str) -> list[str]:
        """The reasons of the failed resources of a stack."""
        events = self.aws.stack_events(stack)
        return [e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("_FAILED")]


def merged(settings: Json, changes: Json) -> Json:
    """Settings with changes laid over them, section by section."""
    result = dict(settings)
    for name, value in changes.items():
        old = result.get(name)
        result[name] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def airflow(version: str, **options: object) -> Json:
    """Settings of Airflow, with the shortest time limit for a rollout (minutes)."""
    return {"airflow": {"version": version, "rollout_timeout_minutes": 2, **options}}


def assert_in_order(events: list[str], *expected: str) -> None:
    """Each expected event (a pattern) has happened, and only after all of the one before it."""
    at = -1
    for pattern in expected:
        found = [n for n, event in enumerate(events) if re.fullmatch(pattern, event)]
        assert found, f"{pattern} is not among {events}"
        assert found[0] > at, f"{pattern} came too early: {events}"
        at = found[-1]


@contextmanager
def rehearsal(folder: Path) -> Iterator[Rehearsal]:
    """Start everything, bootstrap the account, and stop everything again, whatever happens."""
    own = Tokens()

    def authenticate(token: str) -> User | None:
        """The tests' own kubectl, and whoever has a token of EKS's kind."""
        return own(token) or administrator(token)

    kubectl = unpack(TOOLS)
    with (
        KubernetesApi(folder / "kubernetes", authenticate=authenticate) as kubernetes,
        LoopbackAws(folder, kubernetes, kubectl, SPEED) as aws,
    ):
        cdk = Cdk(folder, aws)
        cdk.bootstrap()
        yield Rehearsal(folder, kubernetes, aws, cdk)
        assert not kubernetes.controller_errors, kubernetes.controller_errors
