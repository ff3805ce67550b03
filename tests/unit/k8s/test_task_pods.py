"""What an author's `pod_override` may make of a task's pod, and what the cluster refuses, naming the field.

Evaluated offline by cel-python, over the pods that Airflow's executor would ask for: the template, changed.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import yaml

from k8s.airflow.pods.image import image_repository
from k8s.rendered import Release
from settings.model.airflow import AirflowSettings
from standins.kubernetes_api import defaults, schemas
from standins.kubernetes_api.policies import denials
from standins.pod_security import violations
from tests.unit.k8s.conftest import aws_bindings

Json = dict[str, Any]
Change = Callable[[Json], object]
SCHEDULER = "system:serviceaccount:airflow:airflow-scheduler"
DIGEST = "sha256:" + "0" * 64


def task_pod(release: Release, template: str = "pod-template") -> Json:
    """The pod that the executor makes of a template, as admission sees it."""
    data = release.get("ConfigMap", "airflow-worker-pod-template")["data"]
    pod: Json = yaml.safe_load(data[f"{template}.yaml"])
    pod["metadata"]["labels"] |= {"dag_id": "a", "task_id": "b", "airflow-worker": "1"}
    pod["metadata"].setdefault("annotations", {})["try_number"] = "1"
    defaults.fill(pod)
    return pod


def refusals(release: Release, pod: Json, operation: str = "CREATE", user: str = SCHEDULER) -> list[str]:
    (policy,) = release.of_kind("ValidatingAdmissionPolicy")
    return [message for message, _ in denials(policy, pod, operation=operation, user=user)]


def changed(release: Release, change: Change, template: str = "pod-template") -> Json:
    pod = deepcopy(task_pod(release, template))
    change(pod)
    assert schemas.errors(pod) == [], "no such pod"
    return pod


def spec(**fields: Any) -> Change:
    return lambda pod: pod["spec"].update(fields)


def base(**fields: Any) -> Change:
    return lambda pod: pod["spec"]["containers"][0].update(fields)


def volume(**source: Any) -> Change:
    return lambda pod: pod["spec"]["volumes"].append({"name": "theirs", **source})


def mount(**fields: Any) -> Change:
    return lambda pod: pod["spec"]["containers"][0]["volumeMounts"].append(fields)


def env(**source: Any) -> Change:
    return lambda pod: pod["spec"]["containers"][0]["env"].append({"name": "THEIRS", **source})


def labels(**values: str) -> Change:
    return lambda pod: pod["metadata"]["labels"].update(
        {f"app.kubernetes.io/{key}": value for key, value in values.items()}
    )


def logs(**fields: Any) -> Change:
    """Another mount of the logs."""

    def change(pod: Json) -> None:
        (mount,) = [each for each in pod["spec"]["containers"][0]["volumeMounts"] if "subPathExpr" in each]
        if "subPath" in fields:
            del mount["subPathExpr"]
        mount.update(fields)

    return change


def named(**sources: Json) -> Change:
    """Other names of the task's own log folder."""

    def change(pod: Json) -> None:
        variables = pod["spec"]["containers"][0]["env"]
        for variable in [each for each in variables if each["name"] in sources]:
            variables[variables.index(variable)] = {"name": variable["name"], **sources[variable["name"]]}

    return change


def annotation(key: str) -> Change:
    return lambda pod: pod["metadata"]["annotations"].update({key: "theirs"})


def init_container(release_image: str = "apache/airflow:3.3.2", **fields: Any) -> Change:
    return spec(initContainers=[{"name": "first", "image": release_image, **fields}])


def without(*path: str) -> Change:
    def change(pod: Json) -> None:
        place: Any = pod
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


WHOLE_FILE_SYSTEM = {"name": "data", "mountPath": "/mnt/all"}
SECRETS_STORE = {
    "driver": "secrets-store.csi.k8s.io",
    "volumeAttributes": {"secretProviderClass": "airflow-api-server"},
}

