"""What last rolled out well, remembered on the cluster; and from it, whether an update takes a failed one back."""

import hashlib
import json

from airflow_platform.handlers.manifest.kubectl import Kubectl, KubectlError
from airflow_platform.handlers.manifest.objects import digest, owner
from airflow_platform.handlers.response import Json

CONFIG_MAP = "airflow-on-eks-rollouts"
NAMESPACE = "kube-system"
REFERENCE: Json = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": CONFIG_MAP, "namespace": NAMESPACE}}


def key(objects: list[Json]) -> str:
    """The record's key for the manifest that these objects belong to."""
    (first, *_) = objects
    return hashlib.sha256((owner(first) or "").encode()).hexdigest()[:32]


def read(kubectl: Kubectl, objects: list[Json]) -> str | None:
    """The digest of the manifest that last rolled out well under this owner."""
    for found in kubectl.get([REFERENCE]):
        value: str | None = (found.get("data") or {}).get(key(objects))
        return value
    return None


def write(kubectl: Kubectl, objects: list[Json]) -> None:
    """Remember that this manifest rolled out well."""
    _patch(kubectl, {key(objects): digest(objects)})


def forget(kubectl: Kubectl, objects: list[Json]) -> None:
    """The manifest has been deleted."""
    if read(kubectl, objects) is not None:
        _patch(kubectl, {key(objects): None})


def _patch(kubectl: Kubectl, data: dict[str, str | None]) -> None:
    """Change one key and leave the others, which manifests that are applied at the same time write."""
    patch = ("patch", "configmap", CONFIG_MAP, "--namespace", NAMESPACE, "--type=merge", "--patch")
    try:
        kubectl(*patch, json.dumps({"data": data}))
    except KubectlError as error:
        if not error.not_found:
            raise
        kubectl.apply([REFERENCE])  # names no key, so it takes none away from whoever was faster
        kubectl(*patch, json.dumps({"data": data}))
