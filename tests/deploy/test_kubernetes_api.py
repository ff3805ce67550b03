"""The Kubernetes stand-in, as the real kubectl sees it: it refuses, waits, protects and collects as a cluster does."""

import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from standins.kubernetes_api import KubernetesApi
from standins.kubernetes_api.kubectl import Kubectl, unpack
from tests.deploy.rehearsal import TOOLS, Json

APPLY = ("apply", "--server-side", "--force-conflicts", "--field-manager=test", "-f", "-")
POD = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 50000, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "main",
            "image": "app:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "app", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}


def obj(kind: str, name: str, api_version: str = "v1", **content: object) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "app"}, **content}


def deployment(name: str = "web", image: str = "app:1", pod: Json | None = None) -> Json:
    template: Json = {"metadata": {"labels": {"app": name}}, "spec": deepcopy(pod or POD)}
    template["spec"]["containers"][0]["image"] = image
    return obj(
        "Deployment", name, "apps/v1",
        spec={"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template},
    )  # fmt: skip


def job(name: str = "once", **spec: object) -> Json:
    template = {"spec": {**deepcopy(POD), "restartPolicy": "Never"}}
    return obj("Job", name, "batch/v1", spec={"template": template, "backoffLimit": 1, **spec})


def volume(handle: str = "fs-1") -> Json:
    claim = {"namespace": "app", "name": "data"}
    csi = {"driver": "fsx.csi.aws.com", "volumeHandle": handle}
    size = {"capacity": {"storage": "1200Gi"}, "accessModes": ["ReadWriteMany"], "storageClassName": "fsx"}
    made = obj("PersistentVolume", "volume", spec={**size, "claimRef": claim, "csi": csi})
    del made["metadata"]["namespace"]
    return made


def claim(size: str = "1200Gi", mode: str = "ReadWriteMany") -> Json:
    spec = {"accessModes": [mode], "storageClassName": "fsx", "volumeName": "volume"}
    return obj("PersistentVolumeClaim", "data", spec={**spec, "resources": {"requests": {"storage": size}}})


def storage_class(throughput: str = "125") -> Json:
    made = obj("StorageClass", "fsx", "storage.k8s.io/v1", provisioner="fsx.csi.aws.com")
    del made["metadata"]["namespace"]
    return {**made, "parameters": {"perUnitStorageThroughput": throughput}}


def frozen(value: str) -> Json:
    return obj("ConfigMap", "frozen", data={"key": value}, immutable=True)


def binding(role: str = "reader") -> Json:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role}
    subjects = [{"kind": "ServiceAccount", "name": "default", "namespace": "app"}]
    return obj("RoleBinding", "reads", "rbac.authorization.k8s.io/v1", roleRef=reference, subjects=subjects)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KubernetesApi]:
    with KubernetesApi(tmp_path) as running:
        yield running
        assert not running.controller_errors


@pytest.fixture
def kubectl(cluster: KubernetesApi) -> Kubectl:
    client = Kubectl(unpack(TOOLS), cluster.kubeconfig)
    client(*APPLY, manifest=NAMESPACE)
    return client


def soon(question: object) -> None:
    """Wait up to five seconds for something to become true."""
    end = time.monotonic() + 5
    while not question():  # type: ignore[operator]
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.05)