HOSTILE: dict[str, tuple[Change, str]] = {
    "the scheduler's account": (spec(serviceAccountName="airflow-scheduler"), "serviceAccountName"),
    "the API server's account": (spec(serviceAccountName="airflow-api-server"), "serviceAccountName"),
    "no account": (without("spec", "serviceAccountName"), "serviceAccountName"),
    "a Kubernetes token": (spec(automountServiceAccountToken=True), "automountServiceAccountToken"),
    "a token by default": (without("spec", "automountServiceAccountToken"), "automountServiceAccountToken"),
    "secrets of the API server": (volume(csi=SECRETS_STORE), "spec.volumes"),
    "a Kubernetes Secret": (volume(secret={"secretName": "airflow-api-server"}), "spec.volumes"),
    "a projected Secret": (volume(projected={"sources": [{"secret": {"name": "airflow-api-server"}}]}), "spec.volumes"),
    "a token for the Kubernetes API": (
        volume(projected={"sources": [{"serviceAccountToken": {"path": "token"}}]}),
        "spec.volumes",
    ),
    "a projected Secret beside an AWS token": (
        volume(
            projected={
                "sources": [
                    {"serviceAccountToken": {"path": "token", "audience": "pods.eks.amazonaws.com"}},
                    {"secret": {"name": "airflow-api-server"}},
                ]
            }
        ),
        "spec.volumes",
    ),
    "another claim": (volume(persistentVolumeClaim={"claimName": "data-airflow-database-0"}), "spec.volumes"),
    "another ConfigMap": (volume(configMap={"name": "airflow-config"}), "spec.volumes"),
    "the node's disk": (volume(hostPath={"path": "/"}), "spec.volumes"),
    "a new volume of any class": (
        volume(
            ephemeral={
                "volumeClaimTemplate": {
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "9Ti"}}}
                }
            }
        ),
        "spec.volumes",
    ),
    "an NFS share": (volume(nfs={"server": "10.0.0.1", "path": "/"}), "spec.volumes"),
    "an image as a volume": (volume(image={"reference": "example.com/x:1"}), "spec.volumes"),
    "the whole file system": (mount(**WHOLE_FILE_SYSTEM), "volumeMounts"),
    "DAGs to write": (
        lambda pod: pod["spec"]["containers"][0]["volumeMounts"][0].pop("readOnly"),
        "volumeMounts",
    ),
    "DAGs to write elsewhere": (mount(name="data", mountPath="/mnt/dags", subPath="dags"), "volumeMounts"),
    "another folder by a variable": (
        mount(name="data", mountPath="/opt/airflow/logs/x", subPathExpr="$(THEIRS)"),
        "volumeMounts",
    ),
    "all logs": (logs(subPath="logs"), "volumeMounts"),
    "the logs of its DAG": (logs(subPathExpr="logs/dag_id=$(LOG_DAG_ID)"), "volumeMounts"),
    "the logs of another DAG": (
        logs(subPathExpr="logs/dag_id=other/run_id=$(LOG_RUN_ID)/task_id=$(LOG_TASK_ID)"),
        "volumeMounts",
    ),
    "its logs elsewhere": (logs(mountPath="/mnt/logs"), "volumeMounts"),
    "the logs of another DAG by the name": (named(LOG_DAG_ID={"value": "other"}), "LOG_DAG_ID"),
    "the logs of another run by the name": (named(LOG_RUN_ID={"value": "other"}), "LOG_RUN_ID"),
    "the logs of another task by an annotation": (
        named(LOG_TASK_ID={"valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['theirs']"}}}),
        "LOG_TASK_ID",
    ),
    "the logs of another task by one name for another": (
        named(LOG_TASK_ID={"valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['dag_id']"}}}),
        "LOG_TASK_ID",
    ),
    "the logs of another DAG by a second name": (
        lambda pod: pod["spec"]["containers"][0]["env"].append({"name": "LOG_DAG_ID", "value": "other"}),
        "LOG_DAG_ID",
    ),
    "the logs of another DAG in an init container": (
        init_container(env=[{"name": "LOG_DAG_ID", "value": "other"}]),
        "LOG_DAG_ID",
    ),
    "a name of its logs from a size": (
        named(LOG_DAG_ID={"valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}}),
        "LOG_DAG_ID",
    ),
    "the whole file system under a second name": (
        lambda pod: (
            pod["spec"]["volumes"].append({"name": "again", "persistentVolumeClaim": {"claimName": "aws-fsx-pvc"}}),
            pod["spec"]["containers"][0]["volumeMounts"].append({"name": "again", "mountPath": "/mnt/all"}),
        ),
        "volumeMounts",
    ),
    "the whole file system in an init container": (init_container(volumeMounts=[WHOLE_FILE_SYSTEM]), "volumeMounts"),
    "the whole file system in a sidecar": (
        lambda pod: pod["spec"]["containers"].append(
            {"name": "side", "image": "apache/airflow:3.3.2", "volumeMounts": [WHOLE_FILE_SYSTEM]}
        ),
        "volumeMounts",
    ),
    "a block device": (base(volumeDevices=[{"name": "data", "devicePath": "/dev/x"}]), "volumeDevices"),
    "a variable from a Secret": (
        env(valueFrom={"secretKeyRef": {"name": "airflow-api-server", "key": "jwt-secret"}}),
        "env",
    ),
    "a variable from another ConfigMap": (
        env(valueFrom={"configMapKeyRef": {"name": "airflow-config", "key": "x"}}),
        "env",
    ),
    "all variables of a Secret": (base(envFrom=[{"secretRef": {"name": "airflow-api-server"}}]), "envFrom"),
    "all variables of another ConfigMap": (base(envFrom=[{"configMapRef": {"name": "airflow-config"}}]), "envFrom"),
    "variables of a Secret in an init container": (
        init_container(envFrom=[{"secretRef": {"name": "airflow-api-server"}}]),
        "envFrom",
    ),
    "an image of somebody's": (base(image="docker.io/somebody/airflow:3.3.2"), "image"),
    "an image with the platform's beginning": (base(image="apache/airflow-evil:3.3.2"), "image"),
    "an image of somebody's in an init container": (init_container("example.com/x:1"), "image"),
    "a tainted node that is not the platform's": (
        spec(tolerations=[{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}]),
        "tolerations",
    ),
    "every tainted node": (spec(tolerations=[{"operator": "Exists"}]), "tolerations"),
    "a node by its name": (spec(nodeName="ip-10-0-0-1"), "nodeName"),
    "a priority above everything": (spec(priorityClassName="system-node-critical"), "priorityClassName"),
    "a container that starts for ever": (spec(restartPolicy="Always"), "restartPolicy"),
    "another runtime": (spec(runtimeClassName="fast"), "runtimeClassName"),
    "the node's network": (spec(hostNetwork=True), "hostNetwork"),
    "the node's processes": (spec(hostPID=True), "hostPID"),
    "the node's memory": (spec(hostIPC=True), "hostIPC"),
    "requests of the kubelet": (
        base(livenessProbe={"httpGet": {"host": "169.254.169.254", "port": 80, "path": "/"}}),
        "host",
    ),
    "requests of the kubelet by a hook": (
        base(lifecycle={"postStart": {"tcpSocket": {"host": "10.0.0.1", "port": 22}}}),
        "host",
    ),
    "the API server's traffic": (labels(component="api-server"), "metadata.labels"),
    "the scheduler's rights on the network": (labels(component="scheduler"), "metadata.labels"),
    "no network policy": (labels(name="another"), "metadata.labels"),
    "no label": (lambda pod: pod["metadata"].pop("labels"), "metadata.labels"),
    "a place among a Job's pods": (
        lambda pod: pod["metadata"]["labels"].update({"batch.kubernetes.io/controller-uid": "x"}),
        "metadata.labels",
    ),
    "an owner": (
        lambda pod: pod["metadata"].update(
            ownerReferences=[{"apiVersion": "v1", "kind": "Node", "name": "x", "uid": "x"}]
        ),
        "ownerReferences",
    ),
    "a pod that never goes": (lambda pod: pod["metadata"].update(finalizers=["example.com/x"]), "finalizers"),
    "no AppArmor": (annotation("container.apparmor.security.beta.kubernetes.io/base"), "annotations"),
    "another network": (annotation("k8s.v1.cni.cncf.io/networks"), "annotations"),
    "an owner among the platform's manifests": (annotation("airflow-on-eks/manifest"), "annotations"),
}
"""What an override wants, and the field that the refusal names."""

USUAL: dict[str, Change] = {
    "nothing": lambda pod: None,
    "more memory and a core": base(resources={"requests": {"cpu": "1", "memory": "4Gi"}, "limits": {"memory": "4Gi"}}),
    "labels of its own": lambda pod: pod["metadata"]["labels"].update({"team": "data", "example.com/cost": "7"}),
    "annotations of its own": annotation("prometheus.io/scrape"),
    "a node selector": spec(nodeSelector={"karpenter.sh/nodepool": "big"}),
    "an affinity": spec(
        affinity={
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "x", "operator": "Exists"}]}]
                }
            }
        }
    ),
    "a variable with a value": env(value="x"),
    "a variable from a field": env(valueFrom={"fieldRef": {"fieldPath": "metadata.name"}}),
    "a folder of its own": lambda pod: (
        pod["spec"]["volumes"].append({"name": "scratch", "emptyDir": {"sizeLimit": "50Gi"}}),
        pod["spec"]["containers"][0]["volumeMounts"].append({"name": "scratch", "mountPath": "/scratch"}),
    ),
    "another tag of the platform's image": base(image="apache/airflow:3.2.2"),
    "the platform's image by digest": base(image=f"apache/airflow@{DIGEST}"),
    "an init container of the platform's image": init_container(),
    "logs in a sidecar": lambda pod: pod["spec"]["containers"].append(
        {
            "name": "side",
            "image": "apache/airflow:3.3.2",
            "env": pod["spec"]["containers"][0]["env"][:3],
            "volumeMounts": [pod["spec"]["containers"][0]["volumeMounts"][1]],
        }
    ),
    "longer to end": spec(terminationGracePeriodSeconds=600),
    "a tighter security context": base(securityContext={"readOnlyRootFilesystem": True, "runAsUser": 50000}),
    "what the API server adds to every pod": spec(
        tolerations=[
            {"key": f"node.kubernetes.io/{each}", "operator": "Exists"} for each in ("not-ready", "unreachable")
        ]
    ),
    "what EKS Pod Identity adds": volume(
        projected={"sources": [{"serviceAccountToken": {"path": "t", "audience": "pods.eks.amazonaws.com"}}]}
    ),
    "a GPU, with the toleration that the API server adds": lambda pod: (
        base(resources={"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}})(pod),
        spec(tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}])(pod),
    ),
}


