"""Airflow on a cluster of its own, brought up from the rendered manifests."""

import time
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from k8s.bindings import GeneratedSecrets
from k8s.local import generate_secrets
from k8s.names import ADMIN_USER
from settings.model.airflow import AirflowSettings
from standins.node.cluster import Cluster, short_folder
from tests.runtime import install
from tests.runtime.client import AirflowClient, RefusedError, Run, wait
from tests.runtime.gate import Gate
from tests.runtime.manifests import Step, rendered
from tests.support.git_server import GitServer
from tests.support.names import COMPONENT_STEPS

Json = dict[str, Any]
DAGS = Path(__file__).parent / "dags"
CURRENT: str = AirflowSettings.model_fields["version"].default
STEP_SECONDS = 180


class Stage:
    """A context manager around a cluster, and what is done to it."""

    def __init__(self, without: Iterable[str] = ()) -> None:
        """`without`: options to leave out of every release."""
        self.secrets = generate_secrets()
        self.public_url: str | None = None
        self._without = tuple(without)
        folder = short_folder()
        airflow = {CURRENT: install.CURRENT_ENVIRONMENT, install.PREVIOUS: install.PREVIOUS_ENVIRONMENT}
        self.cluster = Cluster(folder, airflow, install.postgres())
        # While it is shut, no pod is made.
        server = self.cluster.kubernetes._server
        server.authorize = self.gate = Gate(server.authorize, "create", "pods")
        self.git: GitServer | None = None
        self._applied: list[Json] = []
        self.seconds_to_start, self.restarted = 0.0, dict[str, int]()

    def __enter__(self) -> "Stage":
        self.cluster.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.cluster.__exit__(*error)
        if self.git is not None:
            self.git.__exit__(*error)

    def serve_git(self, files: Mapping[str, str]) -> None:
        """Start a Git server with a first commit; every release from now on has a bundle of it."""
        self.git = GitServer(self.cluster.folder / "git")
        self.git.__enter__()
        self.git.commit(files)

    def install(self, twice: str, dags: Iterable[str]) -> None:
        """Apply the one file of `make local` to an empty cluster, everything at once, as `kubectl apply` does.

        Afterwards `seconds_to_start` and `restarted` (container -> how often) tell how it came up.

        Args:
            twice: a step whose Jobs run twice at the same time.
            dags: DAG files to drop as soon as their folder is ready.
        """
        start = time.monotonic()
        steps = self._rendered()
        copies = [_copy(each) for step in steps if step.id == twice for each in step.manifests if each["kind"] == "Job"]
        self._applied = [each for step in steps for each in step.manifests]
        self.cluster.apply([*self._applied, *copies])
        (storage,) = [each for each in steps if each.id == "Storage"]
        for manifest in storage.manifests:
            self.rolled_out(manifest)
        for name in dags:
            self.drop_dag(name)
        for manifest in [*self._applied, *copies]:
            self.rolled_out(manifest)
        self.seconds_to_start, self.restarted = time.monotonic() - start, self.cluster.restarts()

    def _rendered(self, **changed: Any) -> list[Step]:
        return rendered(self.secrets, without=self._without, git=self.git, **{"public_url": self.public_url, **changed})

    def release(self, version: str = CURRENT, **changed: Any) -> None:
        """Apply a version's steps, each when the one before has rolled out, and take away what it no longer has.

        That is how the deployment on AWS does it. `changed`: see `rendered`.
        """
        steps = self._rendered(version=version, **changed)
        before, self._applied = self._applied, [each for step in steps for each in step.manifests]
        last: list[Json] = []
        for step in steps:
            self.cluster.apply(step.manifests)
            for manifest in step.manifests:
                # Components and the Job that makes the first user wait for the migration, not for each other.
                if step.id in COMPONENT_STEPS or manifest["metadata"]["name"].startswith(ADMIN_USER):
                    last.append(manifest)
                else:
                    self.rolled_out(manifest)
        for manifest in last:
            self.rolled_out(manifest)
        names = {(each["kind"], each["metadata"]["name"]) for each in self._applied}
        for old in before:
            if (old["kind"], old["metadata"]["name"]) not in names:
                self.cluster.delete(old["kind"], old["metadata"].get("namespace"), old["metadata"]["name"])

    def change_secret(self, generated_key: str, value: str) -> None:
        """Another value from the next release on."""
        self.secrets = GeneratedSecrets(values={**self.secrets.values, generated_key: value})

    def rolled_out(self, manifest: Json) -> None:
        """Wait for an object to be what it should. Raises TimeoutError with its pods' output."""
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        if kind == "Job":
            self.cluster.wait(f"Job {name}", lambda: self.cluster.finished(manifest), STEP_SECONDS, name)
        elif kind in ("Deployment", "StatefulSet"):
            self.cluster.wait(f"{kind} {name}", lambda: self.cluster.rolled_out(kind, name), STEP_SECONDS, name)

    def apply_again(self) -> list[str]:
        """Apply what was applied last, rendered anew; gives back `Kind/name` of each object."""
        manifests = [each for step in self._rendered() for each in step.manifests]
        self.cluster.apply(manifests)
        return [f"{each['kind']}/{each['metadata']['name']}" for each in manifests]

    def run_again(self, job: str) -> None:
        """Delete the Job whose name begins so, make it anew and wait for it."""
        (manifest,) = [
            each for each in self._applied if each["kind"] == "Job" and each["metadata"]["name"].startswith(job)
        ]
        namespace, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        self.cluster.delete("Job", namespace, name)
        self.cluster.wait(f"the end of {name}", lambda: not self.cluster.kubernetes.get("Job", name, namespace), 30)
        self.cluster.apply([manifest])
        self.rolled_out(manifest)

    def drop_dag(self, name: str, text: str | None = None) -> None:
        """Put a DAG file into the shared DAG folder: one of dags/, or this text."""
        target = self.cluster.data / "dags" / f"{name}.py"
        target.write_text((DAGS / f"{name}.py").read_text() if text is None else text)
        target.chmod(0o644)

    def anonymous(self, service: str = "webserver-svc") -> AirflowClient:
        """A client without a token."""
        return AirflowClient(f"http://{self.cluster.service(service)}:8080")

    def client(self) -> AirflowClient:
        """A client that has logged in as the administrator."""
        client = self.anonymous()

        def logged_in() -> bool:
            try:
                return bool(client.login("admin", self.secrets.values["admin_password"]))
            except RefusedError as refusal:
                if refusal.code != 429:  # a test before this one has guessed passwords
                    raise
                return False
            except OSError:
                return False

        wait("a login", logged_in, 60)
        return client

    @property
    def logs(self) -> Path:
        """The shared log folder."""
        return self.cluster.data / "logs"

    def marks(self, run_id: str) -> list[str]:
        """What the tasks of a run of `wide` have written down so far."""
        files = self.logs.glob(f"dag_id=*/run_id={run_id}/task_id=*/marks.txt")
        return [line for file in files for line in file.read_text().splitlines()]

    def folder(self, run: Run, task_id: str) -> Path:
        """The log folder of a task, which is all of the file system that its pod can write to."""
        return self.logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}" / f"task_id={task_id}"


def of_repository(version: str) -> dict[str, str]:
    """The files of a commit in which DAGs say that they are of this version."""
    return {
        f"dags/{path.name}": path.read_text().replace("VERSION_OF_THE_COMMIT", version)
        for path in (DAGS / "repository").glob("*.py")
    }


def _copy(job: Json) -> Json:
    other = deepcopy(job)
    other["metadata"]["name"] += "-again"
    return other
