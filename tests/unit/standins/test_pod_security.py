"""The offline reading of the Pod Security Standards: one good pod, and one broken pod for each control."""

from copy import deepcopy
from typing import Any

import pytest

from standins.pod_security import baseline_violations, violations, violations_of

CONTAINER: dict[str, Any] = {
    "name": "main",
    "image": "apache/airflow:3.3.2",
    "ports": [{"containerPort": 8080}],
    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
    },
}
GOOD: dict[str, Any] = {
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 50000,
        "seccompProfile": {"type": "RuntimeDefault"},
        "sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}],
    },
    "containers": [CONTAINER],
    "volumes": [
        {"name": "tmp", "emptyDir": {}},
        {"name": "secrets", "csi": {"driver": "secrets-store.csi.k8s.io"}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "aws-fsx-pvc"}},
    ],
}
EVERYWHERE = ("containers", "initContainers", "ephemeralContainers")


def broken(pod: dict[str, Any] | None = None, volume: dict[str, Any] | None = None) -> dict[str, Any]:
    """The good pod with fields of its spec replaced, and perhaps one more volume."""
    spec = deepcopy(GOOD)
    spec["securityContext"] |= (pod or {}).pop("securityContext", {})
    spec |= pod or {}
    spec["volumes"] += [{"name": "more", **volume}] if volume else []
    return spec


def with_container(where: str, context: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The good pod with one more container, whose security context or other fields are replaced."""
    container = deepcopy(CONTAINER) | {"name": "bad"} | fields
    container["securityContext"] |= context or {}
    spec = deepcopy(GOOD)
    spec[where] = [*spec.get(where, []), container]
    return spec


BASELINE_PODS: dict[str, dict[str, Any]] = {
    "hostNetwork": {"hostNetwork": True},
    "hostPID": {"hostPID": True},
    "hostIPC": {"hostIPC": True},
    "hostProcess": {"securityContext": {"windowsOptions": {"hostProcess": True}}},
    "appArmorProfile": {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}},
    "seLinuxOptions.type": {"securityContext": {"seLinuxOptions": {"type": "spc_t"}}},
    "seLinuxOptions.user": {"securityContext": {"seLinuxOptions": {"user": "root"}}},
    "seLinuxOptions.role": {"securityContext": {"seLinuxOptions": {"role": "sysadm_r"}}},
    "seccompProfile": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
    "sysctl": {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
}
RESTRICTED_PODS: dict[str, dict[str, Any]] = {
    "runAsNonRoot": {"securityContext": {"runAsNonRoot": False}},
    "runAsUser": {"securityContext": {"runAsUser": 0}},
}
BASELINE_CONTAINERS: dict[str, dict[str, Any]] = {
    "hostProcess": {"context": {"windowsOptions": {"hostProcess": True}}},
    "privileged": {"context": {"privileged": True}},
    "capabilities.add": {"context": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}},
    "hostPort": {"ports": [{"containerPort": 80, "hostPort": 80}]},
    "livenessProbe.httpGet.host": {"livenessProbe": {"httpGet": {"host": "169.254.169.254", "port": 80}}},
    "lifecycle.preStop.tcpSocket.host": {"lifecycle": {"preStop": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}}},
    "appArmorProfile": {"context": {"appArmorProfile": {"type": "Unconfined"}}},
    "seLinuxOptions.type": {"context": {"seLinuxOptions": {"type": "spc_t"}}},
    "procMount": {"context": {"procMount": "Unmasked"}},
    "seccompProfile": {"context": {"seccompProfile": {"type": "Unconfined"}}},
}
RESTRICTED_CONTAINERS: dict[str, dict[str, Any]] = {
    "allowPrivilegeEscalation": {"context": {"allowPrivilegeEscalation": True}},
    "allowPrivilegeEscalation must be": {"context": {"allowPrivilegeEscalation": None}},
    "runAsNonRoot": {"context": {"runAsNonRoot": False}},
    "runAsUser": {"context": {"runAsUser": 0}},
    "capabilities.drop": {"context": {"capabilities": {"drop": ["NET_RAW"]}}},
    "capabilities.drop must": {"context": {"capabilities": None}},
    "capabilities.add": {"context": {"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}},
}
FORBIDDEN_VOLUMES = {
    "hostPath": {"path": "/"},
    "nfs": {"server": "10.0.0.1", "path": "/"},
    "awsElasticBlockStore": {"volumeID": "vol-1"},
    "gitRepo": {"repository": "https://example.com"},
    "iscsi": {"lun": 1},
}


def test_should_find_nothing_in_a_good_pod() -> None:
    assert violations(GOOD) == []
    assert baseline_violations(GOOD) == []


def test_should_find_nothing_in_a_good_pod_that_says_everything_on_its_containers() -> None:
    pod = with_container("initContainers")
    pod["securityContext"] = {}
    for container in pod["containers"] + pod["initContainers"]:
        container["securityContext"] |= {"runAsNonRoot": True, "seccompProfile": {"type": "Localhost"}}
    assert violations(pod) == []


@pytest.mark.parametrize("control", BASELINE_PODS)
def test_should_name_a_baseline_control_that_a_pod_breaks(control: str) -> None:
    pod = broken(deepcopy(BASELINE_PODS[control]))
    assert [control in message for message in baseline_violations(pod)] == [True]
    assert baseline_violations(pod)[0] in violations(pod)


@pytest.mark.parametrize("control", RESTRICTED_PODS)
def test_should_name_a_restricted_control_that_a_pod_breaks(control: str) -> None:
    pod = broken(deepcopy(RESTRICTED_PODS[control]))
    assert any(message.startswith("pod") and control in message for message in violations(pod))
    assert baseline_violations(pod) == []


@pytest.mark.parametrize("where", EVERYWHERE)
@pytest.mark.parametrize("control", BASELINE_CONTAINERS)
def test_should_name_a_baseline_control_that_a_container_breaks(where: str, control: str) -> None:
    pod = with_container(where, **deepcopy(BASELINE_CONTAINERS[control]))
    assert [f"{where}[bad]" in message and control in message for message in baseline_violations(pod)] == [True]
    assert violations(pod) == baseline_violations(pod)


@pytest.mark.parametrize("where", EVERYWHERE)
@pytest.mark.parametrize("control", RESTRICTED_CONTAINERS)
def test_should_name_a_restricted_control_that_a_container_breaks(where: str, control: str) -> None:
    pod = with_container(where, **deepcopy(RESTRICTED_CONTAINERS[control]))
    assert [f"{where}[bad]" in message and control in message for message in violations(pod)] == [True]
    assert baseline_violations(pod) == []


def test_should_want_seccomp_on_the_pod_or_on_every_container() -> None:
    pod = with_container("initContainers", {"seccompProfile": {"type": "RuntimeDefault"}})
    del pod["securityContext"]["seccompProfile"]
    assert [message.split(":")[0] for message in violations(pod)] == ["containers[main]"]


@pytest.mark.parametrize("kind", FORBIDDEN_VOLUMES)
def test_should_refuse_a_volume_type(kind: str) -> None:
    pod = broken(volume={kind: FORBIDDEN_VOLUMES[kind]})
    assert f"volumes[more]: volume type {kind} is forbidden" in violations(pod)
    assert bool(baseline_violations(pod)) == (kind == "hostPath")


def test_should_know_the_levels_of_the_namespace_label() -> None:
    pod = broken({"securityContext": {"runAsUser": 0}, "hostPID": True})
    assert [len(violations_of(level, pod)) for level in ("privileged", "baseline", "restricted")] == [0, 1, 2]