@pytest.mark.parametrize("wanted", HOSTILE)
def test_should_refuse_a_pod_that_wants(aws: Release, wanted: str) -> None:
    change, field = HOSTILE[wanted]
    found = refusals(aws, changed(aws, change))
    assert len(found) == 1, found
    assert field in found[0]
    assert "resulted in error" not in found[0]


@pytest.mark.parametrize("wanted", USUAL)
def test_should_let_a_pod_pass_that_wants(aws: Release, wanted: str) -> None:
    assert refusals(aws, changed(aws, USUAL[wanted])) == []


@pytest.mark.parametrize(
    "change",
    [
        base(securityContext={"privileged": True}),
        base(securityContext={"allowPrivilegeEscalation": True}),
        base(securityContext={"capabilities": {"add": ["NET_ADMIN"]}}),
        base(securityContext={"runAsUser": 0}),
        base(ports=[{"containerPort": 80, "hostPort": 80}]),
        spec(securityContext={"runAsNonRoot": False}),
    ],
)
def test_should_leave_to_pod_security_what_it_refuses(aws: Release, change: Change) -> None:
    assert violations(changed(aws, change)["spec"]) != []


def test_should_let_the_template_itself_pass_on_every_platform(any_release: Release) -> None:
    assert refusals(any_release, task_pod(any_release)) == []


