"""kubectl: the commands that a manifest needs."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_platform.handlers.limits import COMMAND_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS, RETRY_PAUSES_SECONDS
from airflow_platform.handlers.manifest.credentials import kubeconfig_file
from airflow_platform.handlers.response import Json

FIELD_MANAGER = "airflow-on-eks"
LAYER = "/opt/kubectl"  # where the kubectl layer puts the binary
TRANSIENT = (
    "Unable to connect to the server",
    "connection refused",
    "i/o timeout",
    "TLS handshake timeout",
    "(ServiceUnavailable)",
    "(TooManyRequests)",
    "etcdserver:",
    "(Unauthorized)",  # an access entry takes a moment to be known everywhere
)
"""Errors of the way to the cluster, not of an object; every command of ours can be repeated."""


class KubectlError(Exception):
    """kubectl ended with an error; its text says which object and why."""

    @property
    def missing_kind(self) -> bool:
        """The cluster does not know the kind of an object, so no object of it can exist."""
        return "no matches for kind" in str(self) or "doesn't have a resource type" in str(self)

    @property
    def not_found(self) -> bool:
        return "(NotFound)" in str(self)


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


Runner = Callable[[Sequence[str], "str | None"], Finished]


def run(arguments: Sequence[str], stdin: str | None) -> Finished:
    """Run the layer's kubectl (or the one on PATH) with a fresh kubeconfig."""
    environment = {
        **os.environ,
        "PATH": f"{LAYER}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": tempfile.gettempdir(),  # the only place a function can write; kubectl keeps its discovery cache there
        "KUBECONFIG": str(kubeconfig_file()),
    }
    try:
        done = subprocess.run(
            ["kubectl", f"--request-timeout={REQUEST_TIMEOUT_SECONDS}s", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            timeout=COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finished(124, "", f"kubectl {arguments[0]} did not end in {COMMAND_TIMEOUT_SECONDS} s")
    return Finished(done.returncode, done.stdout, done.stderr)


class Kubectl:
    """The few kubectl commands that a manifest needs."""

    def __init__(self, runner: Runner = run, sleep: Callable[[float], None] = time.sleep) -> None:
        self._runner = runner
        self._sleep = sleep

    def __call__(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a command and return what it printed.

        Raises:
            KubectlError: it ended with an error.
        """
        for pause in (*RETRY_PAUSES_SECONDS, None):
            finished = self._runner(arguments, stdin)
            if not finished.code:
                return finished.stdout
            error = (finished.stderr or finished.stdout).strip() or f"kubectl ended with {finished.code}"
            if pause is None or not any(text in error for text in TRANSIENT):
                break
            print(f"kubectl {arguments[0]}, once more in {pause:.0f} s: {error}")
            self._sleep(pause)
        raise KubectlError(error)

    def apply(self, objects: Sequence[Json]) -> None:
        """Make the objects as written; fields that others set and the manifest does not name are left alone."""
        print(
            self(
                *("apply", "--server-side", "--force-conflicts", f"--field-manager={FIELD_MANAGER}", "-f", "-"),
                stdin=document(objects),
            ),
            end="",
        )

    def delete(self, objects: Sequence[Json]) -> None:
        """Ask once for the deletion of all of them; an object goes when what it owns (a Deployment's pods) has gone."""
        print(
            self(
                *("delete", "--wait=false", "--ignore-not-found", "--cascade=foreground", "-f", "-"),
                stdin=document([_reference(obj) for obj in objects]),
            ),
            end="",
        )

    def get(self, objects: Sequence[Json]) -> list[Json]:
        """The live objects among these; a kind that the cluster does not know has none."""
        if not objects:
            return []
        try:
            return self._get(objects)
        except KubectlError as error:
            if not error.missing_kind:
                raise
            if len(objects) == 1:
                return []
        return [live for obj in objects for live in self.get([obj])]

    def _get(self, objects: Sequence[Json]) -> list[Json]:
        references = document([_reference(obj) for obj in objects])
        return items(self("get", "--ignore-not-found", "-o", "json", "-f", "-", stdin=references))

    def list(self, kind: str, namespace: str, *arguments: str) -> list[Json]:
        """Objects of a kind in a namespace."""
        return items(self("get", kind, "--namespace", namespace, "-o", "json", *arguments))


def document(objects: Sequence[Json]) -> str:
    """Several objects as kubectl reads them from its standard input."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def items(text: str) -> list[Json]:
    """What `kubectl get -o json` printed: a list, one object, or nothing."""
    if not text.strip():
        return []
    found: Any = json.loads(text)
    return list(found["items"]) if "items" in found and found.get("kind", "").endswith("List") else [found]


def _reference(obj: Json) -> Json:
    """What names an object: enough to get or delete it, and it keeps a large manifest out of the command."""
    metadata = {key: obj["metadata"][key] for key in ("name", "namespace") if key in obj["metadata"]}
    return {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": metadata}
