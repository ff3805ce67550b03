"""What a client asks before anything else: groups, resources, and which queries a patch takes (OpenAPI v3)."""

from itertools import groupby
from typing import Any

from standins.kubernetes_api.kinds import Kind, Kinds

Json = dict[str, Any]
VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
OPENAPI_V2_TYPE = "application/octet-stream"
OPENAPI_V2 = b"\x0a\x032.0\x12\x15\x0a\x0aKubernetes\x12\x07v1.36.0\x42\x00\x4a\x00"
"""The OpenAPI v2 document in protocol buffers, without types: kubectl reads it for lists, and skips its own check."""
VERSION = {"major": "1", "minor": "36", "gitVersion": "v1.36.0", "platform": "linux/amd64"}


def answer(path: str, kinds: Kinds) -> Json | None:
    """The document at a discovery path, or None when it is not one."""
    if path == "/version":
        return VERSION
    if path == "/api":
        return {"kind": "APIVersions", "apiVersion": "v1", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(kind) for kind in _groups(kinds)]}
    if path == "/openapi/v3":
        return {"paths": {p[1:]: {"serverRelativeURL": f"/openapi/v3{p}"} for p in sorted(_by_path(kinds))}}
    if path.startswith("/openapi/v3/"):
        found = _by_path(kinds).get(path.removeprefix("/openapi/v3"))
        return _openapi(found) if found else None
    found = _by_path(kinds).get(path)
    return _resources(found) if found else None


def _by_path(kinds: Kinds) -> dict[str, list[Kind]]:
    ordered = sorted(kinds.all(), key=lambda kind: kind.path)
    return {path: list(group) for path, group in groupby(ordered, key=lambda kind: kind.path)}


def _groups(kinds: Kinds) -> list[Kind]:
    return [group[0] for path, group in _by_path(kinds).items() if path.startswith("/apis/")]


def _group(kind: Kind) -> Json:
    version = {"groupVersion": kind.api_version, "version": kind.version}
    return {"name": kind.group, "versions": [version], "preferredVersion": version}


def _resources(kinds: list[Kind]) -> Json:
    resources = []
    for kind in kinds:
        one = {"name": kind.plural, "singularName": kind.kind.lower(), "namespaced": kind.namespaced, "kind": kind.kind}
        resources.append({**one, "verbs": VERBS, "shortNames": list(kind.short_names)})
        subresources = (["status"] if kind.has_status else []) + (["log"] if kind.kind == "Pod" else [])
        subresources += ["scale"] if kind.kind in ("Deployment", "StatefulSet", "ReplicaSet") else []
        for name in subresources:
            resources.append({**one, "name": f"{kind.plural}/{name}", "singularName": "", "verbs": ["get", "patch", "update"]})  # fmt: skip # noqa: E501
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": kinds[0].api_version,
        "resources": resources,
    }


def _openapi(kinds: list[Kind]) -> Json:
    """Just enough for kubectl to see that the server validates fields and takes dry runs itself."""
    parameters = [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in ("dryRun", "fieldManager", "fieldValidation", "force")
    ]
    paths = {}
    for kind in kinds:
        within = "/namespaces/{namespace}" if kind.namespaced else ""
        identity = {"group": kind.group, "version": kind.version, "kind": kind.kind}
        paths[f"{kind.path}{within}/{kind.plural}/{{name}}"] = {
            "patch": {
                "operationId": f"patch{kind.kind}",
                "parameters": parameters,
                "responses": {"200": {"description": "OK"}},
                "x-kubernetes-action": "patch",
                "x-kubernetes-group-version-kind": identity,
            }
        }
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.36.0"}, "paths": paths}