def test_should_hold_nobody_but_the_scheduler(aws: Release) -> None:
    pod = changed(aws, HOSTILE["the scheduler's account"][0])
    assert refusals(aws, pod, user="system:serviceaccount:kube-system:replicaset-controller") == []


def test_should_hold_the_labels_of_a_pod_that_the_scheduler_changes(aws: Release) -> None:
    assert refusals(aws, changed(aws, labels(component="api-server")), "UPDATE") != []


def test_should_let_the_scheduler_adopt_a_pod_of_an_earlier_template(aws: Release) -> None:
    """It patches a label of a pod that runs on a node already, and whose image another release allowed."""
    pod = changed(aws, base(image="example.com/of-the-version-before:1"))
    pod["spec"]["nodeName"] = "ip-10-0-0-1"
    assert refusals(aws, pod, "UPDATE") == []


def test_should_allow_more_images_for_the_setting() -> None:
    release = Release(
        AirflowSettings(image="example.com/airflow:1", task_images=("example.com/team/",)), aws_bindings()
    )
    for image, allowed in {
        "example.com/airflow:2": True,
        "example.com/team/dbt:1": True,
        "example.com/team-evil/dbt:1": False,
        "apache/airflow:3.3.2": False,
    }.items():
        assert (refusals(release, changed(release, base(image=image))) == []) is allowed


