"""What a Kubernetes API server would refuse: unknown or wrong fields, and pods that their namespace bans."""

from collections.abc import Iterator
from typing import Any

import yaml

from standins.kubernetes_schemas import validate
from standins.pod_security import violations_of

Json = dict[str, Any]
TASK_POD = "pod-template.yaml"
"""The key of a ConfigMap that holds the pod which the scheduler makes for a task; its other keys are task profiles."""
ENFORCE = "pod-security.kubernetes.io/enforce"


def task_pods(objects: list[Json]) -> Iterator[Json]:
    """The pods in ConfigMaps, in the namespace of their ConfigMap."""
    for obj in objects:
        data = obj.get("data", {})
        for text in data.values() if TASK_POD in data else ():
            pod = yaml.safe_load(text)
            yield {**pod, "metadata": {**pod["metadata"], **{k: obj["metadata"][k] for k in ("name", "namespace")}}}


def pod_specs(obj: Json) -> Iterator[Json]:
    """The spec of the pods that an object makes, or is."""
    spec = obj.get("spec", {})
    for found in (spec, spec.get("template", {}).get("spec", {}), spec.get("jobTemplate", {}).get("spec", {})):
        if "containers" in found:
            yield found
        elif "template" in found and found is not spec:
            yield found["template"]["spec"]


def problems(objects: list[Json], version: str) -> list[str]:
    """What a cluster of this Kubernetes version would refuse, one line each."""
    levels = {
        obj["metadata"]["name"]: obj["metadata"]["labels"][ENFORCE] for obj in objects if obj["kind"] == "Namespace"
    }
    found = []
    for obj in [*objects, *task_pods(objects)]:
        wrong = validate(obj, version)
        for spec in pod_specs(obj):
            # A namespace that is not ours has its own rules.
            wrong = [*wrong, *violations_of(levels.get(obj["metadata"]["namespace"], "privileged"), spec)]
        found += [f"{obj['kind']} {obj['metadata']['name']}: {each}" for each in wrong]
    return found
