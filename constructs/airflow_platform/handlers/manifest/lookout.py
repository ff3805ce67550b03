"""Looks at the pods of what is waited for, now and then, and says which object cannot become ready any more."""

from airflow_platform.handlers.limits import PODS_SECONDS
from airflow_platform.handlers.manifest.diagnosis import pod_selector
from airflow_platform.handlers.manifest.hopeless import SCALE_UP_EVENTS, Patience
from airflow_platform.handlers.manifest.kubectl import Kubectl, KubectlError
from airflow_platform.handlers.manifest.revision import LISTED, new_pods, timestamp
from airflow_platform.handlers.response import Json


class Lookout:
    """The lookout of one rollout. A look costs a command for each object, so there is one in `PODS_SECONDS`."""

    def __init__(self, kubectl: Kubectl, applied_at: float) -> None:
        """`applied_at`: when the objects were applied, in seconds since the epoch; older pods do not count."""
        self._kubectl = kubectl
        self._since = timestamp(applied_at)
        self._patience: dict[str, Patience] = {}
        self._looked = 0.0

    def hopeless(self, waiting: dict[str, Json], now: float) -> dict[str, str]:
        """Why an object cannot become ready, by its name: of those that wait, at the moment `now` (seconds)."""
        if now - self._looked < PODS_SECONDS:
            return {}
        self._looked = now
        return {name: reason for name, obj in waiting.items() if (reason := self._reason(name, obj, now))}

    def _reason(self, name: str, obj: Json, now: float) -> str:
        """Empty: it may become ready, or the cluster does not say; the next look may tell."""
        if obj["kind"] not in LISTED:
            return ""
        namespace = obj["metadata"].get("namespace", "default")
        try:
            listed = self._kubectl.list(LISTED[obj["kind"]], namespace, "--selector", pod_selector(obj))
            pods = new_pods(obj, listed, self._since)
            lost = self._patience.setdefault(name, Patience()).exhausted(pods, now)
            if any(trouble.unschedulable for trouble, _ in lost) and self._scaling_up(namespace, pods):
                lost = [(trouble, told) for trouble, told in lost if not trouble.unschedulable]
        except KubectlError as error:
            print(f"No pods of {name}: {error}")
            return ""
        return lost[0][1] if lost else ""

    def _scaling_up(self, namespace: str, pods: list[Json]) -> bool:
        """Whether an autoscaler is making a node for one of the pods: then they wait on."""
        uids = {pod["metadata"]["uid"] for pod in pods}
        return any(
            event.get("involvedObject", {}).get("uid") in uids
            for reason in SCALE_UP_EVENTS
            for event in self._kubectl.list("events", namespace, "--field-selector", f"reason={reason}")
        )
