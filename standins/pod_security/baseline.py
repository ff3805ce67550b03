"""The controls of `baseline`: what lets a pod out of its container."""

from collections.abc import Iterator

from standins.pod_security.pod import Check, Json, added_capabilities, containers, contexts

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
CONFINED = frozenset({"RuntimeDefault", "Localhost"})


def _host_namespaces(pod: Json) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"pod: {field} must not be true"


def _host_process(pod: Json) -> Iterator[str]:
    for where, context in contexts(pod):
        if (context.get("windowsOptions") or {}).get("hostProcess"):
            yield f"{where}: windowsOptions.hostProcess must not be true"


def _privileged(pod: Json) -> Iterator[str]:
    for where, context in contexts(pod):
        if context.get("privileged"):
            yield f"{where}: privileged must not be true"


def _capabilities(pod: Json) -> Iterator[str]:
    yield from added_capabilities(pod, BASELINE_CAPABILITIES)


def _host_path(pod: Json) -> Iterator[str]:
    for volume in pod.get("volumes") or ():
        if "hostPath" in volume:
            yield f"volumes[{volume.get('name', '?')}]: hostPath is forbidden"


def _host_ports(pod: Json) -> Iterator[str]:
    for where, container in containers(pod):
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield f"{where}: hostPort {port['hostPort']} is forbidden"


def _probe_hosts(pod: Json) -> Iterator[str]:
    """Since v1.34: a probe or hook with a host makes the kubelet call anything it can reach."""
    for where, container in containers(pod):
        hooks = {k: container.get(k) for k in ("livenessProbe", "readinessProbe", "startupProbe")}
        hooks |= {f"lifecycle.{k}": v for k, v in (container.get("lifecycle") or {}).items()}
        for name, hook in hooks.items():
            for action in ("httpGet", "tcpSocket"):
                if ((hook or {}).get(action) or {}).get("host"):
                    yield f"{where}: {name}.{action}.host must not be set"


def _app_armor(pod: Json) -> Iterator[str]:
    return _unconfined(pod, "appArmorProfile")


def _unconfined(pod: Json, field: str) -> Iterator[str]:
    for where, context in contexts(pod):
        profile = context.get(field)
        if profile and profile.get("type") not in CONFINED:
            yield f"{where}: {field}.type {profile.get('type')} is forbidden"


def _selinux(pod: Json) -> Iterator[str]:
    for where, context in contexts(pod):
        options = context.get("seLinuxOptions") or {}
        if (options.get("type") or "") not in SELINUX_TYPES:
            yield f"{where}: seLinuxOptions.type {options['type']} is forbidden"
        for field in ("user", "role"):
            if options.get(field):
                yield f"{where}: seLinuxOptions.{field} must not be set"


def _proc_mount(pod: Json) -> Iterator[str]:
    for where, context in contexts(pod):
        if context.get("procMount") not in (None, "Default"):
            yield f"{where}: procMount {context['procMount']} is forbidden"


def _seccomp_unconfined(pod: Json) -> Iterator[str]:
    return _unconfined(pod, "seccompProfile")


def _sysctls(pod: Json) -> Iterator[str]:
    for sysctl in (pod.get("securityContext") or {}).get("sysctls") or ():
        if sysctl.get("name") not in SAFE_SYSCTLS:
            yield f"pod: sysctl {sysctl.get('name')} is forbidden"


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
