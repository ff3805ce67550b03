"""The environment that a container's manifest gives it: `env`, `envFrom`, and what they refer to."""

import base64
from typing import Any

from tests.runtime.kubelet import substitution
from tests.runtime.kubelet.volumes import Find

Json = dict[str, Any]


def environment_of(container: Json, pod: Json, address: str, find: Find) -> dict[str, str]:
    """Variables of a container, as the kubelet makes them. Later ones may use earlier ones (`$(NAME)`)."""
    given: dict[str, str] = {}
    namespace = pod["metadata"]["namespace"]
    for source in container.get("envFrom") or ():
        given |= _data(namespace, source, find)
    for variable in container.get("env") or ():
        value = variable.get("value", "")
        if "valueFrom" in variable:
            value = _referenced(variable["valueFrom"], pod, address, find)
        given[variable["name"]] = substitution.variables(value, given)
    return given


def _data(namespace: str, source: Json, find: Find) -> dict[str, str]:
    kind = "ConfigMap" if "configMapRef" in source else "Secret"
    name = source["configMapRef" if kind == "ConfigMap" else "secretRef"]["name"]
    found = find(kind, namespace, name)
    if found is None:
        raise LookupError(f"{kind} {name} not found")
    data = dict(found.get("data") or {})
    return data if kind == "ConfigMap" else {key: base64.b64decode(value).decode() for key, value in data.items()}


def _referenced(source: Json, pod: Json, address: str, find: Find) -> str:
    metadata = pod["metadata"]
    if "fieldRef" in source:
        fields = {
            "status.podIP": address,
            "metadata.name": str(metadata["name"]),
            "metadata.namespace": str(metadata["namespace"]),
        }
        return fields[source["fieldRef"]["fieldPath"]]
    kind = "configMap" if "configMapKeyRef" in source else "secret"
    reference = source[f"{kind}KeyRef"]
    return _data(metadata["namespace"], {f"{kind}Ref": {"name": reference["name"]}}, find)[reference["key"]]
