"""Folders of data sets, linked to S3: who sees them, who may write to them, and who makes them."""

from copy import deepcopy
from dataclasses import replace

import pytest
import yaml

from k8s.bindings import DataFolder
from k8s.rendered import Json, Release
from settings.model.airflow import AirflowSettings
from standins.kubernetes_api import defaults
from standins.kubernetes_api.policies import denials
from tests.unit.k8s.conftest import aws_bindings

SCHEDULER = "system:serviceaccount:airflow:airflow-scheduler"
FOLDERS = (DataFolder(path="features", writable=False), DataFolder(path="team/models", writable=True))
MOUNTS = {
    "/opt/airflow/data/features": ("features", True),
    "/opt/airflow/data/team/models": ("team/models", False),
}


@pytest.fixture(scope="module")
def release() -> Release:
    return Release(AirflowSettings(), replace(aws_bindings(), data_folders=FOLDERS))


@pytest.fixture(scope="module")
def task(release: Release) -> Json:
    data = release.get("ConfigMap", "airflow-worker-pod-template")["data"]
    pod: Json = yaml.safe_load(data["pod-template.yaml"])
    defaults.fill(pod)
    return pod


def data_mounts(spec: Json) -> dict[str, tuple[str, bool]]:
    """Path -> sub-path and whether it is read-only, below /opt/airflow/data."""
    return {
        mount["mountPath"]: (mount["subPath"], mount.get("readOnly", False))
        for mount in spec["containers"][0]["volumeMounts"]
        if mount["mountPath"].startswith("/opt/airflow/data")
    }


def test_should_show_tasks_the_folders_and_let_them_write_to_those_that_leave(task: Json) -> None:
    assert data_mounts(task["spec"]) == MOUNTS


@pytest.mark.parametrize(
    ("component", "mounts"),
    [
        ("airflow-dag-processor", MOUNTS),
        ("airflow-triggerer", MOUNTS),
        ("airflow-scheduler", {}),
        ("airflow-api-server", {}),
    ],
)
def test_should_show_the_folders_to_what_runs_authors_code_alone(
    release: Release, component: str, mounts: dict[str, tuple[str, bool]]
) -> None:
    assert data_mounts(release.get("Deployment", component)["spec"]["template"]["spec"]) == mounts


def test_should_give_airflow_the_folders_that_it_writes_to_and_leave_the_others(release: Release) -> None:
    [job] = [each for each in release.of_kind("Job") if each["metadata"]["name"].startswith("airflow-storage-setup")]
    command = job["spec"]["template"]["spec"]["containers"][0]["command"]
    assert [word for word in command if word.startswith("/mnt/")] == [
        "/mnt/airflow/dags",
        "/mnt/airflow/logs",
        "/mnt/airflow/team/models",
    ]


def denied(release: Release, pod: Json) -> list[str]:
    (policy,) = release.of_kind("ValidatingAdmissionPolicy")
    return [message for message, _ in denials(policy, pod, operation="CREATE", user=SCHEDULER)]


def test_should_let_a_task_have_the_folders_as_they_are_and_no_other_way(release: Release, task: Json) -> None:
    assert denied(release, task) == []
    for change in ({"readOnly": False}, {"subPath": "team"}, {"subPath": "logs"}, {"mountPath": "/data"}):
        pod = deepcopy(task)
        [mount] = [m for m in pod["spec"]["containers"][0]["volumeMounts"] if m.get("subPath") == "features"]
        mount.update(change)
        assert any("volumeMounts" in message for message in denied(release, pod)), change


def test_should_have_no_data_folder_where_nothing_is_linked() -> None:
    release = Release(AirflowSettings(), aws_bindings())
    for component in ("airflow-dag-processor", "airflow-triggerer"):
        assert data_mounts(release.get("Deployment", component)["spec"]["template"]["spec"]) == {}