def test_should_roll_out_and_roll_over(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    for image in ("app:1", "app:2"):
        kubectl(*APPLY, manifest=[deployment(image=image)])
        assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web", "-n", "app", "--timeout=15s")
        images = kubectl("get", "pods", "-n", "app", "-o", "jsonpath={.items[*].spec.containers[*].image}")
        assert set(images.split()) == {image}


def test_should_keep_the_old_pods_while_the_new_ones_are_not_ready(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    kubectl(*APPLY, manifest=[deployment()])
    kubectl("rollout", "status", "deployment/web", "-n", "app", "--timeout=15s")
    cluster.scenario.held.append(("web", "app:2"))
    kubectl(*APPLY, manifest=[deployment(image="app:2")])
    assert kubectl.run("rollout", "status", "deployment/web", "-n", "app", "--timeout=1s").returncode
    status = (cluster.get("Deployment", "web", "app") or {})["status"]
    assert (status["availableReplicas"], status["updatedReplicas"]) == (2, 1)


def test_should_count_the_deadline_anew_for_pods_wanted_again(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    cluster.scenario.ready_seconds = 0.5
    for image, pause in (("app:1", 2.0), ("app:2", 0.0), ("app:1", 0.0)):
        wanted = deployment(image=image)
        wanted["spec"]["progressDeadlineSeconds"] = 2
        kubectl(*APPLY, manifest=[wanted])
        assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web", "-n", "app", "--timeout=15s")
        time.sleep(pause)


def test_should_warn_of_pods_that_will_be_refused(kubectl: Kubectl) -> None:
    metadata = {"name": "app", "labels": {"pod-security.kubernetes.io/warn": "restricted"}}
    kubectl(*APPLY, manifest={**NAMESPACE, "metadata": metadata})
    done = kubectl.run(*APPLY, manifest=[deployment(pod={"containers": [{"name": "main"}]})])
    assert done.returncode == 0
    assert 'Warning: would violate PodSecurity "restricted:latest"' in done.stderr


@pytest.mark.parametrize(
    ("written", "given_back"),
    [("1024Mi", "1Gi"), ("1536Mi", "1536Mi"), ("1000m", "1"), ("0.5", "500m"), ("250m", "250m"), ("0", "0")],
)
def test_should_write_quantities_as_kubernetes_does(
    kubectl: Kubectl, cluster: KubernetesApi, written: str, given_back: str
) -> None:
    pod = deepcopy(POD)
    pod["containers"][0]["resources"] = {"requests": {"cpu": written}}  # type: ignore[index]
    kubectl(*APPLY, manifest=[deployment(pod=pod)])
    found = cluster.get("Deployment", "web", "app") or {}
    assert found["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"] == {"cpu": given_back}


def test_should_say_in_the_deployment_that_its_pods_are_refused(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    kubectl(*APPLY, manifest=[deployment(pod={"containers": [{"name": "main"}]})])
    soon(lambda: "FailedCreate" in str(cluster.get("Deployment", "web", "app")))
    assert 'violates PodSecurity \\"restricted' in kubectl("get", "deployment", "web", "-n", "app", "-o", "json")
    assert cluster.objects("Pod", "app") == []


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (storage_class(), storage_class("250"), "parameters"),
        (volume(), volume("fs-2"), "spec.csi is immutable"),
        (claim(), claim(mode="ReadWriteOnce"), "spec.accessModes is immutable"),
        (claim(), claim(size="100Gi"), "can not be less"),
        (job(), job(completions=2), "spec.completions"),
        (binding(), binding("writer"), "roleRef"),
        (frozen("1"), frozen("2"), "data"),
    ],
    ids=["StorageClass", "PersistentVolume", "claim", "smaller claim", "Job", "RoleBinding", "ConfigMap"],
)
def test_should_refuse_a_change_of_what_cannot_change(kubectl: Kubectl, first: Json, second: Json, why: str) -> None:
    kubectl(*APPLY, manifest=[first])
    refused = kubectl.run(*APPLY, manifest=[second])
    assert refused.returncode
    assert why in refused.stderr
    kubectl(*APPLY, manifest=[first])


def test_should_refuse_another_selector(kubectl: Kubectl) -> None:
    kubectl(*APPLY, manifest=[deployment()])
    other = deployment()
    other["spec"]["selector"]["matchLabels"] = other["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    assert "spec.selector: Invalid value: field is immutable" in kubectl.run(*APPLY, manifest=[other]).stderr


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (obj("ConfigMap", "c", date={}), "date"),
        (obj("ConfigMap", "Upper", data={}), "RFC 1123"),
        (
            {**obj("ConfigMap", "c"), "metadata": {"name": "c", "namespace": "nowhere"}},
            'namespaces "nowhere" not found',
        ),
        (obj("Pod", "p", spec={**POD, "serviceAccountName": "nobody"}), 'serviceaccount "nobody" not found'),
        (obj("NoSuchKind", "x"), "no matches for kind"),
    ],
    ids=["unknown field", "name", "namespace", "ServiceAccount", "kind"],
)
def test_should_refuse_what_a_cluster_refuses(kubectl: Kubectl, manifest: Json, why: str) -> None:
    refused = kubectl.run(*APPLY, manifest=manifest)
    assert refused.returncode
    assert why in refused.stderr


def test_should_take_away_only_fields_that_the_manager_set(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    kubectl(*APPLY, manifest=[obj("ConfigMap", "c", data={"a": "1", "b": "2"})])
    kubectl("patch", "configmap", "c", "-n", "app", "--type=merge", "-p", '{"data":{"theirs":"3"}}')
    kubectl(*APPLY, manifest=[obj("ConfigMap", "c", data={"a": "1"})])
    assert (cluster.get("ConfigMap", "c", "app") or {})["data"] == {"a": "1", "theirs": "3"}


def test_should_complete_a_job_and_fail_one(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    cluster.scenario.failing.append(("fails", ""))
    kubectl(*APPLY, manifest=[job("works"), job("fails")])
    kubectl("wait", "--for=condition=Complete", "job/works", "-n", "app", "--timeout=10s")
    kubectl("wait", "--for=condition=Failed", "job/fails", "-n", "app", "--timeout=10s")
    assert len([p for p in cluster.objects("Pod", "app") if p["metadata"]["name"].startswith("fails")]) == 2


def statuses(cluster: KubernetesApi, name: str) -> list[Json]:
    """The statuses of the containers of a Deployment's pods."""
    pods = [pod for pod in cluster.objects("Pod", "app") if pod["metadata"]["name"].startswith(name)]
    return [status for pod in pods for status in pod["status"].get("containerStatuses") or ()]


def test_should_tell_of_pods_that_do_not_run_and_run_them_when_they_can(
    kubectl: Kubectl, cluster: KubernetesApi
) -> None:
    cluster.scenario.unpullable.append(("pulls", "app:1"))
    cluster.scenario.failing.append(("crashes", ""))
    cluster.scenario.unschedulable.append(("waits", ""))
    kubectl(*APPLY, manifest=[deployment(name) for name in ("pulls", "crashes", "waits")])
    soon(lambda: "ImagePullBackOff" in str(statuses(cluster, "pulls")))
    soon(lambda: any(status["restartCount"] >= 2 for status in statuses(cluster, "crashes")))
    told = kubectl("get", "pods", "-n", "app", "-l", "app=waits", "-o", "jsonpath={.items[*].status.conditions}")
    assert '"reason":"Unschedulable"' in told
    assert not statuses(cluster, "waits")
    cluster.scenario.reset()
    for name in ("pulls", "crashes", "waits"):
        kubectl("rollout", "status", f"deployment/{name}", "-n", "app", "--timeout=15s")


def test_should_hold_a_claim_while_a_pod_uses_it(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    cluster.scenario.endless.append("task")
    cluster.scenario.stop_seconds = 0.5
    mounts = {
        **POD,
        "restartPolicy": "Never",
        "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}],
    }
    kubectl(*APPLY, manifest=[volume(), claim(), obj("Pod", "task", spec=mounts)])
    kubectl("wait", "--for=jsonpath={.status.phase}=Running", "pod/task", "-n", "app", "--timeout=10s")
    assert kubectl.run("delete", "pvc", "data", "-n", "app", "--timeout=1s").returncode
    kubectl("delete", "namespace", "app", "--timeout=15s")
    kubectl("delete", "pv", "volume", "--timeout=5s")
    gone = cluster.journal.references("deleted", actor=None)
    order = [
        gone.index(name)
        for name in ("Pod/task", "PersistentVolumeClaim/data", "Namespace/app", "PersistentVolume/volume")
    ]
    assert order == sorted(order)


def test_should_leave_a_pod_waiting_for_what_it_mounts(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    mounts = {**POD, "volumes": [{"name": "c", "configMap": {"name": "later"}}]}
    kubectl(*APPLY, manifest=[obj("Pod", "waits", spec=mounts)])
    soon(lambda: 'configmap "later" not found' in str((cluster.get("Pod", "waits", "app") or {}).get("status")))
    kubectl(*APPLY, manifest=[obj("ConfigMap", "later", data={})])
    kubectl("wait", "--for=condition=Ready", "pod/waits", "-n", "app", "--timeout=10s")


def test_should_take_what_is_owned_along(kubectl: Kubectl, cluster: KubernetesApi) -> None:
    kubectl(*APPLY, manifest=[deployment()])
    kubectl("rollout", "status", "deployment/web", "-n", "app", "--timeout=15s")
    kubectl("delete", "deployment", "web", "-n", "app", "--cascade=foreground", "--timeout=10s")
    assert cluster.objects("Pod", "app") == cluster.objects("ReplicaSet", "app") == []


def test_should_let_only_those_in_whom_a_role_lets_in(tmp_path: Path) -> None:
    with KubernetesApi(tmp_path, rbac=True) as cluster:
        admin = Kubectl(unpack(TOOLS), cluster.kubeconfig)
        rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
        role = obj("Role", "reader", "rbac.authorization.k8s.io/v1", rules=rules)
        admin(*APPLY, manifest=NAMESPACE)
        admin(*APPLY, manifest=[role, binding()])
        token = f"--token={cluster.issue_token('app', 'default')}"
        admin("get", "pods", "-n", "app", token)
        refused = admin.run("get", "secrets", "-n", "app", token)
        assert refused.returncode
        assert 'cannot list resource "secrets"' in refused.stderr


def test_should_not_be_trusted_without_its_authority(cluster: KubernetesApi, kubectl: Kubectl, tmp_path: Path) -> None:
    system = tmp_path / "system-authorities"
    system.write_text(cluster.kubeconfig.read_text().replace(f'"certificate-authority": "{cluster.certificate_authority}"', '"disable-compression": true'))  # fmt: skip # noqa: E501
    assert "certificate" in Kubectl(unpack(TOOLS), system).run("get", "pods").stderr
