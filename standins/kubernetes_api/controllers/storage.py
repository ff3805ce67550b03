"""Volumes and claims: binding, and protection while they are in use."""

from typing import Any

from standins.kubernetes_api.controllers.base import Controller, is_leaving, is_over
from standins.kubernetes_api.quantities import amount

Json = dict[str, Any]
CLAIM_PROTECTION, VOLUME_PROTECTION = "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


class Storage(Controller):
    """Binds claims to volumes, makes volumes where a class provisions them, and holds both while they are used."""

    def reconcile(self) -> None:
        for claim in self.store.objects("PersistentVolumeClaim"):
            if is_leaving(claim):
                if not self._in_use(claim):
                    self._release(claim, CLAIM_PROTECTION)
            elif (claim.get("status") or {}).get("phase") != "Bound":
                self._bind(claim)
        for volume in self.store.objects("PersistentVolume"):
            self._look_after(volume)

    def _in_use(self, claim: Json) -> bool:
        """As pvc-protection has it: by a pod that is on a node and not over, however long it takes to end."""
        metadata = claim["metadata"]
        return any(
            (volume.get("persistentVolumeClaim") or {}).get("claimName") == metadata["name"]
            for pod in self.store.objects("Pod", metadata["namespace"])
            if pod["spec"].get("nodeName") and not is_over(pod)
            for volume in pod["spec"].get("volumes") or ()
        )

    def _release(self, manifest: Json, finalizer: str) -> None:
        def drop(live: Json) -> Json:
            live["metadata"]["finalizers"] = [f for f in live["metadata"].get("finalizers") or () if f != finalizer]
            return live

        self.change(manifest, drop)

    def _bind(self, claim: Json) -> None:
        candidates = [volume for volume in self.store.objects("PersistentVolume") if _suits(claim, volume)]
        wanted = min(candidates, key=lambda volume: amount(volume["spec"]["capacity"]["storage"]), default=None)
        if wanted is None:
            wanted = self._provision(claim)
        if wanted is None:
            self.set_status(claim, {"phase": "Pending"})
            return
        metadata = claim["metadata"]
        reference = {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": metadata["name"],
            "namespace": metadata["namespace"], "uid": metadata["uid"],
        }  # fmt: skip
        self.change(wanted, lambda live: {**live, "spec": {**live["spec"], "claimRef": reference}})
        name = wanted["metadata"]["name"]
        self.change(claim, lambda live: {**live, "spec": {**live["spec"], "volumeName": name}})
        spec = wanted["spec"]
        status = {"phase": "Bound", "accessModes": spec["accessModes"], "capacity": spec["capacity"]}
        self.set_status(claim, status)

    def _provision(self, claim: Json) -> Json | None:
        classes = self.store.objects("StorageClass")
        name = claim["spec"].get("storageClassName")
        chosen = [
            c
            for c in classes
            if c["metadata"]["name"] == name
            or (name is None and (c["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true")
        ]
        if claim["spec"].get("volumeName") or not chosen or chosen[0]["provisioner"] == "kubernetes.io/no-provisioner":
            return None
        manifest = {
            "metadata": {"name": f"pvc-{claim['metadata']['uid']}"},
            "spec": {
                "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
                "accessModes": claim["spec"]["accessModes"],
                "storageClassName": chosen[0]["metadata"]["name"],
                "persistentVolumeReclaimPolicy": chosen[0]["reclaimPolicy"],
                "csi": {"driver": chosen[0]["provisioner"], "volumeHandle": claim["metadata"]["uid"]},
            },
        }
        return self.api.create(self.api.kinds.named("PersistentVolume"), None, manifest)

    def _look_after(self, volume: Json) -> None:
        reference = volume["spec"].get("claimRef") or {}
        claim = self.store.find("PersistentVolumeClaim", reference.get("namespace"), reference.get("name", ""))
        bound = claim is not None and claim["metadata"]["uid"] == reference.get("uid", claim["metadata"]["uid"])
        if is_leaving(volume):
            if not bound:
                self._release(volume, VOLUME_PROTECTION)
            return
        if bound:
            self.set_status(volume, {"phase": "Bound"})
        elif "uid" not in reference:
            self.set_status(volume, {"phase": "Available"})
        elif volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
            self.delete(volume)
        else:
            self.set_status(volume, {"phase": "Released"})


def _suits(claim: Json, volume: Json) -> bool:
    wanted, offered = claim["spec"], volume["spec"]
    reference = offered.get("claimRef")
    metadata = claim["metadata"]
    if reference and (reference.get("namespace"), reference.get("name")) != (metadata["namespace"], metadata["name"]):
        return False
    if reference and reference.get("uid", metadata["uid"]) != metadata["uid"]:
        return False
    if wanted.get("volumeName") and wanted["volumeName"] != volume["metadata"]["name"]:
        return False
    return (
        not is_leaving(volume)
        and (wanted.get("storageClassName") or "") == (offered.get("storageClassName") or "")
        and set(wanted["accessModes"]) <= set(offered["accessModes"])
        and amount(wanted["resources"]["requests"]["storage"]) <= amount(offered["capacity"]["storage"])
    )
