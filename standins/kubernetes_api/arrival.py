"""What the server makes of an object that arrives, before it is judged and stored."""

import base64
from collections.abc import Iterator
from typing import Any

from standins.kubernetes_api.errors import bad_request
from standins.kubernetes_api.kinds import Kind

Json = dict[str, Any]

# What a client may send of metadata; the rest is the server's.
SERVER_METADATA = ("uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp", "managedFields")


def identified(kind: Kind, namespace: str | None, manifest: Json, numbers: Iterator[int]) -> Json:
    """An object with the name, the namespace and the kind of its URL. Raises ApiError 400."""
    metadata = manifest.setdefault("metadata", {})
    for name in SERVER_METADATA:
        metadata.pop(name, None)
    if kind.namespaced:
        metadata["namespace"] = namespace
    else:
        metadata.pop("namespace", None)
    if "name" not in metadata:
        if "generateName" not in metadata:
            raise bad_request("name or generateName is required")
        metadata["name"] = f"{metadata['generateName']}{next(numbers):05x}"
    if (manifest.get("kind"), manifest.get("apiVersion")) != (kind.kind, kind.api_version):
        if manifest.get("kind") and manifest["kind"] != kind.kind:
            raise bad_request(f"the object is a {manifest['kind']}, the URL is of {kind.resource}")
        manifest |= {"kind": kind.kind, "apiVersion": kind.api_version}
    return manifest


def decode_string_data(manifest: Json) -> None:
    """Write a Secret's `stringData` as `data`."""
    if manifest.get("kind") == "Secret" and manifest.get("stringData"):
        encoded = {k: base64.b64encode(v.encode()).decode() for k, v in manifest.pop("stringData").items()}
        manifest["data"] = {**(manifest.get("data") or {}), **encoded}


def mark_job(manifest: Json, number: int) -> None:
    """Give a Job the selector and labels that tie its pods to it."""
    labels = {"batch.kubernetes.io/controller-uid": f"job-{number}", "batch.kubernetes.io/job-name": manifest["metadata"]["name"]}  # fmt: skip # noqa: E501
    manifest["spec"]["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": f"job-{number}"}}
    metadata = manifest["spec"]["template"].setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels, "job-name": manifest["metadata"]["name"]}
