"""The environment that a container's manifest gives it: `env`, `envFrom`, and what they refer to."""

from typing import Any

from standins.node import substitution
from standins.node.objects import Find, content

Json = dict[str, Any]


def environment_of(container: Json, pod: Json, address: str, find: Find) -> dict[str, str]:
    """Variables of a container, as the kubelet makes them. Later ones may use earlier ones (`$(NAME)`)."""
    given: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        kind, field = ("ConfigMap", "configMapRef") if "configMapRef" in source else ("Secret", "secretRef")
        given |= content(find, kind, pod["metadata"]["namespace"], source[field]["name"])
    for variable in container.get("env") or ():
        value = variable.get("value", "")
        if "valueFrom" in variable:
            value = _referenced(variable["valueFrom"], pod, address, find)
        given[variable["name"]] = substitution.variables(value, given)
    return given


def _referenced(source: Json, pod: Json, address: str, find: Find) -> str:
    metadata = pod["metadata"]
    if "fieldRef" in source:
        fields: dict[str, str] = {
            "status.podIP": address,
            "metadata.name": str(metadata["name"]),
            "metadata.namespace": str(metadata["namespace"]),
            **{f"metadata.annotations['{key}']": value for key, value in (metadata.get("annotations") or {}).items()},
        }
        return fields[source["fieldRef"]["fieldPath"]]
    kind, field = ("ConfigMap", "configMapKeyRef") if "configMapKeyRef" in source else ("Secret", "secretKeyRef")
    return content(find, kind, metadata["namespace"], source[field]["name"])[source[field]["key"]]
