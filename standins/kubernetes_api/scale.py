"""The `scale` of a workload, as an object of its own."""

from typing import Any

Json = dict[str, Any]


def scale_of(manifest: Json) -> Json:
    """What `GET …/scale` answers."""
    metadata = {k: manifest["metadata"][k] for k in ("name", "namespace", "uid", "resourceVersion")}
    replicas = (manifest.get("status") or {}).get("replicas", 0)
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": manifest["spec"].get("replicas", 1)},
        "status": {"replicas": replicas},
    }
