"""StatefulSets: pods with names and claims of their own."""

from copy import deepcopy
from typing import Any

from standins.kubernetes_api.controllers.base import Controller, condition, is_leaving, is_ready, template_hash

Json = dict[str, Any]


class StatefulSets(Controller):
    """Pods with names and claims of their own, made and replaced one after the other."""

    def reconcile(self) -> None:
        for stateful_set in self.store.objects("StatefulSet"):
            if not is_leaving(stateful_set):
                self._step(stateful_set)

    def _step(self, stateful_set: Json) -> None:
        spec, name = stateful_set["spec"], stateful_set["metadata"]["name"]
        revision = f"{name}-{template_hash(spec['template'])}"
        pods = {pod["metadata"]["name"]: pod for pod in self.owned("Pod", stateful_set)}
        refusal = None
        for ordinal in range(spec["replicas"]):
            pod = pods.get(f"{name}-{ordinal}")
            if pod is None:
                self._claims(stateful_set, f"{name}-{ordinal}")
                refusal = self.create_pod(
                    stateful_set, self._template(stateful_set, ordinal, revision), f"{name}-{ordinal}"
                )
                break
            if is_leaving(pod) or (not is_ready(pod) and _revision(pod) == revision):
                break
        outdated = [pod for pod in pods.values() if _revision(pod) != revision]
        extra = [pod for pod in pods.values() if int(pod["metadata"]["name"].rsplit("-", 1)[1]) >= spec["replicas"]]
        if not any(is_leaving(pod) for pod in pods.values()):
            for pod in (extra or outdated)[-1:]:
                self.delete(pod)
        fresh = [pod for pod in pods.values() if _revision(pod) == revision]
        status = {
            "observedGeneration": stateful_set["metadata"]["generation"],
            "replicas": len(pods),
            "readyReplicas": sum(map(is_ready, pods.values())),
            "availableReplicas": sum(map(is_ready, pods.values())),
            "currentReplicas": len(fresh),
            "updatedReplicas": len(fresh),
            "currentRevision": revision if len(fresh) == len(pods) else "",
            "updateRevision": revision,
        }
        if refusal:
            status["conditions"] = [condition("ReplicaFailure", True, "FailedCreate", refusal)]
        self.set_status(stateful_set, status)

    @staticmethod
    def _template(stateful_set: Json, ordinal: int, revision: str) -> Json:
        template: Json = deepcopy(stateful_set["spec"]["template"])
        name = f"{stateful_set['metadata']['name']}-{ordinal}"
        labels = {"controller-revision-hash": revision, "statefulset.kubernetes.io/pod-name": name}
        metadata = template.setdefault("metadata", {})
        metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
        volumes = template["spec"].setdefault("volumes", [])
        for claim in stateful_set["spec"].get("volumeClaimTemplates") or ():
            own = claim["metadata"]["name"]
            volumes.append({"name": own, "persistentVolumeClaim": {"claimName": f"{own}-{name}"}})
        return template

    def _claims(self, stateful_set: Json, pod_name: str) -> None:
        namespace = stateful_set["metadata"]["namespace"]
        for claim in stateful_set["spec"].get("volumeClaimTemplates") or ():
            name = f"{claim['metadata']['name']}-{pod_name}"
            if self.store.find("PersistentVolumeClaim", namespace, name) is None:
                manifest = {"metadata": {**claim["metadata"], "name": name}, "spec": deepcopy(claim["spec"])}
                self.api.create(self.api.kinds.named("PersistentVolumeClaim"), namespace, manifest)


def _revision(pod: Json) -> str:
    return str(pod["metadata"]["labels"].get("controller-revision-hash"))
