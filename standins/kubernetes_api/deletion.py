"""What a deletion does to an object and to what it owns."""

from functools import partial
from typing import Any

from standins.kubernetes_api.kinds import Kind, Kinds
from standins.kubernetes_api.store import Store

Json = dict[str, Any]


def grace(live: Json, body: Json) -> int:
    """Seconds that a pod gets to end itself; other objects have none."""
    if live["kind"] != "Pod":
        return 0
    over = (live.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    if over or not live["spec"].get("nodeName"):
        return 0
    asked = body.get("gracePeriodSeconds")
    return int(live["spec"]["terminationGracePeriodSeconds"] if asked is None else asked)


def hold(store: Store, kind: Kind, namespace: str | None, name: str, finalizer: str, actor: str) -> None:
    """Keep an object until whoever holds it takes its finalizer away."""

    def add(live: Json) -> Json:
        finalizers = live["metadata"].setdefault("finalizers", [])
        if finalizer not in finalizers:
            finalizers.append(finalizer)
        return live

    store.update(kind, namespace, name, add, actor)


def orphan(store: Store, kinds: Kinds, owner: Json) -> None:
    """What an object owns stays without it."""
    uid = owner["metadata"]["uid"]
    for manifest in store.all():
        owners = manifest["metadata"].get("ownerReferences") or []
        if any(reference["uid"] == uid for reference in owners):
            rest = [reference for reference in owners if reference["uid"] != uid]
            metadata = manifest["metadata"]
            kind = kinds.named(manifest["kind"])
            disowned = partial(_owned_by, rest)
            store.update(kind, metadata.get("namespace"), metadata["name"], disowned, "controller")


def _owned_by(owners: list[Json], manifest: Json) -> Json:
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": owners}}
