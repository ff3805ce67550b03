"""The pod template of tasks."""

import json
import re

import pytest
import yaml

from k8s.airflow.pods.resources import binary_quantity, cpu_quantity
from k8s.rendered import Json, Release
from settings.facts.airflow_options import description_for
from settings.facts.platform_options import PLATFORM_OPTIONS
from settings.model.airflow import AirflowSettings
from tests.unit.k8s.conftest import aws_bindings


def values(pod: Json) -> dict[str, str]:
    """Variables of a task's container that have a value of their own."""
    return {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"] if "value" in each}


@pytest.fixture
def pod(any_release: Release) -> Json:
    data = any_release.get("ConfigMap", "airflow-worker-pod-template")["data"]
    found: Json = yaml.safe_load(data["pod-template.yaml"])
    return found


@pytest.fixture
def environment(pod: Json) -> dict[str, str]:
    return values(pod)


def test_should_call_the_container_what_the_executor_looks_for(pod: Json) -> None:
    assert pod["spec"]["containers"][0]["name"] == "base"
    assert pod["spec"]["restartPolicy"] == "Never"
    assert "args" not in pod["spec"]["containers"][0]
    assert "command" not in pod["spec"]["containers"][0]


def test_should_know_no_database_no_key_and_no_credential(pod: Json) -> None:
    text = json.dumps(pod).lower()
    for word in ("secret", "fernet", "jwt", "sql_alchemy", "database", "_cmd", "pgpass"):
        assert word not in text
    assert "envFrom" not in pod["spec"]["containers"][0]
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["serviceAccountName"] == "airflow-worker"
    assert {next(key for key in volume if key != "name") for volume in pod["spec"]["volumes"]} == {
        "configMap",
        "emptyDir",
        "persistentVolumeClaim",
    }


def test_should_have_the_sufficient_environment(aws: Release) -> None:
    data = aws.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"]
    assert values(yaml.safe_load(data)) == {
        "AIRFLOW_HOME": "/opt/airflow",
        "AIRFLOW__CORE__DAGS_FOLDER": "/opt/airflow/dags",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://webserver-svc:8080/execution/",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": "/opt/airflow/logs",
        # Outlast a database outage.
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "12",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "15",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MIN": "2",
        # Or the image's entry point waits for a database that the pod may not know.
        "CONNECTION_CHECK_MAX_COUNT": "0",
    }


def test_should_agree_with_the_components(any_release: Release, environment: dict[str, str]) -> None:
    for name in ("CORE__DAGS_FOLDER", "CORE__EXECUTION_API_SERVER_URL", "LOGGING__BASE_LOG_FOLDER"):
        assert environment[f"AIRFLOW__{name}"] == any_release.config[f"AIRFLOW__{name}"]


def test_should_pass_options_of_the_environment_file_on_to_tasks(aws_highly_available: Release) -> None:
    data = aws_highly_available.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"]
    assert {"name": "AIRFLOW__EMAIL__FROM_EMAIL", "value": "airflow@example.com"} in (
        yaml.safe_load(data)["spec"]["containers"][0]["env"]
    )


def variables(release: Release) -> dict[str, str]:
    data = release.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"]
    return values(yaml.safe_load(data))


def test_should_let_the_environment_file_change_what_is_only_tuned_for_tasks(aws: Release) -> None:
    tuned = {name for name in variables(aws) if name.startswith("AIRFLOW__WORKERS__")}
    assert tuned
    options = [name.removeprefix("AIRFLOW__").lower().replace("__", ".") for name in tuned]
    changed = variables(Release(AirflowSettings(config=dict.fromkeys(options, "theirs")), aws_bindings()))
    assert {changed[name] for name in tuned} == {"theirs"}


def test_should_never_let_the_environment_file_change_what_tasks_rely_on(aws: Release) -> None:
    # A rule of the settings refuses it before.
    changed = variables(Release(AirflowSettings(config=dict.fromkeys(PLATFORM_OPTIONS, "theirs")), aws_bindings()))
    assert variables(aws).items() <= changed.items()


def test_should_outlast_two_minutes_without_the_api_server(aws: Release) -> None:
    options = {
        name.removeprefix("AIRFLOW__WORKERS__"): float(value)
        for name, value in variables(aws).items()
        if name.startswith("AIRFLOW__WORKERS__")
    }
    wait, longest = options["EXECUTION_API_RETRY_WAIT_MIN"], options["EXECUTION_API_RETRY_WAIT_MAX"]
    waits = [min(wait * 2**attempt, longest) for attempt in range(int(options["EXECUTION_API_RETRIES"]) - 1)]
    assert sum(waits) >= 120


def test_should_mount_the_tasks_own_log_folder_only(pod: Json) -> None:
    (container,) = pod["spec"]["containers"]
    (mount,) = [each for each in container["volumeMounts"] if each["mountPath"] == "/opt/airflow/logs"]
    names = [
        (each["name"], each["valueFrom"]["fieldRef"]["fieldPath"]) for each in container["env"] if "valueFrom" in each
    ]
    assert mount["subPathExpr"] == "logs/dag_id=$(LOG_DAG_ID)/run_id=$(LOG_RUN_ID)/task_id=$(LOG_TASK_ID)"
    assert names == [
        ("LOG_DAG_ID", "metadata.annotations['dag_id']"),
        ("LOG_RUN_ID", "metadata.annotations['run_id']"),
        ("LOG_TASK_ID", "metadata.annotations['task_id']"),
    ]


def test_should_name_the_folder_as_airflows_own_template_does(pod: Json) -> None:
    template = str(description_for("3.3.2").options["logging.log_filename_template"].default)
    folder, _, _ = re.sub(r"\{\{ ti\.(\w+) \}\}", r"$(LOG_\1)", template).partition("{")
    (mount,) = [each for each in pod["spec"]["containers"][0]["volumeMounts"] if "subPathExpr" in each]
    assert mount["subPathExpr"].lower() == f"logs/{folder}".rstrip("/").lower()


def test_should_upload_logs_by_the_names_that_readers_ask_for() -> None:
    release = Release(AirflowSettings(config={"logging.remote_base_log_folder": "s3://bucket/logs/"}), aws_bindings())
    assert variables(release)["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"] == (
        "s3://bucket/logs/dag_id=$(LOG_DAG_ID)/run_id=$(LOG_RUN_ID)/task_id=$(LOG_TASK_ID)"
    )
    # Kubernetes puts in what stands before.
    data = release.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"]
    assert "valueFrom" in yaml.safe_load(data)["spec"]["containers"][0]["env"][2]
    assert release.config["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"] == "s3://bucket/logs/"


def test_should_read_dags_and_write_logs(pod: Json) -> None:
    mounts = {mount["mountPath"]: mount for mount in pod["spec"]["containers"][0]["volumeMounts"]}
    assert mounts["/opt/airflow/dags"]["readOnly"] is True
    assert mounts["/opt/airflow/dags"]["subPath"] == "dags"
    assert mounts["/opt/airflow/logs"].get("readOnly") is not True
    assert "subPath" not in mounts["/opt/airflow/logs"]
    assert set(mounts) == {"/opt/airflow/dags", "/opt/airflow/logs", "/opt/airflow/airflow.cfg", "/tmp"}


def test_should_keep_node_autoscalers_away_from_running_tasks(pod: Json) -> None:
    annotations = pod["metadata"]["annotations"]
    assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"
    assert annotations["karpenter.sh/do-not-disrupt"] == "true"


def test_should_take_size_and_patience_from_the_settings(aws: Release) -> None:
    data = aws.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"]
    spec, settings = yaml.safe_load(data)["spec"], AirflowSettings().worker
    memory = binary_quantity(settings.memory_mib).value
    assert spec["containers"][0]["resources"] == {
        "requests": {"cpu": cpu_quantity(settings.cpu_millicores).value, "memory": memory},
        "limits": {"memory": memory},
    }
    assert spec["terminationGracePeriodSeconds"] == settings.termination_grace_seconds


def test_should_run_the_image_of_the_components(any_release: Release, pod: Json) -> None:
    images = {
        container["image"]
        for name, template in any_release.pod_templates.items()
        if name != "airflow-database"
        for container in template["spec"]["containers"] + template["spec"].get("initContainers", [])
    }
    assert images == {pod["spec"]["containers"][0]["image"]} == {"apache/airflow:3.3.2"}


def test_should_not_evict_a_task_for_what_it_writes_to_tmp(pod: Json) -> None:
    assert {"name": "tmp", "emptyDir": {}} in pod["spec"]["volumes"]
