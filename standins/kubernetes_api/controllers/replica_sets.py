"""ReplicaSets: as many pods as they say."""

import time
from typing import Any

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.controllers.base import Controller, condition, is_leaving, is_over, is_ready

Json = dict[str, Any]
RETRY_SECONDS = 1.0


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
