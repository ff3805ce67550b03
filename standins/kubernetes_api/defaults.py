"""What the API fills in, leaves out and writes otherwise, as far as controllers and clients look at it."""

from typing import Any

from standins.kubernetes_api.quantities import canonicalize

Json = dict[str, Any]


def fill(manifest: Json) -> Json:
    """Add defaults to a copy's fields (in place), and give it back."""
    if manifest["kind"] == "Namespace":
        manifest.setdefault("spec", {})
    spec = manifest.get("spec")
    canonicalize(spec)
    filler = _FILLERS.get(manifest["kind"])
    if filler and isinstance(spec, dict):
        filler(spec, manifest)
    if manifest["kind"] == "StorageClass":
        manifest.setdefault("reclaimPolicy", "Delete")
        manifest.setdefault("volumeBindingMode", "Immediate")
    if manifest["kind"] in ("PersistentVolumeClaim", "PersistentVolume"):
        finalizer = f"kubernetes.io/{'pvc' if manifest['kind'].endswith('Claim') else 'pv'}-protection"
        finalizers = manifest["metadata"].setdefault("finalizers", [])
        if finalizer not in finalizers and "deletionTimestamp" not in manifest["metadata"]:
            finalizers.append(finalizer)
    return manifest


def _template(spec: Json) -> None:
    pod = (spec.get("template") or {}).get("spec")
    if isinstance(pod, dict):
        _pod(pod, {})


def _pod(spec: Json, _: Json) -> None:
    for name, value in {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "enableServiceLinks": True,
    }.items():
        spec.setdefault(name, value)
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        for variable in container.get("env") or ():
            if variable.get("value") == "":
                del variable["value"]


def _deployment(spec: Json, _: Json) -> None:
    _template(spec)
    spec.setdefault("replicas", 1)
    spec.setdefault("progressDeadlineSeconds", 600)
    spec.setdefault("revisionHistoryLimit", 10)
    strategy = spec.setdefault("strategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxSurge", "25%")
        rolling.setdefault("maxUnavailable", "25%")


def _replica_set(spec: Json, _: Json) -> None:
    _template(spec)
    spec.setdefault("replicas", 1)


def _stateful_set(spec: Json, _: Json) -> None:
    _replica_set(spec, {})
    spec.setdefault("podManagementPolicy", "OrderedReady")
    spec.setdefault("updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}})
    for claim in spec.get("volumeClaimTemplates") or ():
        claim |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}}
        _claim(claim["spec"], {})


def _job(spec: Json, _: Json) -> None:
    _template(spec)
    for name, value in {"parallelism": 1, "completions": 1, "backoffLimit": 6, "completionMode": "NonIndexed"}.items():
        spec.setdefault(name, value)


def _cron_job(spec: Json, _: Json) -> None:
    spec.setdefault("concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    _job((spec.get("jobTemplate") or {}).setdefault("spec", {}), {})


def _service(spec: Json, manifest: Json) -> None:
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port"))
    if spec["type"] != "ExternalName" and not spec.get("clusterIP"):
        number = sum(manifest["metadata"]["name"].encode()) % 250 + 2
        spec["clusterIP"] = f"172.20.0.{number}"


def _claim(spec: Json, _: Json) -> None:
    spec.setdefault("volumeMode", "Filesystem")


def _volume(spec: Json, _: Json) -> None:
    spec.setdefault("volumeMode", "Filesystem")
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    if spec.get("storageClassName") == "":
        del spec["storageClassName"]


def _namespace(spec: Json, _: Json) -> None:
    spec.setdefault("finalizers", ["kubernetes"])


_FILLERS = {
    "Namespace": _namespace,
    "Pod": _pod,
    "Deployment": _deployment,
    "ReplicaSet": _replica_set,
    "StatefulSet": _stateful_set,
    "DaemonSet": lambda spec, _: _template(spec),
    "Job": _job,
    "CronJob": _cron_job,
    "Service": _service,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
}
