"""Pods: a node for each, what they mount, and the runner that plays their containers."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.controllers.base import Controller, condition, is_leaving, is_over
from standins.kubernetes_api.runner import PodRunner

Json = dict[str, Any]
NODE = "node-1"


class Pods(Controller):
    """Schedules pods, starts them when what they mount is there, and ends them when they are deleted."""

    def __init__(self, api: Api, runner: PodRunner, has_node: Callable[[Json], bool] = lambda pod: True) -> None:
        """`has_node`: whether a node can hold a pod."""
        super().__init__(api)
        self._runner, self._has_node = runner, has_node
        self._started: set[str] = set()
        self._stopping: set[str] = set()
        self._lock = threading.Lock()

    def reconcile(self) -> None:
        pods = self.store.objects("Pod")
        for pod in pods:
            uid = pod["metadata"]["uid"]
            if is_leaving(pod):
                self._end(pod, uid)
            elif not pod["spec"].get("nodeName"):
                self._schedule(pod)
            elif uid not in self._started and not is_over(pod):
                self._start(pod, uid)
        self._forget({pod["metadata"]["uid"] for pod in pods})

    def _schedule(self, pod: Json) -> None:
        namespace = pod["metadata"]["namespace"]
        for volume in pod["spec"].get("volumes") or ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            claim = self.store.find("PersistentVolumeClaim", namespace, name) if name else None
            if name and (claim is None or is_leaving(claim) or (claim.get("status") or {}).get("phase") != "Bound"):
                bound = "pod has unbound immediate PersistentVolumeClaims"
                self._wait(pod, f'persistentvolumeclaim "{name}" not found' if claim is None else bound)
                return
        if not self._has_node(pod):
            self._wait(pod, "0/1 nodes are available: 1 Insufficient cpu.")
            return
        self.change(pod, lambda live: {**live, "spec": {**live["spec"], "nodeName": NODE}})

    def _wait(self, pod: Json, why: str) -> None:
        told = condition("PodScheduled", False, "Unschedulable", why)
        self.set_status(pod, {**pod["status"], "phase": "Pending", "conditions": [told]})

    def _start(self, pod: Json, uid: str) -> None:
        if missing := next(self._missing(pod), None):
            self.tell(pod, "FailedMount", missing)
            waiting = [
                {"name": c["name"], "image": c.get("image", ""), "imageID": "", "ready": False, "restartCount": 0,
                 "state": {"waiting": {"reason": "ContainerCreating", "message": missing}}}
                for c in pod["spec"]["containers"]
            ]  # fmt: skip
            scheduled = condition("PodScheduled", True)
            self.set_status(pod, {"phase": "Pending", "conditions": [scheduled], "containerStatuses": waiting})
            return
        self._started.add(uid)
        self._runner.start(pod, lambda status: self.set_status(pod, status))

    def _end(self, pod: Json, uid: str) -> None:
        with self._lock:
            if uid in self._stopping:
                return
            if uid in self._started and not is_over(pod):
                self._stopping.add(uid)
            else:
                self.delete(pod, gracePeriodSeconds=0)
                return
        grace = pod["metadata"].get("deletionGracePeriodSeconds", 0)
        self._runner.stop(pod, grace, lambda: self.delete(pod, gracePeriodSeconds=0))

    def _forget(self, living: set[str]) -> None:
        for uid in self._started - living - self._stopping:
            self._runner.forget(uid)
        self._started &= living
        self._stopping &= living

    def _missing(self, pod: Json) -> Iterator[str]:
        """What the kubelet would wait for: ConfigMaps, Secrets and SecretProviderClasses that must be there."""
        namespace = pod["metadata"]["namespace"]
        wanted: list[tuple[str, Json, str]] = []
        for volume in pod["spec"].get("volumes") or ():
            for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
                wanted.append(("ConfigMap", source.get("configMap") or {}, "name"))
                secret = source.get("secret") or {}
                wanted.append(("Secret", secret, "secretName" if "secretName" in secret else "name"))
            attributes = (volume.get("csi") or {}).get("volumeAttributes") or {}
            wanted.append(("SecretProviderClass", attributes, "secretProviderClass"))
        for container in (*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]):
            for source in container.get("envFrom") or ():
                wanted.append(("ConfigMap", source.get("configMapRef") or {}, "name"))
                wanted.append(("Secret", source.get("secretRef") or {}, "name"))
            for variable in container.get("env") or ():
                source = variable.get("valueFrom") or {}
                wanted.append(("ConfigMap", source.get("configMapKeyRef") or {}, "name"))
                wanted.append(("Secret", source.get("secretKeyRef") or {}, "name"))
        for kind, reference, field in wanted:
            name = reference.get(field)
            if name and not reference.get("optional") and self.store.find(kind, namespace, name) is None:
                yield f'{kind.lower()} "{name}" not found'
