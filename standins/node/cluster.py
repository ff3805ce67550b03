"""A cluster for the rendered manifests: the Kubernetes stand-in, with a node that runs real processes."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from standins.kubernetes_api import KubernetesApi
from standins.kubernetes_api.options import APPLY, Options
from standins.node.addresses import Addresses
from standins.node.identity import Identities
from standins.node.image import Images
from standins.node.pod import Pod
from standins.node.runner import ProcessRunner
from standins.node.services import Services

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """A context manager; everything that it starts is on loopback and ends with it, however it ends."""

    def __init__(self, folder: Path, airflow: dict[str, Path], postgres: Path) -> None:
        """`folder` must be short (sockets) and readable by everyone; `airflow` has a virtual environment a version."""
        self.folder = folder
        folder.chmod(0o755)
        self.identities = Identities([environment / "bin" / "python" for environment in airflow.values()])
        self._addresses = Addresses()
        self.runner = ProcessRunner(folder, Images(folder, airflow, postgres), self.identities, self._addresses)
        self.kubernetes = KubernetesApi(folder / "kubernetes", runner=self.runner, rbac=True)
        self._services = Services(self._addresses, self.kubernetes.objects)
        self._watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Cluster":
        command = [sys.executable, "-m", "standins.node.watchdog", str(self.folder)]
        self._watchdog = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)
        self.runner.connect(
            find=lambda kind, namespace, name: self.kubernetes.get(kind, name, namespace),
            token=self.kubernetes.issue_token,
            services=self._services.addresses,
            url=self.kubernetes.url,
            authority=self.kubernetes.certificate_authority,
        )
        self.kubernetes.start()
        annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
        self.kubernetes.create(
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": "standard", "annotations": annotations},
                "provisioner": "runtime.test/folder",
            }
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.kubernetes.stop()
        self._services.close()
        assert self._watchdog is not None and self._watchdog.stdin is not None
        self._watchdog.stdin.close()  # which ends it, and what may be left
        self._watchdog.wait(timeout=30)

    def apply(self, manifests: Iterable[Json]) -> None:
        """Server-side apply, in order. Raises ApiError for what the API refuses, or warns about."""
        for manifest in manifests:
            kind, metadata = self.kubernetes.api.kinds.named(manifest["kind"]), manifest["metadata"]
            options = Options(manager="runtime", force=True)
            self.kubernetes.api.patch(
                kind, metadata.get("namespace"), metadata["name"], APPLY, yaml.safe_dump(manifest), options
            )
            assert not options.warnings, options.warnings

    def scale(self, kind: str, name: str, replicas: int) -> None:
        """Set the replicas of a Deployment or StatefulSet in Airflow's namespace."""
        body = json.dumps({"spec": {"replicas": replicas}})
        self.kubernetes.api.patch(
            self.kubernetes.api.kinds.named(kind), "airflow", name, "application/merge-patch+json", body, Options()
        )

    def delete_pod(self, name: str, grace_seconds: int | None = None) -> None:
        """Delete a pod in Airflow's namespace, as `kubectl delete pod` does (`--grace-period`; default the pod's)."""
        options = {} if grace_seconds is None else {"gracePeriodSeconds": grace_seconds}
        self.delete("Pod", "airflow", name, options)

    def delete(self, kind: str, namespace: str | None, name: str, options: Json | None = None) -> None:
        """Delete an object. `options`: those of the API's DeleteOptions."""
        self.kubernetes.api.delete(self.kubernetes.api.kinds.named(kind), namespace, name, options)

    def pods(self, component: str) -> list[Json]:
        """Pods of a component (the label app.kubernetes.io/component) in any namespace."""
        label = "app.kubernetes.io/component"
        return [pod for pod in self.kubernetes.objects("Pod") if pod["metadata"]["labels"].get(label) == component]

    def living(self, component: str) -> Json:
        """The one pod of a component that is not being deleted."""
        (pod,) = [each for each in self.pods(component) if "deletionTimestamp" not in each["metadata"]]
        return pod

    def running(self, component: str) -> Pod:
        """The processes of that pod."""
        return self.runner.pod(self.living(component))

    def restarts(self) -> dict[str, int]:
        """Containers that were started more than once, and how often they were started again."""
        statuses = [
            (f"{pod['metadata']['name']}/{status['name']}", int(status["restartCount"]))
            for pod in self.kubernetes.objects("Pod")
            for field in ("initContainerStatuses", "containerStatuses")
            for status in (pod.get("status") or {}).get(field) or ()
        ]
        return {container: times for container, times in statuses if times}

    def rolled_out(self, kind: str, name: str) -> bool:
        """Whether a Deployment or StatefulSet runs what its manifest says, all of it ready."""
        found = self.kubernetes.get(kind, name, "airflow") or {}
        status, wanted = found.get("status") or {}, (found.get("spec") or {}).get("replicas")
        counts = [status.get(field, 0) for field in ("replicas", "updatedReplicas", "readyReplicas")]
        seen = status.get("observedGeneration") == found.get("metadata", {}).get("generation")
        return seen and counts == [wanted] * 3

    def finished(self, job: Json) -> bool:
        """Whether a Job is complete. Raises RuntimeError with its pods' output if it failed."""
        metadata = job["metadata"]
        found = self.kubernetes.get("Job", metadata["name"], metadata["namespace"]) or {}
        conditions = {each["type"] for each in (found.get("status") or {}).get("conditions") or ()}
        if "Failed" in conditions:
            raise RuntimeError(f"Job {metadata['name']} failed:\n{self.output(metadata['name'])}")
        return "Complete" in conditions

    def output(self, name_prefix: str, lines: int = 60) -> str:
        """The end of the output of every container of the pods whose names begin so."""
        texts = []
        for log in sorted((self.folder / "pods").glob(f"{name_prefix}*/*.log")):
            end = "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
            texts.append(f"--- {log.relative_to(self.folder)}\n{end}")
        return "\n".join(texts)

    def cpu_seconds(self, name_prefix: str) -> list[float]:
        """Of each container that has ended, of the pods whose names begin so; all that ran in it, user and system."""
        found = (self.folder / "pods").glob(f"{name_prefix}*/*.cpu")
        return [float(file.read_text()) for file in sorted(found)]

    def wait(self, what: str, until: Callable[[], Any], seconds: float, about: str = "") -> Any:
        """Wait for something true, and give it back.

        Raises TimeoutError with the output of the pods whose names begin with `about`.
        """
        deadline = time.monotonic() + seconds
        while not (value := until()):
            if self.kubernetes.controller_errors:
                raise RuntimeError("the Kubernetes stand-in failed") from self.kubernetes.controller_errors[0]
            if time.monotonic() > deadline:
                shown = f"\n{self.output(about)}{self._waiting()}" if about else ""
                raise TimeoutError(f"not within {seconds:.0f} s: {what}{shown}")
            time.sleep(0.25)
        return value

    def _waiting(self) -> str:
        """What containers wait for."""
        return "".join(
            f"\n{pod['metadata']['name']}: {status['state']['waiting']}"
            for pod in self.kubernetes.objects("Pod")
            for status in (pod.get("status") or {}).get("containerStatuses") or ()
            if "waiting" in status["state"]
        )

    def service(self, name: str) -> str:
        """The address of a Service."""
        return self._services.addresses()[name]

    @property
    def data(self) -> Path:
        """The shared file system, as the node sees it: DAGs and logs."""
        return self.runner.storage / "var/lib/airflow-on-eks"


def short_folder() -> Path:
    """A temporary folder with a short path, owned by this process alone."""
    return Path(tempfile.mkdtemp(prefix="rt-", dir="/tmp"))
