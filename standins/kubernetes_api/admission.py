"""What stands between a request and the store: namespaces, schemas, rules, policies, Pod Security, accounts."""

from typing import Any

from standins.kubernetes_api import rules, schemas
from standins.kubernetes_api.errors import ApiError, bad_request, forbidden, invalid, not_found
from standins.kubernetes_api.kinds import Kind
from standins.kubernetes_api.policies import POLICY, Policies, PolicyError, check_policy
from standins.kubernetes_api.store import Store
from standins.pod_security import violations_of

Json = dict[str, Any]
ENFORCE, WARN = (f"pod-security.kubernetes.io/{mode}" for mode in ("enforce", "warn"))
BUILT_IN_PRIORITIES = ("system-cluster-critical", "system-node-critical")


class Admission:
    """Refuses, with Kubernetes' own codes and words, what a cluster would refuse."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._policies = Policies(store.objects, lambda name: self._namespace(name)["metadata"].get("labels") or {})

    def creation(self, kind: Kind, manifest: Json, user: str) -> list[str]:
        """Check a new object that `user` asks for; gives back warnings. Raises ApiError."""
        metadata = manifest["metadata"]
        if kind.namespaced:
            namespace = self._namespace(metadata["namespace"])
            if "deletionTimestamp" in namespace["metadata"]:
                message = f"unable to create new content in namespace {metadata['namespace']} because it is being terminated"  # fmt: skip # noqa: E501
                raise forbidden(kind.resource, metadata["name"], message)
        self._content(manifest)
        if kind.kind == "Pod":
            self._service_account(manifest)
            self._priority(manifest)
        self._policies.check(kind, manifest, operation="CREATE", user=user)
        return self._pod_security(kind, manifest)

    def change(self, kind: Kind, live: Json, wanted: Json, user: str) -> list[str]:
        """Check a changed object; gives back warnings. Raises ApiError."""
        self._content(wanted)
        if found := rules.immutable_changes(live, wanted):
            raise invalid(kind.kind, live["metadata"]["name"], found)
        self._policies.check(kind, wanted, operation="UPDATE", user=user)
        if kind.kind == "Pod" and live["spec"] == wanted["spec"]:
            return []
        return self._pod_security(kind, wanted)

    def _namespace(self, name: str) -> Json:
        found = self._store.find("Namespace", None, name)
        if found is None:
            raise not_found("namespaces", name)
        return found

    @staticmethod
    def _content(manifest: Json) -> None:
        checked = {name: value for name, value in manifest.items() if name != "status"}
        if wrong := schemas.errors(checked):
            raise bad_request(f"{manifest['kind']} in version {manifest['apiVersion']!r} cannot be handled: strict decoding error: {'; '.join(wrong)}")  # fmt: skip # noqa: E501
        if manifest["kind"] == POLICY:
            try:
                check_policy(manifest)
            except PolicyError as error:
                raise invalid(manifest["kind"], manifest["metadata"]["name"], [f"spec: {error}"]) from error
        if broken := rules.broken(manifest):
            raise invalid(manifest["kind"], manifest["metadata"]["name"], broken)

    def _service_account(self, pod: Json) -> None:
        namespace = pod["metadata"]["namespace"]
        account = pod["spec"].setdefault("serviceAccountName", "default")
        if self._store.find("ServiceAccount", namespace, account) is None:
            message = f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
            raise forbidden("pods", pod["metadata"]["name"], message)

    def _priority(self, pod: Json) -> None:
        name = pod["spec"].get("priorityClassName")
        if name and name not in BUILT_IN_PRIORITIES and self._store.find("PriorityClass", None, name) is None:
            raise forbidden("pods", pod["metadata"]["name"], f"no PriorityClass with name {name} was found")

    def _pod_security(self, kind: Kind, manifest: Json) -> list[str]:
        pod = rules.pod_of(manifest)
        if pod is None or not kind.namespaced:
            return []
        labels = self._namespace(manifest["metadata"]["namespace"])["metadata"].get("labels") or {}
        try:
            refused = violations_of(labels.get(ENFORCE, "privileged"), pod) if kind.kind == "Pod" else []
            warned = violations_of(labels.get(WARN, "privileged"), pod)
        except KeyError as unknown:
            raise ApiError(422, "Invalid", f"unknown Pod Security level {unknown}") from unknown
        if refused:
            message = f'violates PodSecurity "{labels[ENFORCE]}:latest": {", ".join(refused)}'
            raise forbidden("pods", manifest["metadata"]["name"], message)
        if warned:
            return [f'would violate PodSecurity "{labels[WARN]}:latest": {", ".join(warned)}']
        return []
