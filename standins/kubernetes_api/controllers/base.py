"""What the control loops share."""

import hashlib
import json
import threading
from copy import deepcopy
from typing import Any

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.errors import ApiError
from standins.kubernetes_api.store import now

Json = dict[str, Any]
ACTOR = "controller"


class Controller:
    """Brings one aspect of the cluster nearer to what the objects say, each time it is asked."""

    def __init__(self, api: Api) -> None:
        self.api, self.store = api, api.store
        self._told: set[tuple[str, str, str]] = set()

    def reconcile(self) -> None:
        """Look at everything once. Must not block."""
        raise NotImplementedError

    def set_status(self, manifest: Json, status: Json) -> None:
        """Write a status if it differs; an object that is gone is no error."""
        if (manifest.get("status") or {}) != status:
            self.change(manifest, lambda live: {**live, "status": status})

    def change(self, manifest: Json, change: Any) -> None:
        """Change the object by a function of a copy; an object that is gone is no error."""
        metadata = manifest["metadata"]
        kind = self.api.kinds.named(manifest["kind"])
        try:
            self.store.update(kind, metadata.get("namespace"), metadata["name"], change, ACTOR)
        except ApiError as gone:
            if gone.code not in (404, 409):
                raise

    def delete(self, manifest: Json, **options: Any) -> None:
        """Delete an object that may be gone already."""
        metadata = manifest["metadata"]
        kind = self.api.kinds.named(manifest["kind"])
        try:
            self.api.delete(kind, metadata.get("namespace"), metadata["name"], options, ACTOR)
        except ApiError as gone:
            if gone.code != 404:
                raise

    def owned(self, kind: str, owner: Json) -> list[Json]:
        """Objects of a kind that an owner controls."""
        uid = owner["metadata"]["uid"]
        return [
            manifest
            for manifest in self.store.objects(kind, owner["metadata"].get("namespace"))
            if any(reference["uid"] == uid for reference in manifest["metadata"].get("ownerReferences") or ())
        ]

    def create_pod(self, owner: Json, template: Json, name: str | None = None) -> str | None:
        """Make a pod of a template; gives back why it was refused, or None."""
        metadata = deepcopy(template.get("metadata") or {})
        metadata["ownerReferences"] = [reference_to(owner)]
        metadata |= {"name": name} if name else {"generateName": f"{owner['metadata']['name']}-"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": deepcopy(template["spec"])}
        try:
            self.api.create(self.api.kinds.named("Pod"), owner["metadata"]["namespace"], pod)
        except ApiError as refusal:
            self.tell(owner, "FailedCreate", f"Error creating: {refusal.message}")
            return refusal.message
        return None

    def tell(self, about: Json, reason: str, message: str) -> None:
        """Record a warning event about an object, once."""
        metadata = about["metadata"]
        if (metadata["uid"], reason, message) in self._told or "namespace" not in metadata:
            return
        self._told.add((metadata["uid"], reason, message))
        event = {
            "metadata": {"generateName": f"{metadata['name']}."},
            "type": "Warning",
            "reason": reason,
            "message": message,
            "firstTimestamp": now(),
            "lastTimestamp": now(),
            "count": 1,
            "involvedObject": {
                "kind": about["kind"], "apiVersion": about["apiVersion"], "name": metadata["name"],
                "namespace": metadata["namespace"], "uid": metadata["uid"],
            },
        }  # fmt: skip
        try:
            self.api.create(self.api.kinds.named("Event"), metadata["namespace"], event)
        except ApiError as refusal:
            if refusal.code not in (403, 404):
                raise


class Loop:
    """Runs controllers in one thread: after each change, and a few times a second for what only takes time."""

    def __init__(self, controllers: list[Controller], idle_seconds: float = 0.25) -> None:
        self._controllers, self._idle_seconds = controllers, idle_seconds
        self._store = controllers[0].store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kubernetes-controllers", daemon=True)
        self.errors: list[BaseException] = []
        """What a controller died of; nothing in a good run."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        with self._store.changed:
            self._store.changed.notify_all()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        seen = 0
        while not self._stop.is_set():
            with self._store.changed:
                if self._store.version == seen:
                    self._store.changed.wait(self._idle_seconds)
                seen = self._store.version
            for controller in self._controllers:
                try:
                    controller.reconcile()
                except Exception as error:
                    self.errors.append(error)
            self._stop.wait(0.02)


def reference_to(owner: Json) -> Json:
    """The ownerReference of a controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def condition(type_: str, status: bool, reason: str = "", message: str = "") -> Json:
    """A condition, without times: they would make every status differ from the one before."""
    return {"type": type_, "status": "True" if status else "False", "reason": reason, "message": message}


def is_ready(pod: Json) -> bool:
    """Whether a pod is ready to serve."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def is_over(pod: Json) -> bool:
    """Whether all of a pod's containers have ended for good."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def is_leaving(manifest: Json) -> bool:
    """Whether deletion has begun."""
    return "deletionTimestamp" in manifest["metadata"]


def template_hash(template: Json) -> str:
    """A short name for a pod template."""
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
