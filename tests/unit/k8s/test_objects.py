"""What holds for every object of every chart."""

import re

import pytest
import yaml

from k8s.rendered import Json, Release
from settings.facts.versions import KUBERNETES_VERSIONS
from standins.kubernetes_schemas import validate
from standins.pod_security import baseline_violations, violations

CLUSTER_SCOPED = {
    *("Namespace", "PersistentVolume", "StorageClass"),
    *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
}


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_should_be_valid_for_each_kubernetes_version(any_release: Release, version: str) -> None:
    wrong = {
        f"{obj['kind']} {obj['metadata']['name']}": found
        for obj in any_release.objects
        if (found := validate(obj, version))
    }
    assert wrong == {}


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_should_make_valid_task_pods(any_release: Release, version: str) -> None:
    assert validate(worker_pod(any_release), version) == []


def test_should_refuse_a_kind_without_a_schema() -> None:
    assert validate({"apiVersion": "v1", "kind": "Unheard", "metadata": {"name": "x"}}, "1.36") != []


def test_should_refuse_an_unknown_field() -> None:
    assert validate({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "dta": {}}, "1.36") != []


def test_should_refuse_a_wrong_secret_provider_class(aws: Release) -> None:
    good = aws.get("SecretProviderClass", "airflow-scheduler")
    parameters = good["spec"]["parameters"]
    for broken in (
        {**parameters, "usePodIdentity": True},
        {**parameters, "objects": "- objectName: x"},
        {**parameters, "object": "[]"},
    ):
        assert validate({**good, "spec": {"provider": "aws", "parameters": broken}}, "1.36") != []


def test_should_keep_to_pod_security_restricted(any_release: Release) -> None:
    broken = {
        name: found
        for name, template in any_release.pod_templates.items()
        if name != "airflow-storage-setup" and (found := violations(template["spec"]))
    }
    assert broken == {}
    assert violations(worker_pod(any_release)["spec"]) == []


def test_should_enforce_restricted_where_these_pods_run(any_release: Release) -> None:
    for mode in ("enforce", "warn", "audit"):
        airflow = any_release.get("Namespace", "airflow", None)["metadata"]["labels"]
        assert airflow[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert airflow[f"pod-security.kubernetes.io/{mode}-version"] == "latest"


def test_should_let_root_pods_into_the_storage_setup_namespace_only(any_release: Release) -> None:
    template = any_release.pod_templates["airflow-storage-setup"]
    assert baseline_violations(template["spec"]) == []
    assert violations(template["spec"]) != []
    setup = any_release.get("Namespace", "airflow-storage-setup", None)["metadata"]["labels"]
    assert setup["pod-security.kubernetes.io/enforce"] == "baseline"
    (job,) = [job for job in any_release.of_kind("Job") if "storage-setup" in job["metadata"]["name"]]
    assert job["metadata"]["namespace"] == "airflow-storage-setup"


def test_should_name_the_namespace_of_everything_that_has_one(any_release: Release) -> None:
    for obj in any_release.objects:
        namespace = obj["metadata"].get("namespace")
        if obj["kind"] in CLUSTER_SCOPED:
            assert namespace is None
        else:
            assert namespace in ("airflow", "airflow-storage-setup"), obj["metadata"]["name"]


def test_should_label_every_object(any_release: Release) -> None:
    for obj in any_release.objects:
        labels = obj["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == "airflow"
        assert labels["app.kubernetes.io/part-of"] == "airflow"
        assert labels["app.kubernetes.io/managed-by"] == "airflow-on-eks"
        assert labels["app.kubernetes.io/component"]


def test_should_name_every_object_itself(any_release: Release) -> None:
    names = [(obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"]) for obj in any_release.objects]
    assert len(names) == len(set(names))
    # cdk8s appends c8 and a hash of the construct path to names it makes up.
    assert [name for name in names if re.search(r"-c8[0-9a-f]{6}", name[2])] == []


def test_should_limit_memory_to_what_is_requested_and_no_cpu(any_release: Release) -> None:
    specs = [template["spec"] for template in any_release.pod_templates.values()] + [worker_pod(any_release)["spec"]]
    for spec in specs:
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            resources = container["resources"]
            assert resources["limits"] == {"memory": resources["requests"]["memory"]}
            assert resources["requests"]["cpu"]


def test_should_write_to_volumes_only(any_release: Release) -> None:
    for template in any_release.pod_templates.values():
        for container in [*template["spec"]["containers"], *template["spec"].get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_should_inject_no_service_variables(any_release: Release) -> None:
    # A Service named airflow-… would set variables that Airflow takes for options.
    for template in any_release.pod_templates.values():
        assert template["spec"]["enableServiceLinks"] is False


def worker_pod(release: Release) -> Json:
    data = release.get("ConfigMap", "airflow-worker-pod-template")["data"]
    pod: Json = yaml.safe_load(data["pod-template.yaml"])
    return pod
