"""What the API refuses in a valid-looking object: bad names, broken references, changes of what can't change."""

import re
from collections.abc import Iterator
from typing import Any

from standins.kubernetes_api.quantities import amount

Json = dict[str, Any]

_SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
_LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
_LABEL_VALUE = re.compile(r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$")
_LABEL_NAME = re.compile(r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")
_PATH_SEGMENT_KINDS = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
MAXIMUM_ANNOTATION_BYTES = 256 * 1024
MAXIMUM_CONFIG_BYTES = 1024 * 1024


def pod_of(manifest: Json) -> Json | None:
    """The pod spec in an object, or None."""
    spec = manifest.get("spec") or {}
    match manifest["kind"]:
        case "Pod":
            return spec
        case "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job":
            return (spec.get("template") or {}).get("spec")
        case "CronJob":
            job = (spec.get("jobTemplate") or {}).get("spec") or {}
            return (job.get("template") or {}).get("spec")
    return None


def broken(manifest: Json) -> list[str]:
    """Rules that an object breaks by itself."""
    return [*_metadata(manifest), *_size(manifest), *_pod(manifest), *_selector(manifest)]


def _metadata(manifest: Json) -> Iterator[str]:
    metadata = manifest["metadata"]
    name = metadata["name"]
    if manifest["kind"] in ("Namespace", "Service"):
        if not _LABEL.match(name) or len(name) > 63:
            yield f'metadata.name: Invalid value: "{name}": a lowercase RFC 1123 label of at most 63 characters'
    elif manifest["kind"] not in _PATH_SEGMENT_KINDS and (not _SUBDOMAIN.match(name) or len(name) > 253):
        yield f'metadata.name: Invalid value: "{name}": a lowercase RFC 1123 subdomain'
    if manifest["kind"] in ("Job", "CronJob") and len(name) > (63 if manifest["kind"] == "Job" else 52):
        yield f'metadata.name: Invalid value: "{name}": too long for the names of its pods'
    for key, value in (metadata.get("labels") or {}).items():
        yield from _key("metadata.labels", key)
        if not _LABEL_VALUE.match(value) or len(value) > 63:
            yield f'metadata.labels: Invalid value: "{value}": at most 63 alphanumerics, "-", "_" or "."'
    for key in metadata.get("annotations") or {}:
        yield from _key("metadata.annotations", key)
    if sum(len(k) + len(v) for k, v in (metadata.get("annotations") or {}).items()) > MAXIMUM_ANNOTATION_BYTES:
        yield "metadata.annotations: Too long: may not be more than 262144 bytes"


def _key(where: str, key: str) -> Iterator[str]:
    prefix, _, name = key.rpartition("/")
    if not _LABEL_NAME.match(name) or len(name) > 63 or (prefix and not _SUBDOMAIN.match(prefix)):
        yield f'{where}: Invalid value: "{key}": not a qualified name'


def _size(manifest: Json) -> Iterator[str]:
    if manifest["kind"] in ("ConfigMap", "Secret"):
        contents = [*(manifest.get("data") or {}).items(), *(manifest.get("binaryData") or {}).items()]
        if sum(len(key) + len(value.encode()) for key, value in contents) > MAXIMUM_CONFIG_BYTES:
            yield "data: Too long: may not be more than 1048576 bytes"


def _pod(manifest: Json) -> Iterator[str]:
    pod = pod_of(manifest)
    if pod is None:
        return
    if manifest["kind"] in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
        if pod.get("restartPolicy") not in (None, "Always"):
            yield f'spec.template.spec.restartPolicy: Unsupported value: "{pod["restartPolicy"]}": supported: "Always"'
    elif manifest["kind"] in ("Job", "CronJob") and pod.get("restartPolicy") not in ("Never", "OnFailure"):
        yield 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
    volumes = [volume["name"] for volume in pod.get("volumes") or ()]
    if manifest["kind"] == "StatefulSet":
        volumes += [claim["metadata"]["name"] for claim in manifest["spec"].get("volumeClaimTemplates") or ()]
    containers = [*(pod.get("initContainers") or ()), *(pod.get("containers") or ())]
    if not pod.get("containers"):
        yield "spec.containers: Required value"
    for kind, names in (("volumes", volumes), ("containers", [c["name"] for c in containers])):
        yield from (f'spec.{kind}: Duplicate value: "{name}"' for name in sorted(set(names)) if names.count(name) > 1)
        yield from (f'spec.{kind}: Invalid value: "{name}"' for name in names if not _LABEL.match(name))
    for container in containers:
        yield from _container(container, volumes)


def _container(container: Json, volumes: list[str]) -> Iterator[str]:
    where = f"spec.containers[{container['name']}]"
    if not container.get("image"):
        yield f"{where}.image: Required value"
    for mount in container.get("volumeMounts") or ():
        if mount["name"] not in volumes:
            yield f'{where}.volumeMounts: Not found: "{mount["name"]}"'
    paths = [mount["mountPath"] for mount in container.get("volumeMounts") or ()]
    yield from (f'{where}.volumeMounts: Invalid value: "{p}": must be unique' for p in set(paths) if paths.count(p) > 1)
    ports = {port["name"] for port in container.get("ports") or () if "name" in port}
    yield from (f'{where}.ports: Invalid value: "{name}": at most 15 characters' for name in ports if len(name) > 15)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        actions = {"exec", "httpGet", "tcpSocket", "grpc"} & (container.get(probe) or {}).keys()
        if probe in container and len(actions) != 1:
            yield f"{where}.{probe}: Required value: must specify exactly one handler type"


def _selector(manifest: Json) -> Iterator[str]:
    if manifest["kind"] not in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
        return
    wanted = ((manifest.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    labels = ((manifest["spec"].get("template") or {}).get("metadata") or {}).get("labels") or {}
    if not wanted or any(labels.get(key) != value for key, value in wanted.items()):
        yield "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`"


_IMMUTABLE: dict[str, tuple[str, ...]] = {
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "Deployment": ("spec.selector",),
    "ReplicaSet": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completions", "spec.completionMode", "spec.manualSelector"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "Service": ("spec.clusterIP",),
    "Secret": ("type",),
    "PriorityClass": ("value", "preemptionPolicy"),
}
_MUTABLE_SPEC: dict[str, tuple[str, ...]] = {
    # Everything else in these specs is immutable.
    "StatefulSet": (
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ),
    "Pod": ("activeDeadlineSeconds", "tolerations", "nodeName", "terminationGracePeriodSeconds"),
    "PersistentVolumeClaim": ("resources", "volumeName", "volumeAttributesClassName"),
    "PersistentVolume": (
        "capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions",
        "volumeAttributesClassName",
    ),
}  # fmt: skip


def immutable_changes(live: Json, wanted: Json) -> list[str]:
    """Changes that the API refuses, in the API's words."""
    kind = live["kind"]
    found = []
    for path in _IMMUTABLE.get(kind, ()):
        if _at(live, path) is not None and _at(live, path) != _at(wanted, path):
            found.append(f"{path}: Invalid value: field is immutable")
    if kind in _MUTABLE_SPEC:
        free = _MUTABLE_SPEC[kind]
        before, after = live.get("spec") or {}, wanted.get("spec") or {}
        for name in sorted((before.keys() | after.keys()) - set(free)):
            if before.get(name) != after.get(name) and not (
                kind == "Pod" and name == "containers" and _images_only(before, after)
            ):
                found.append(f"spec: Forbidden: spec.{name} is immutable after creation")
    if kind == "PersistentVolumeClaim":
        found += _claim_changes(live["spec"], wanted["spec"])
    if live.get("immutable"):
        for name in ("data", "binaryData", "stringData", "immutable"):
            if live.get(name) != wanted.get(name):
                found.append(f"{name}: Forbidden: field is immutable when `immutable` is set")
    return found


def _claim_changes(before: Json, after: Json) -> Iterator[str]:
    if before.get("volumeName") and before["volumeName"] != after.get("volumeName"):
        yield "spec: Forbidden: spec.volumeName is immutable after creation"
    old, new = (_at(spec, "resources.requests.storage") for spec in (before, after))
    if old and new and amount(new) < amount(old):
        yield "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"


def _images_only(before: Json, after: Json) -> bool:
    strip = [[{k: v for k, v in c.items() if k != "image"} for c in spec["containers"]] for spec in (before, after)]
    return strip[0] == strip[1]


def _at(manifest: Json, path: str) -> Any:
    value: Any = manifest
    for part in path.split("."):
        value = (value or {}).get(part)
    return value
