"""Deployments: rolling updates, and a status that says how far they are."""

import math
import time
from copy import deepcopy
from typing import Any

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.controllers.base import Controller, condition, is_leaving, reference_to, template_hash

Json = dict[str, Any]
HASH = "pod-template-hash"


class Deployments(Controller):
    """One ReplicaSet a template; the new one grows as the old ones shrink, within the strategy's limits."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._roll_outs: dict[str, tuple[str, float]] = {}
        """Uid of a Deployment -> the ReplicaSet that it wants, and since when: one from before may be wanted again."""

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

    def _seconds(self, deployment: Json, current: Json) -> float:
        """How long the Deployment has wanted this ReplicaSet."""
        uid, wanted = deployment["metadata"]["uid"], current["metadata"]["uid"]
        if self._roll_outs.get(uid, ("",))[0] != wanted:
            self._roll_outs[uid] = (wanted, time.monotonic())
        return time.monotonic() - self._roll_outs[uid][1]

    def _report(self, deployment: Json, current: Json, old: list[Json]) -> None:
        status_of = [(s.get("status") or {}) for s in (current, *old)]
        ready, total = (sum(s.get(field, 0) for s in status_of) for field in ("readyReplicas", "replicas"))
        updated = status_of[0].get("replicas", 0)
        wanted = deployment["spec"]["replicas"]
        enough = ready >= wanted - _limits(deployment)[1]
        done = updated == wanted == total and ready >= wanted
        refusals = [c for s in status_of for c in s.get("conditions") or () if c["type"] == "ReplicaFailure"]
        late = self._seconds(deployment, current) > deployment["spec"]["progressDeadlineSeconds"] and not done
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
