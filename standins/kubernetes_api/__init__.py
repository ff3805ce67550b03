"""A Kubernetes API of one process, for tests: real kubectl and clients talk to it over TLS on 127.0.0.1.

    with KubernetesApi(folder) as cluster:
        cluster.kubeconfig            # a file for kubectl
        cluster.scenario.held.append(("airflow-scheduler", "3.3.3"))
        cluster.journal.references("created")

It stores what it is given, refuses what a cluster refuses (schemas, unknown fields, missing namespaces and service
accounts, changes of immutable fields, what a ValidatingAdmissionPolicy denies, pods that break their namespace's Pod
Security level), and its controllers make
status real. Parts, each usable alone: `store` (objects, versions, watches, finalizers), `api` (verbs and admission),
`server` (HTTP), `controllers` (control loops), `runner` (what plays the containers).

To run pods as processes, pass a `runner` of your own (see runner.py). To check permissions, pass
`authorize=RoleAuthorizer(store)` by way of `rbac=True`: requests then need the administrator's token or one that
`issue_token` made for a ServiceAccount, and Roles decide.

It is no cluster: nothing is scheduled by size, no network exists, and quotas, priorities, CronJobs, DaemonSets and
admission webhooks (the Pod Identity webhook among them) do nothing.
"""

import json
import threading
from pathlib import Path
from typing import Any

from standins.kubernetes_api import certificates
from standins.kubernetes_api.api import Api
from standins.kubernetes_api.controllers.base import Loop
from standins.kubernetes_api.controllers.deployments import Deployments
from standins.kubernetes_api.controllers.jobs import Jobs
from standins.kubernetes_api.controllers.lifecycle import Namespaces, Owners
from standins.kubernetes_api.controllers.pods import Pods
from standins.kubernetes_api.controllers.replica_sets import ReplicaSets
from standins.kubernetes_api.controllers.stateful_sets import StatefulSets
from standins.kubernetes_api.controllers.storage import Storage
from standins.kubernetes_api.rbac import Authenticator, RoleAuthorizer, Tokens, allow_all
from standins.kubernetes_api.runner import PodRunner, Scenario, SimulatedRunner
from standins.kubernetes_api.server import Server

Json = dict[str, Any]


class KubernetesApi:
    """The stand-in, with everything it needs; a context manager. See the module."""

    def __init__(
        self,
        folder: Path,
        *,
        runner: PodRunner | None = None,
        rbac: bool = False,
        authenticate: Authenticator | None = None,
        job_backoff_seconds: float = 0.2,
    ) -> None:
        """`folder` holds certificates and the kubeconfig. Without `rbac`, every accepted token is an administrator's.

        `authenticate` replaces the check of tokens (default: those that `issue_token` and `admin_token` give).
        """
        self.api = Api()
        self.journal, self.store = self.api.journal, self.api.store
        self.runner: PodRunner = runner or SimulatedRunner()
        self._tokens = Tokens()
        made = certificates.make(folder)
        authorize = RoleAuthorizer(self.store) if rbac else allow_all
        self._server = Server(self.api, made, authenticate or self._tokens, authorize, self.runner.logs)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="kubernetes-api", daemon=True
        )
        self.certificate_authority = made.authority
        self.kubeconfig = folder / "kubeconfig"
        self._loop = Loop(
            [
                Namespaces(self.api),
                Owners(self.api),
                Storage(self.api),
                Deployments(self.api),
                ReplicaSets(self.api),
                StatefulSets(self.api),
                Jobs(self.api, job_backoff_seconds),
                Pods(self.api, self.runner, self._has_node),
            ]
        )

    @property
    def scenario(self) -> Scenario:
        """How the pretended pods behave. Raises TypeError with a runner of another kind."""
        if not isinstance(self.runner, SimulatedRunner):
            raise TypeError("only the simulated runner has a scenario")
        return self.runner.scenario

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    @property
    def admin_token(self) -> str:
        return self._tokens.admin

    @property
    def controller_errors(self) -> list[BaseException]:
        """What controllers died of; empty in a good run."""
        return self._loop.errors

    def issue_token(self, namespace: str, account: str) -> str:
        """A token of a ServiceAccount, as a pod would have it mounted."""
        return self._tokens.issue(namespace, account)

    def start(self) -> "KubernetesApi":
        for name in ("default", "kube-system", "kube-public", "kube-node-lease"):
            self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {}})
        self._thread.start()
        self._loop.start()
        self.kubeconfig.write_text(json.dumps(self._kubeconfig(), indent=2))
        return self

    def stop(self) -> None:
        """Stop everything; safe to call twice."""
        self._loop.stop()
        self._server.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(timeout=10)
        self._server.server_close()
        self.runner.close()

    def __enter__(self) -> "KubernetesApi":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def get(self, kind: str, name: str, namespace: str | None = None) -> Json | None:
        """An object, or None."""
        return self.store.find(kind, namespace, name)

    def objects(self, kind: str, namespace: str | None = None) -> list[Json]:
        """Objects of a kind."""
        return self.store.objects(kind, namespace)

    def create(self, manifest: Json) -> Json:
        """Add an object, as a controller would. Raises ApiError."""
        kind = self.api.kinds.named(manifest["kind"])
        return self.api.create(kind, manifest["metadata"].get("namespace"), manifest)

    def _has_node(self, pod: Json) -> bool:
        return not isinstance(self.runner, SimulatedRunner) or self.scenario.has_node(pod)

    def _kubeconfig(self) -> Json:
        cluster = {"server": self.url, "certificate-authority": str(self.certificate_authority)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "stand-in", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self.admin_token}}],
            "contexts": [{"name": "stand-in", "context": {"cluster": "stand-in", "user": "admin"}}],
            "current-context": "stand-in",
        }