def test_should_let_tasks_tolerate_the_taints_of_the_platforms_nodes() -> None:
    release = Release(AirflowSettings(), replace(aws_bindings(), task_tolerations=("example.com/gpu",)))
    tolerating = spec(tolerations=[{"key": "example.com/gpu", "operator": "Exists"}])
    assert refusals(release, changed(release, tolerating)) == []


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("apache/airflow:3.3.2", "apache/airflow"),
        ("localhost:5000/airflow", "localhost:5000/airflow"),
        ("localhost:5000/team/airflow:1", "localhost:5000/team/airflow"),
        (f"example.com/airflow:1@{DIGEST}", "example.com/airflow"),
    ],
)
def test_should_know_an_images_repository(image: str, repository: str) -> None:
    assert image_repository(image) == repository


def test_should_refuse_with_403_and_fail_closed(aws: Release) -> None:
    (policy,) = aws.of_kind("ValidatingAdmissionPolicy")
    (binding,) = aws.of_kind("ValidatingAdmissionPolicyBinding")
    assert policy["spec"]["failurePolicy"] == "Fail"
    assert {each["reason"] for each in policy["spec"]["validations"]} == {"Forbidden"}
    assert binding["spec"]["policyName"] == policy["metadata"]["name"]
    assert binding["spec"]["validationActions"] == ["Deny"]


def test_should_be_bound_to_airflows_namespace(aws: Release) -> None:
    (binding,) = aws.of_kind("ValidatingAdmissionPolicyBinding")
    selector = binding["spec"]["matchResources"]["namespaceSelector"]["matchLabels"]
    assert selector == {"kubernetes.io/metadata.name": aws.get("Namespace", "airflow", None)["metadata"]["name"]}


def test_should_hold_exactly_what_the_scheduler_can_ask_for(aws: Release) -> None:
    """Pods alone: a right to make Deployments or Jobs, or to change containers of a pod, would be a way around."""
    (role,) = [each for each in aws.of_kind("Role") if each["metadata"]["name"] == "pod-launcher-role"]
    assert [rule["resources"] for rule in role["rules"]] == [["pods"]]
    (rule,) = aws.of_kind("ValidatingAdmissionPolicy")[0]["spec"]["matchConstraints"]["resourceRules"]
    assert (rule["resources"], rule["operations"]) == (["pods"], ["CREATE", "UPDATE"])


def test_should_ask_only_for_fields_that_a_pod_has(aws: Release) -> None:
    """Kubernetes checks types: an unknown field would make the policy invalid."""
    (policy,) = aws.of_kind("ValidatingAdmissionPolicy")
    expressions = [each["expression"] for each in (*policy["spec"]["variables"], *policy["spec"]["validations"])]
    kinds = {
        "c": "io.k8s.api.core.v1.Container",
        "v": "io.k8s.api.core.v1.Volume",
        "m": "io.k8s.api.core.v1.VolumeMount",
        "e": "io.k8s.api.core.v1.EnvVar",
        "f": "io.k8s.api.core.v1.EnvFromSource",
        "t": "io.k8s.api.core.v1.Toleration",
        "s": "io.k8s.api.core.v1.VolumeProjection",
        "object": "io.k8s.api.core.v1.Pod",
    }
    seen = set()
    for expression in expressions:
        for name, path in re.findall(r"(?<![\w.'\"/])([cvmefts]|object)((?:\.[a-zA-Z]+)+)", expression):
            schema = schemas.definitions()[kinds[name]]
            for step in path.strip(".").split("."):
                if step in ("all", "exists", "startsWith"):
                    break
                schema = schemas.field(schema, step)
                assert schema, f"{name}{path} in {expression}"
                seen.add(f"{name}.{step}")
    assert len(seen) > 40
