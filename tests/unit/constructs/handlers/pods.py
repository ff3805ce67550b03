"""Pods, and what owns them, as a cluster reports them."""

from typing import Any

Json = dict[str, Any]
LONG_AGO, NEW = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
IMAGE = "airflow:2"


def container(reason: str = "", *, name: str = "main", restarts: int = 0, ended: int | None = None) -> Json:
    """The status of a container: waiting for a reason, ended with a code, or running."""
    state: Json = {"running": {}}
    if reason:
        state = {"waiting": {"reason": reason, "message": f"about {reason}"}}
    elif ended is not None:
        state = {"terminated": {"exitCode": ended}}
    return {"name": name, "image": IMAGE, "restartCount": restarts, "state": state}


def pod(
    *containers: Json, owner: str = "uid-of-web-2", name: str = "web-2-a", made: str = NEW, phase: str = "Pending"
) -> Json:
    metadata = {
        "name": name,
        "namespace": "airflow",
        "uid": f"uid-of-{name}",
        "creationTimestamp": made,
        "ownerReferences": [{"uid": owner}],
    }
    status = {"phase": phase, "containerStatuses": list(containers)}
    return {"kind": "Pod", "metadata": metadata, "spec": {}, "status": status}


def unscheduled(message: str = "0/2 nodes are available: 2 Insufficient cpu.", **fields: Any) -> Json:
    """A pod that no node can hold."""
    found = pod(**fields)
    told = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    found["status"]["conditions"] = [told]
    return found


def template(image: str = IMAGE) -> Json:
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"image": image}]}}


def replica_set(image: str = IMAGE, *, name: str = "web-2", owner: str = "uid-of-web") -> Json:
    made = template(image)
    made["metadata"]["labels"]["pod-template-hash"] = name
    metadata = {"name": name, "uid": f"uid-of-{name}", "ownerReferences": [{"uid": owner}]}
    return {"kind": "ReplicaSet", "metadata": metadata, "spec": {"template": made}}
