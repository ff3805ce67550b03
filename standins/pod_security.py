"""Pod Security Standards, read offline: which controls of `baseline` or `restricted` a pod spec breaks.

Source: "Pod Security Standards", Kubernetes documentation, as of v1.36 (Linux pods; the Windows controls are checked
where they could let a pod out, never used to exempt one). Stricter in one place: what is relaxed for pods in a user
namespace (`hostUsers: false`) is not relaxed here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
Check = Callable[[Json], Iterator[str]]

BASELINE_CAPABILITIES = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
RESTRICTED_CAPABILITIES = frozenset({"NET_BIND_SERVICE"})
SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
SAFE_SYSCTLS = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]
)
RESTRICTED_VOLUMES = frozenset(
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"]
)
CONFINED = frozenset({"RuntimeDefault", "Localhost"})


def violations(pod_spec: Json) -> list[str]:
    """The controls of `restricted` (all of `baseline` among them) that a pod spec breaks, one sentence each."""
    return [message for check in (*BASELINE, *RESTRICTED) for message in check(pod_spec)]


def baseline_violations(pod_spec: Json) -> list[str]:
    """The controls of `baseline` that a pod spec breaks, one sentence each."""
    return [message for check in BASELINE for message in check(pod_spec)]


def violations_of(level: str, pod_spec: Json) -> list[str]:
    """The controls of a level as a namespace's label names it; `privileged` has none.

    Raises:
        KeyError: the level is none of privileged, baseline, restricted.
    """
    levels: dict[str, Callable[[Json], list[str]]] = {
        "privileged": lambda _: [],
        "baseline": baseline_violations,
        "restricted": violations,
    }
    return levels[level](pod_spec)


def _containers(pod: Json) -> Iterator[tuple[str, Json]]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for container in pod.get(field) or ():
            yield f"{field}[{container.get('name', '?')}]", container


def _contexts(pod: Json) -> Iterator[tuple[str, Json]]:
    """Security contexts of the pod and of all its containers."""
    yield "pod", pod.get("securityContext") or {}
    for where, container in _containers(pod):
        yield where, container.get("securityContext") or {}


def _host_namespaces(pod: Json) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"pod: {field} must not be true"


def _host_process(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        if (context.get("windowsOptions") or {}).get("hostProcess"):
            yield f"{where}: windowsOptions.hostProcess must not be true"


def _privileged(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        if context.get("privileged"):
            yield f"{where}: privileged must not be true"


def _added_capabilities(pod: Json, allowed: frozenset[str]) -> Iterator[str]:
    for where, context in _contexts(pod):
        added = set((context.get("capabilities") or {}).get("add") or ())
        if added - allowed:
            yield f"{where}: capabilities.add must not have {', '.join(sorted(added - allowed))}"


def _capabilities(pod: Json) -> Iterator[str]:
    yield from _added_capabilities(pod, BASELINE_CAPABILITIES)


def _host_path(pod: Json) -> Iterator[str]:
    for volume in pod.get("volumes") or ():
        if "hostPath" in volume:
            yield f"volumes[{volume.get('name', '?')}]: hostPath is forbidden"


def _host_ports(pod: Json) -> Iterator[str]:
    for where, container in _containers(pod):
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield f"{where}: hostPort {port['hostPort']} is forbidden"


def _probe_hosts(pod: Json) -> Iterator[str]:
    """Since v1.34: a probe or hook with a host makes the kubelet call anything it can reach."""
    for where, container in _containers(pod):
        hooks = {k: container.get(k) for k in ("livenessProbe", "readinessProbe", "startupProbe")}
        hooks |= {f"lifecycle.{k}": v for k, v in (container.get("lifecycle") or {}).items()}
        for name, hook in hooks.items():
            for action in ("httpGet", "tcpSocket"):
                if ((hook or {}).get(action) or {}).get("host"):
                    yield f"{where}: {name}.{action}.host must not be set"


def _app_armor(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        profile = context.get("appArmorProfile")
        if profile and profile.get("type") not in CONFINED:
            yield f"{where}: appArmorProfile.type {profile.get('type')} is forbidden"


def _selinux(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        options = context.get("seLinuxOptions") or {}
        if (options.get("type") or "") not in SELINUX_TYPES:
            yield f"{where}: seLinuxOptions.type {options['type']} is forbidden"
        for field in ("user", "role"):
            if options.get(field):
                yield f"{where}: seLinuxOptions.{field} must not be set"


def _proc_mount(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        if context.get("procMount") not in (None, "Default"):
            yield f"{where}: procMount {context['procMount']} is forbidden"


def _seccomp_unconfined(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        profile = context.get("seccompProfile")
        if profile and profile.get("type") not in CONFINED:
            yield f"{where}: seccompProfile.type {profile.get('type')} is forbidden"


def _sysctls(pod: Json) -> Iterator[str]:
    for sysctl in (pod.get("securityContext") or {}).get("sysctls") or ():
        if sysctl.get("name") not in SAFE_SYSCTLS:
            yield f"pod: sysctl {sysctl.get('name')} is forbidden"


def _volume_types(pod: Json) -> Iterator[str]:
    for volume in pod.get("volumes") or ():
        kinds = set(volume) - {"name"}
        if kinds - RESTRICTED_VOLUMES:
            kind = ", ".join(sorted(kinds - RESTRICTED_VOLUMES))
            yield f"volumes[{volume.get('name', '?')}]: volume type {kind} is forbidden"


def _privilege_escalation(pod: Json) -> Iterator[str]:
    for where, container in _containers(pod):
        if (container.get("securityContext") or {}).get("allowPrivilegeEscalation") is not False:
            yield f"{where}: allowPrivilegeEscalation must be false"


def _run_as_non_root(pod: Json) -> Iterator[str]:
    inherited = (pod.get("securityContext") or {}).get("runAsNonRoot")
    if inherited is False:
        yield "pod: runAsNonRoot must not be false"
    for where, container in _containers(pod):
        own = (container.get("securityContext") or {}).get("runAsNonRoot")
        if (inherited if own is None else own) is not True:
            yield f"{where}: runAsNonRoot must be true, here or on the pod"


def _run_as_user(pod: Json) -> Iterator[str]:
    for where, context in _contexts(pod):
        if context.get("runAsUser") == 0:
            yield f"{where}: runAsUser must not be 0"


def _seccomp_set(pod: Json) -> Iterator[str]:
    inherited = (pod.get("securityContext") or {}).get("seccompProfile")
    for where, container in _containers(pod):
        if not ((container.get("securityContext") or {}).get("seccompProfile") or inherited):
            yield f"{where}: seccompProfile must be RuntimeDefault or Localhost, here or on the pod"


def _drop_all(pod: Json) -> Iterator[str]:
    for where, container in _containers(pod):
        capabilities = (container.get("securityContext") or {}).get("capabilities") or {}
        if "ALL" not in (capabilities.get("drop") or ()):
            yield f"{where}: capabilities.drop must have ALL"


def _add_only_net_bind_service(pod: Json) -> Iterator[str]:
    # What baseline refuses too is reported there, once.
    yield from _added_capabilities(pod, RESTRICTED_CAPABILITIES | (_all_added(pod) - BASELINE_CAPABILITIES))


def _all_added(pod: Json) -> frozenset[str]:
    contexts = (context for _, context in _contexts(pod))
    return frozenset(name for context in contexts for name in (context.get("capabilities") or {}).get("add") or ())


BASELINE: tuple[Check, ...] = (
    _host_namespaces,
    _host_process,
    _privileged,
    _capabilities,
    _host_path,
    _host_ports,
    _probe_hosts,
    _app_armor,
    _selinux,
    _proc_mount,
    _seccomp_unconfined,
    _sysctls,
)
RESTRICTED: tuple[Check, ...] = (
    _volume_types,
    _privilege_escalation,
    _run_as_non_root,
    _run_as_user,
    _seccomp_set,
    _drop_all,
    _add_only_net_bind_service,
)
