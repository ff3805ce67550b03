"""Deployments, ReplicaSets and StatefulSets: rolling updates, and a status that says how far they are."""

import hashlib
import json
import math
import time
from copy import deepcopy
from typing import Any

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.controllers.base import (
    Controller,
    condition,
    is_leaving,
    is_over,
    is_ready,
    reference_to,
)

Json = dict[str, Any]
HASH = "pod-template-hash"
RETRY_SECONDS = 1.0


def template_hash(template: Json) -> str:
    """A short name for a pod template."""
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


class Deployments(Controller):
    """One ReplicaSet a template; the new one grows as the old ones shrink, within the strategy's limits."""

    def reconcile(self) -> None:
        for deployment in self.store.objects("Deployment"):
            if not is_leaving(deployment):
                self._roll(deployment)

    def _roll(self, deployment: Json) -> None:
        sets = self.owned("ReplicaSet", deployment)
        wanted_hash = template_hash(deployment["spec"]["template"])
        current = next((s for s in sets if s["metadata"]["labels"].get(HASH) == wanted_hash), None)
        old = [s for s in sets if s is not current]
        if current is None:
            current = self._new_set(deployment, wanted_hash, len(sets))
        new_size, old_sizes = _sizes(deployment, current, old)
        self._scale(current, new_size)
        for replica_set, size in zip(old, old_sizes, strict=True):
            self._scale(replica_set, size)
        self._report(deployment, current, old)
        self._forget(deployment, old)

    def _new_set(self, deployment: Json, wanted_hash: str, revision: int) -> Json:
        template = deepcopy(deployment["spec"]["template"])
        labels = {**(template.get("metadata") or {}).get("labels", {}), HASH: wanted_hash}
        template["metadata"] = {**(template.get("metadata") or {}), "labels": labels}
        selector = deepcopy(deployment["spec"]["selector"])
        selector["matchLabels"] = {**selector.get("matchLabels", {}), HASH: wanted_hash}
        metadata = {
            "name": f"{deployment['metadata']['name']}-{wanted_hash}",
            "labels": labels,
            "annotations": {"deployment.kubernetes.io/revision": str(revision + 1)},
            "ownerReferences": [reference_to(deployment)],
        }
        spec = {"replicas": 0, "selector": selector, "template": template}
        kind = self.api.kinds.named("ReplicaSet")
        return self.api.create(kind, deployment["metadata"]["namespace"], {"metadata": metadata, "spec": spec})

    def _scale(self, replica_set: Json, size: int) -> None:
        if replica_set["spec"]["replicas"] != size:
            self.change(replica_set, lambda live: {**live, "spec": {**live["spec"], "replicas": size}})

    def _forget(self, deployment: Json, old: list[Json]) -> None:
        gone = [s for s in old if not s["spec"]["replicas"] and not (s.get("status") or {}).get("replicas")]
        for replica_set in gone[: max(0, len(gone) - deployment["spec"]["revisionHistoryLimit"])]:
            self.delete(replica_set)

    def _report(self, deployment: Json, current: Json, old: list[Json]) -> None:
        status_of = [(s.get("status") or {}) for s in (current, *old)]
        ready, total = (sum(s.get(field, 0) for s in status_of) for field in ("readyReplicas", "replicas"))
        updated = status_of[0].get("replicas", 0)
        wanted = deployment["spec"]["replicas"]
        enough = ready >= wanted - _limits(deployment)[1]
        done = updated == wanted == total and ready >= wanted
        refusals = [c for s in status_of for c in s.get("conditions") or () if c["type"] == "ReplicaFailure"]
        late = time.time() - _started(current) > deployment["spec"]["progressDeadlineSeconds"] and not done
        progress = ("NewReplicaSetAvailable", True) if done else ("ReplicaSetUpdated", True)
        reason, progressing = ("ProgressDeadlineExceeded", False) if late else progress
        self.set_status(
            deployment,
            {
                "observedGeneration": deployment["metadata"]["generation"],
                "replicas": total,
                "updatedReplicas": updated,
                "readyReplicas": ready,
                "availableReplicas": ready,
                "unavailableReplicas": max(0, total - ready) or max(0, wanted - ready),
                "conditions": [
                    condition("Available", enough, f"MinimumReplicas{'A' if enough else 'Una'}vailable"),
                    condition("Progressing", progressing, reason, f'ReplicaSet "{current["metadata"]["name"]}"'),
                    *refusals[:1],
                ],
            },
        )


