"""Which pods a rollout stands or falls with: those of the newest version of an object, made since it was applied.

A pod of an earlier version says nothing about the new one: it may be the very thing that the rollout mends.
"""

import time
from collections.abc import Sequence

from airflow_platform.handlers.manifest.rollout import seen
from airflow_platform.handlers.response import Json

HASH = "pod-template-hash"
REVISION = "controller-revision-hash"
CLOCKS_DIFFER_SECONDS = 5


LISTED = {"Job": "pods", "StatefulSet": "pods", "Deployment": "replicasets.apps,pods"}
"""By kind of object: what kubectl has to list, with the object's selector, for `new_pods`.

Not for a DaemonSet: its pods do not name their version in a way that its status does too.
"""


def timestamp(seconds: float) -> str:
    """A moment as Kubernetes writes it, a little earlier, for clocks that differ; such texts sort by time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds - CLOCKS_DIFFER_SECONDS))


def new_pods(obj: Json, listed: Sequence[Json], since: str) -> list[Json]:
    """The pods of an object's newest version, made `since` (a timestamp) and not being deleted.

    None, as long as the object's controller has not got to its newest version.
    """
    owners = _owners(obj, listed)
    return [
        pod
        for pod in listed
        if pod.get("kind") == "Pod"
        and any(reference.get("uid") in owners for reference in pod["metadata"].get("ownerReferences") or [])
        and pod["metadata"].get("creationTimestamp", "") >= since
        and "deletionTimestamp" not in pod["metadata"]
        and (obj["kind"] != "StatefulSet" or _label(pod, REVISION) == obj["status"].get("updateRevision"))
    ]


def _owners(obj: Json, listed: Sequence[Json]) -> set[str]:
    """The uids of what controls the newest version's pods."""
    uid = obj["metadata"].get("uid")
    if uid is None:  # not on the cluster
        return set()
    if obj["kind"] == "Deployment":
        sets = [found for found in listed if found.get("kind") == "ReplicaSet"]
        return {found["metadata"]["uid"] for found in sets if _newest(obj, found)}
    return {uid} if obj["kind"] == "Job" or seen(obj) else set()


def _newest(deployment: Json, replica_set: Json) -> bool:
    """Whether a ReplicaSet is of the Deployment's template as it is now.

    That is how the Deployment's controller finds it. Its number says less: before the controller has made the new
    ReplicaSet the highest number is an old one's, even where it has seen the new version (it scales first).
    """
    references = replica_set["metadata"].get("ownerReferences") or []
    if not any(reference.get("uid") == deployment["metadata"]["uid"] for reference in references):
        return False
    template = replica_set["spec"]["template"]
    labels = {key: value for key, value in template["metadata"].get("labels", {}).items() if key != HASH}
    unhashed: Json = {**template, "metadata": {**template["metadata"], "labels": labels}}
    return bool(unhashed == deployment["spec"]["template"])


def _label(pod: Json, name: str) -> str | None:
    value: str | None = (pod["metadata"].get("labels") or {}).get(name)
    return value
