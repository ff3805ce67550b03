"""What plays a pod's containers. The stand-in's own runner only pretends; another may start real processes.

To plug another one in, pass it to `KubernetesApi(runner=...)`. It has the four methods of `PodRunner`; it is called
from the controllers' thread and must not block, and it may call `report` and `ended` from any thread.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]
Report = Callable[[Json], None]
"""Takes the pod's whole new status."""


class PodRunner(Protocol):
    """Runs pods that are scheduled and whose mounts exist."""

    def start(self, pod: Json, report: Report) -> None:
        """Start the pod's init containers and then its containers, and report each new status."""

    def stop(self, pod: Json, grace_seconds: int, ended: Callable[[], None]) -> None:
        """End the containers within the grace period, and call `ended` when none runs any more."""

    def forget(self, uid: str) -> None:
        """The pod's object is gone: end what may still run of it, at once."""

    def logs(self, pod: Json, container: str | None, query: dict[str, str]) -> Iterator[bytes]:
        """A container's output, with the API's query parameters (follow, tailLines, ...)."""

    def close(self) -> None:
        """End everything."""


@dataclass
class Scenario:
    """How the pretended pods behave; change it at any time.

    Pods are meant by the beginning of their name and by a part of their image ("" for any).
    """

    ready_seconds: float = 0.15
    """From start to ready."""
    run_seconds: float = 0.25
    """What a Job's pod takes."""
    stop_seconds: float = 0.1
    """What a pod takes to end when it is asked to."""
    held: list[tuple[str, str]] = field(default_factory=list)
    """Pods that run and never become ready."""
    failing: list[tuple[str, str]] = field(default_factory=list)
    """Pods whose containers exit with 1: Job pods fail, others restart for ever."""
    crash_seconds: tuple[float, ...] = (0, 0.1, 1.1, 3.1, 7.1, 15.1, 31.1)
    """When a failing pod that restarts crashes, after its start: ten times as fast as the kubelet lets it."""
    unpullable: list[tuple[str, str]] = field(default_factory=list)
    """Pods whose image can't be pulled."""
    unschedulable: list[tuple[str, str]] = field(default_factory=list)
    """Pods that no node can hold, as long as they stand here."""
    endless: list[str] = field(default_factory=list)
    """Pods that must not restart and do not end by themselves (running tasks)."""

    def reset(self) -> None:
        """Back to a world in which everything works."""
        for rules in (self.held, self.failing, self.unpullable, self.unschedulable, self.endless):
            rules.clear()

    def has_node(self, pod: Json) -> bool:
        """Whether a node can hold a pod."""
        return not _means(self.unschedulable, pod)

    def of(self, pod: Json, age_seconds: float) -> Json:
        """The status of a pod that started so long ago."""
        if _means(self.unpullable, pod):
            return _status(pod, "Pending", waiting="ImagePullBackOff")
        fails = _means(self.failing, pod)
        if pod["spec"].get("restartPolicy", "Always") == "Always":
            if fails:
                crashes = sum(moment <= age_seconds for moment in self.crash_seconds)
                return _status(pod, "Running", waiting="CrashLoopBackOff", restarts=max(0, crashes - 1))
            return _status(pod, "Running", ready=age_seconds >= self.ready_seconds and not _means(self.held, pod))
        if age_seconds < self.run_seconds or any(pod["metadata"]["name"].startswith(name) for name in self.endless):
            return _status(pod, "Running", ready=True)
        return _status(pod, "Failed" if fails else "Succeeded", exit_code=int(fails))


class SimulatedRunner:
    """Pretends: pods become ready, Jobs succeed, as the scenario says."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        self.scenario = scenario or Scenario()
        self._pods: dict[str, tuple[Json, Report, float]] = {}
        self._ending: list[tuple[float, str, Callable[[], None]]] = []
        self._last: dict[str, Json] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated-pods", daemon=True)
        self._thread.start()

    def start(self, pod: Json, report: Report) -> None:
        with self._lock:
            self._pods[pod["metadata"]["uid"]] = (pod, report, time.monotonic())

    def stop(self, pod: Json, grace_seconds: int, ended: Callable[[], None]) -> None:
        with self._lock:
            due = time.monotonic() + min(self.scenario.stop_seconds, grace_seconds)
            self._ending.append((due, pod["metadata"]["uid"], ended))

    def forget(self, uid: str) -> None:
        with self._lock:
            self._pods.pop(uid, None)
            self._last.pop(uid, None)

    def logs(self, pod: Json, container: str | None, query: dict[str, str]) -> Iterator[bytes]:
        name = container or pod["spec"]["containers"][0]["name"]
        yield f"{pod['metadata']['name']}/{name}: {(pod.get('status') or {}).get('phase')}\n".encode()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            with self._lock:
                moment = time.monotonic()
                pods = list(self._pods.items())
                due = [entry for entry in self._ending if entry[0] <= moment]
                self._ending = [entry for entry in self._ending if entry[0] > moment]
                for _, uid, _ in due:
                    self._pods.pop(uid, None)
            for uid, (pod, report, since) in pods:
                status = self.scenario.of(pod, moment - since)
                if self._last.get(uid) != status and self._last.get(uid, {}).get("phase") not in (
                    "Succeeded",
                    "Failed",
                ):
                    self._last[uid] = status
                    report(status)
            for _, uid, ended in due:
                self._last.pop(uid, None)
                ended()


def _means(rules: list[tuple[str, str]], pod: Json) -> bool:
    """Whether one of the rules is about a pod."""
    name, images = pod["metadata"]["name"], [c.get("image", "") for c in _containers(pod)]
    return any(name.startswith(prefix) and any(part in image for image in images) for prefix, part in rules)


def _containers(pod: Json) -> list[Json]:
    return [*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]]


def _status(
    pod: Json, phase: str, *, ready: bool = False, waiting: str = "", restarts: int = 0, exit_code: int | None = None
) -> Json:
    state: Json = {"running": {}}
    if waiting:
        state = {"waiting": {"reason": waiting, "message": f"{waiting}: as the scenario says"}}
    elif exit_code is not None:
        state = {"terminated": {"exitCode": exit_code, "reason": "Error" if exit_code else "Completed"}}
    statuses = [
        {
            "name": c["name"],
            "image": c.get("image", ""),
            "imageID": "",
            "ready": ready,
            "restartCount": restarts,
            "state": state,
        }
        for c in pod["spec"]["containers"]
    ]
    conditions = {"PodScheduled": True, "Initialized": not waiting, "ContainersReady": ready, "Ready": ready}
    return {
        "phase": phase,
        "conditions": [{"type": name, "status": str(value)} for name, value in conditions.items()],
        "containerStatuses": statuses,
        "podIP": "10.0.0.10",
    }