def _started(replica_set: Json) -> float:
    return (
        time.mktime(time.strptime(replica_set["metadata"]["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    )


def _limits(deployment: Json) -> tuple[int, int]:
    """maxSurge and maxUnavailable in pods."""
    wanted = deployment["spec"]["replicas"]
    rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    surge, unavailable = rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")
    if isinstance(surge, str):
        surge = math.ceil(wanted * int(surge.rstrip("%")) / 100)
    if isinstance(unavailable, str):
        unavailable = math.floor(wanted * int(unavailable.rstrip("%")) / 100)
    return surge, unavailable if surge or unavailable else 1


def _sizes(deployment: Json, current: Json, old: list[Json]) -> tuple[int, list[int]]:
    wanted = deployment["spec"]["replicas"]
    living = [(s.get("status") or {}).get("replicas", 0) for s in old]
    if deployment["spec"]["strategy"]["type"] == "Recreate":
        return (0 if any(living) else wanted), [0] * len(old)
    surge, unavailable = _limits(deployment)
    ready = sum((s.get("status") or {}).get("readyReplicas", 0) for s in (current, *old))
    room = wanted + surge - sum(max(s["spec"]["replicas"], n) for s, n in zip(old, living, strict=True))
    new_size = max(min(wanted, current["spec"]["replicas"]), min(wanted, room))
    spare = max(0, ready - (wanted - unavailable))
    sizes = []
    for replica_set in old:
        # Pods that are not ready hold nothing up: they go first, without touching the budget.
        idle = replica_set["spec"]["replicas"] - (replica_set.get("status") or {}).get("readyReplicas", 0)
        gone = min(replica_set["spec"]["replicas"], max(0, idle) + spare)
        spare -= max(0, gone - max(0, idle))
        sizes.append(replica_set["spec"]["replicas"] - gone)
    return new_size, sizes


class ReplicaSets(Controller):
    """As many pods as a ReplicaSet says; a refused pod is a condition of it, and is tried again after a second."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._refused: dict[str, tuple[float, str]] = {}

    def reconcile(self) -> None:
        for replica_set in self.store.objects("ReplicaSet"):
            if is_leaving(replica_set):
                continue
            pods = self.owned("Pod", replica_set)
            living = [pod for pod in pods if not is_leaving(pod) and not is_over(pod)]
            missing = replica_set["spec"]["replicas"] - len(living)
            refusal = self._fill(replica_set, missing)
            for pod in sorted(living, key=is_ready)[: max(0, -missing)]:
                self.delete(pod)
            status: Json = {
                "replicas": len([pod for pod in pods if not is_over(pod)]),
                "readyReplicas": sum(map(is_ready, living)),
                "availableReplicas": sum(map(is_ready, living)),
                "observedGeneration": replica_set["metadata"]["generation"],
            }
            if refusal:
                status["conditions"] = [condition("ReplicaFailure", True, "FailedCreate", refusal)]
            self.set_status(replica_set, status)

    def _fill(self, replica_set: Json, missing: int) -> str | None:
        uid = replica_set["metadata"]["uid"]
        since, refusal = self._refused.get(uid, (0.0, ""))
        if missing > 0 and time.monotonic() - since < RETRY_SECONDS:
            return refusal
        self._refused.pop(uid, None)
        for _ in range(missing):
            if refused := self.create_pod(replica_set, replica_set["spec"]["template"]):
                self._refused[uid] = (time.monotonic(), refused)
                return refused
        return None


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
