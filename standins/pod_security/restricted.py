"""The controls that `restricted` has beside those of `baseline`."""

from collections.abc import Iterator

from standins.pod_security.baseline import BASELINE_CAPABILITIES
from standins.pod_security.pod import Check, Json, added_capabilities, containers, contexts

RESTRICTED_CAPABILITIES = frozenset({"NET_BIND_SERVICE"})
RESTRICTED_VOLUMES = frozenset(
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"]
)


def _volume_types(pod: Json) -> Iterator[str]:
    for volume in pod.get("volumes") or ():
        kinds = set(volume) - {"name"}
        if kinds - RESTRICTED_VOLUMES:
            kind = ", ".join(sorted(kinds - RESTRICTED_VOLUMES))
            yield f"volumes[{volume.get('name', '?')}]: volume type {kind} is forbidden"


def _privilege_escalation(pod: Json) -> Iterator[str]:
    for where, container in containers(pod):
        if (container.get("securityContext") or {}).get("allowPrivilegeEscalation") is not False:
            yield f"{where}: allowPrivilegeEscalation must be false"


def _run_as_non_root(pod: Json) -> Iterator[str]:
    inherited = (pod.get("securityContext") or {}).get("runAsNonRoot")
    if inherited is False:
        yield "pod: runAsNonRoot must not be false"
    for where, container in containers(pod):
        own = (container.get("securityContext") or {}).get("runAsNonRoot")
        if (inherited if own is None else own) is not True:
            yield f"{where}: runAsNonRoot must be true, here or on the pod"


def _run_as_user(pod: Json) -> Iterator[str]:
    for where, context in contexts(pod):
        if context.get("runAsUser") == 0:
            yield f"{where}: runAsUser must not be 0"


def _seccomp_set(pod: Json) -> Iterator[str]:
    inherited = (pod.get("securityContext") or {}).get("seccompProfile")
    for where, container in containers(pod):
        if not ((container.get("securityContext") or {}).get("seccompProfile") or inherited):
            yield f"{where}: seccompProfile must be RuntimeDefault or Localhost, here or on the pod"


def _drop_all(pod: Json) -> Iterator[str]:
    for where, container in containers(pod):
        capabilities = (container.get("securityContext") or {}).get("capabilities") or {}
        if "ALL" not in (capabilities.get("drop") or ()):
            yield f"{where}: capabilities.drop must have ALL"


def _add_only_net_bind_service(pod: Json) -> Iterator[str]:
    # What baseline refuses too is reported there, once.
    yield from added_capabilities(pod, RESTRICTED_CAPABILITIES | (_all_added(pod) - BASELINE_CAPABILITIES))


def _all_added(pod: Json) -> frozenset[str]:
    found = (context for _, context in contexts(pod))
    return frozenset(name for context in found for name in (context.get("capabilities") or {}).get("add") or ())


RESTRICTED: tuple[Check, ...] = (
    _volume_types,
    _privilege_escalation,
    _run_as_non_root,
    _run_as_user,
    _seccomp_set,
    _drop_all,
    _add_only_net_bind_service,
)
