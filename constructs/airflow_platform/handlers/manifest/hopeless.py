"""Pods that will not run, however long a rollout waits: what troubles them, and for how long it has."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from airflow_platform.handlers.limits import (
    CONFIG_SECONDS,
    CRASH_SECONDS,
    LEAST_CRASHES,
    PULL_SECONDS,
    UNSCHEDULABLE_SECONDS,
)
from airflow_platform.handlers.response import Json

PULL = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable")
CONFIG = ("CreateContainerConfigError", "CreateContainerError")
PATIENCE_SECONDS: dict[str, float] = {
    "InvalidImageName": 0,
    **dict.fromkeys(PULL, PULL_SECONDS),
    **dict.fromkeys(CONFIG, CONFIG_SECONDS),
}
"""How long a container may wait for a reason of the kubelet's; others, such as ContainerCreating, tell nothing.

A volume that is not mounted is among those others: a file system may take its time, and its driver tries on.
"""

SCALE_UP_EVENTS = ("TriggeredScaleUp", "Nominated")
"""Events of a pod for which the Cluster Autoscaler, or Karpenter, is making a node."""


@dataclass(frozen=True)
class Trouble:
    """What keeps a pod, or one of its containers, from running."""

    reason: str
    where: str
    pod: str
    """The pod's uid."""
    container: str
    patience_seconds: float
    crashes: int = 0
    """Of the container since its pod was made; 0 for a trouble of another kind."""

    @property
    def unschedulable(self) -> bool:
        return not self.container

    @property
    def key(self) -> tuple[str, str, float]:
        """The same for the same trouble at another look, though its reason alternates (ErrImagePull, …BackOff)."""
        return self.pod, self.container, self.patience_seconds


def troubles(pod: Json) -> Iterator[Trouble]:
    """What troubles a pod now."""
    metadata, status = pod["metadata"], pod.get("status", {})
    if status.get("phase") in ("Succeeded", "Failed"):
        return  # its Job decides what that means, or its ReplicaSet has made another
    where = f"pod {metadata['name']}"
    if _without_node(status):
        yield Trouble("Unschedulable", where, metadata["uid"], "", UNSCHEDULABLE_SECONDS)
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        name, restarts = container["name"], int(container.get("restartCount", 0))
        place = f"{where}, container {name}, image {container.get('image', 'unknown')}"
        waiting: str = (container.get("state", {}).get("waiting") or {}).get("reason", "")
        if waiting in PATIENCE_SECONDS:
            yield Trouble(waiting, place, metadata["uid"], name, PATIENCE_SECONDS[waiting])
        elif waiting == "CrashLoopBackOff" or (container.get("state", {}).get("terminated") or {}).get("exitCode"):
            # The kubelet counts restarts, and the crash that waits for its restart comes on top.
            yield Trouble(waiting or "ended", place, metadata["uid"], name, CRASH_SECONDS, restarts + 1)
        elif restarts:
            yield Trouble("restarted", place, metadata["uid"], name, math.inf, restarts)  # and may run on, now


def _without_node(status: Json) -> bool:
    """No node can hold the pod, none is being cleared for it, and it waits for no volume (which has its own wait)."""
    for found in status.get("conditions") or []:
        if found["type"] == "PodScheduled" and found["status"] == "False" and found.get("reason") == "Unschedulable":
            text = found.get("message", "").lower().replace(" ", "")
            return "persistentvolume" not in text and not status.get("nominatedNodeName")
    return False


class Patience:
    """What has troubled the pods of one object, and since when, from one look to the next."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str, float], float] = {}
        self._crashes: dict[tuple[str, str], dict[int, float]] = {}

    def exhausted(self, pods: Sequence[Json], now: float) -> list[tuple[Trouble, str]]:
        """Look at pods: the troubles that have lasted too long, and what to tell of each.

        Crashes are counted from the first to the latest one. The time after the latest does not count, when a container
        only waits for its restart: what made it crash, a database that was away, may be over.
        """
        found = [trouble for pod in pods for trouble in troubles(pod)]
        self._since = {trouble.key: self._since.get(trouble.key, now) for trouble in found}
        return [(trouble, text) for trouble in found if (text := self._judged(trouble, now))]

    def _judged(self, trouble: Trouble, now: float) -> str:
        if not trouble.crashes:
            lasted = now - self._since[trouble.key]
            told = f"{trouble.reason} for {lasted:.0f} s: {trouble.where}"
            return told if lasted >= trouble.patience_seconds else ""
        crashes = self._crashes.setdefault((trouble.pod, trouble.container), {})
        crashes.setdefault(trouble.crashes, now)
        lasted = crashes[trouble.crashes] - min(crashes.values())
        told = f"{trouble.reason}, {trouble.crashes} times in {lasted:.0f} s: {trouble.where}"
        return told if trouble.crashes >= LEAST_CRASHES and lasted >= trouble.patience_seconds else ""
