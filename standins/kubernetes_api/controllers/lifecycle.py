"""What deletion takes along: the contents of a namespace, and what an owner owned."""

from typing import Any

from standins.kubernetes_api.controllers.base import Controller, condition, is_leaving

Json = dict[str, Any]


class Namespaces(Controller):
    """Empties a namespace that is being deleted, and lets it go when nothing is left."""

    def reconcile(self) -> None:
        for namespace in self.store.objects("Namespace"):
            if is_leaving(namespace):
                self._empty(namespace)

    def _empty(self, namespace: Json) -> None:
        name = namespace["metadata"]["name"]
        contents = [it for it in self.store.all() if it["metadata"].get("namespace") == name]
        for manifest in contents:
            if not is_leaving(manifest):
                self.delete(manifest)
        left = [it for it in contents if is_leaving(it)]
        if not contents:
            self.change(namespace, lambda live: {**live, "spec": {**live["spec"], "finalizers": []}})
        elif left:
            told = ", ".join(f"{it['kind']} {it['metadata']['name']}" for it in left[:5])
            conditions = [condition("NamespaceContentRemaining", True, "SomeResourcesRemain", f"still here: {told}")]
            self.set_status(namespace, {"phase": "Terminating", "conditions": conditions})


class Owners(Controller):
    """Garbage collection: what is owned goes with its owner, or before it where that is asked for."""

    def reconcile(self) -> None:
        everything = self.store.all()
        uids = {it["metadata"]["uid"] for it in everything}
        foreground = {
            it["metadata"]["uid"]
            for it in everything
            if "foregroundDeletion" in (it["metadata"].get("finalizers") or ())
        }
        waiting = set()
        for manifest in everything:
            owners = {reference["uid"] for reference in manifest["metadata"].get("ownerReferences") or ()}
            if owners & foreground:
                waiting |= owners & foreground
            if owners and (not owners & uids or owners & foreground) and not is_leaving(manifest):
                self.delete(manifest, propagationPolicy="Foreground" if owners & foreground else "Background")
        for manifest in everything:
            if manifest["metadata"]["uid"] in foreground - waiting:
                self.change(manifest, _without_foreground)


def _without_foreground(live: Json) -> Json:
    live["metadata"]["finalizers"] = [f for f in live["metadata"].get("finalizers") or () if f != "foregroundDeletion"]
    return live
