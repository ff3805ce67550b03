"""The four components."""

import pytest

from k8s.airflow.pods.resources import binary_quantity, cpu_quantity
from k8s.rendered import Json, Release
from tests.support.names import DEPLOYMENTS as COMPONENTS

EACH_COMPONENT = pytest.mark.parametrize("name", COMPONENTS)


def spec(release: Release, name: str) -> Json:
    found: Json = release.get("Deployment", name)["spec"]
    return found


def container(release: Release, name: str) -> Json:
    containers: list[Json] = spec(release, name)["template"]["spec"]["containers"]
    (found,) = containers
    return found


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("airflow-api-server", ["airflow", "api-server"]),
        ("airflow-scheduler", ["airflow", "scheduler"]),
        ("airflow-dag-processor", ["airflow", "dag-processor"]),
        ("airflow-triggerer", ["airflow", "triggerer"]),
    ],
)
def test_should_run_its_command_through_the_images_entry_point(aws: Release, name: str, args: list[str]) -> None:
    assert container(aws, name)["args"] == args
    assert "command" not in container(aws, name)


def test_should_believe_no_header_about_the_address_that_people_open(any_release: Release) -> None:
    """The front tells Airflow (scripts/front.py); uvicorn by itself believes what comes from its own loopback only."""
    api_server = container(any_release, "airflow-api-server")
    assert api_server["args"] == ["airflow", "api-server"]
    assert "FORWARDED_ALLOW_IPS" not in {each["name"] for each in api_server["env"]}


def test_should_send_cookies_over_tls_alone_where_there_is_tls(aws: Release, aws_highly_available: Release) -> None:
    assert aws_highly_available.config["AIRFLOW__FAB__COOKIE_SECURE"] == "True"
    assert aws.config["AIRFLOW__FAB__COOKIE_SECURE"] == "False"


def test_should_read_the_logs_of_running_tasks_where_the_tasks_write_them(any_release: Release) -> None:
    # The alias is the name that a task may ask for; only the API server takes something else for the executor.
    executor = {"name": "AIRFLOW__CORE__EXECUTOR", "value": "KubernetesExecutor:shared_logs.SharedLogs"}
    found = container(any_release, "airflow-api-server")
    assert executor in found["env"]
    mounted = [each["mountPath"] for each in found["volumeMounts"]]
    assert "/opt/airflow/config/shared_logs.py" in mounted
    for name in set(COMPONENTS) - {"airflow-api-server"}:
        assert executor not in container(any_release, name)["env"]


def test_should_make_task_pods_with_an_executor_that_keeps_their_logs_apart(any_release: Release) -> None:
    executor = {"name": "AIRFLOW__CORE__EXECUTOR", "value": "KubernetesExecutor:task_pods.TaskPods"}
    found = container(any_release, "airflow-scheduler")
    assert executor in found["env"]
    assert "/opt/airflow/config/task_pods.py" in [each["mountPath"] for each in found["volumeMounts"]]
    for name in set(COMPONENTS) - {"airflow-scheduler"}:
        assert executor not in container(any_release, name)["env"]


@EACH_COMPONENT
def test_should_wait_for_the_schema_before_it_starts(any_release: Release, name: str) -> None:
    pod = spec(any_release, name)["template"]["spec"]
    (wait,) = pod["initContainers"]
    assert wait["args"] == ["python", "/opt/airflow/schema/schema_version.py", "wait", "--timeout-seconds", "300"]
    assert wait["envFrom"] == pod["containers"][0]["envFrom"]
    assert wait["volumeMounts"] == pod["containers"][0]["volumeMounts"]


@EACH_COMPONENT
def test_should_select_by_labels_that_never_change(any_release: Release, name: str) -> None:
    component = name.removeprefix("airflow-")
    selector = {"app.kubernetes.io/name": "airflow", "app.kubernetes.io/component": component}
    assert spec(any_release, name)["selector"] == {"matchLabels": selector}
    assert selector.items() <= spec(any_release, name)["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize(
    ("name", "path", "port"),
    [("airflow-api-server", "/api/v2/version", 8080), ("airflow-scheduler", "/health", 8974)],
)
def test_should_probe_the_health_server(any_release: Release, name: str, path: str, port: int) -> None:
    found = container(any_release, name)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert found[probe]["httpGet"] == {"path": path, "port": port}


@pytest.mark.parametrize(
    ("name", "job"), [("airflow-dag-processor", "DagProcessorJob"), ("airflow-triggerer", "TriggererJob")]
)
def test_should_probe_the_heartbeat_where_there_is_no_health_server(any_release: Release, name: str, job: str) -> None:
    found = container(any_release, name)
    command = ["python", "/opt/airflow/platform/heartbeat.py", job, "--max-age-seconds", "120"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert found[probe]["exec"] == {"command": command}
        assert found[probe]["timeoutSeconds"] >= 10


def test_should_probe_the_port_that_the_scheduler_listens_on(aws: Release) -> None:
    port = container(aws, "airflow-scheduler")["livenessProbe"]["httpGet"]["port"]
    assert aws.config["AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT"] == str(port)
    assert aws.config["AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"] == "True"


@EACH_COMPONENT
def test_should_leave_time_to_start(any_release: Release, name: str) -> None:
    probe = container(any_release, name)["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 120


@EACH_COMPONENT
def test_should_outlive_a_short_database_outage(any_release: Release, name: str) -> None:
    probe = container(any_release, name)["livenessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 120


@EACH_COMPONENT
def test_should_take_no_requests_soon_after_it_stops_answering(any_release: Release, name: str) -> None:
    found = container(any_release, name)
    readiness, liveness = found["readinessProbe"], found["livenessProbe"]
    assert readiness["failureThreshold"] >= 2  # one slow answer is no outage
    assert readiness["periodSeconds"] * readiness["failureThreshold"] <= 60
    # Taken out of the service before it is started anew, and put in again by one good answer.
    assert readiness["periodSeconds"] * readiness["failureThreshold"] < (
        liveness["periodSeconds"] * liveness["failureThreshold"]
    )
    assert readiness.get("successThreshold", 1) == 1


@EACH_COMPONENT
def test_should_end_one_look_before_the_next(any_release: Release, name: str) -> None:
    for probe in ("readinessProbe", "livenessProbe"):
        found = container(any_release, name)[probe]
        assert 10 <= found["timeoutSeconds"] <= found["periodSeconds"]


@EACH_COMPONENT
def test_should_start_one_that_hangs_anew_within_five_minutes(any_release: Release, name: str) -> None:
    for probe in ("startupProbe", "livenessProbe"):
        found = container(any_release, name)[probe]
        assert found["periodSeconds"] * found["failureThreshold"] <= 300


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("airflow-api-server", 130),  # up to 120 s, after 10 s in which requests still arrive
        ("airflow-scheduler", 30),
        ("airflow-dag-processor", 30),
        ("airflow-triggerer", 30),
    ],
)
def test_should_leave_time_to_stop(any_release: Release, name: str, seconds: int) -> None:
    assert spec(any_release, name)["template"]["spec"]["terminationGracePeriodSeconds"] >= seconds


def test_should_answer_while_it_is_taken_out_of_the_service(aws: Release) -> None:
    found = container(aws, "airflow-api-server")
    assert found["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "10"]


@EACH_COMPONENT
def test_should_keep_the_old_pod_until_the_new_one_is_ready(any_release: Release, name: str) -> None:
    assert spec(any_release, name)["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
    }


@EACH_COMPONENT
def test_should_give_up_a_rollout_when_the_deployment_does(any_release: Release, name: str) -> None:
    seconds = any_release.airflow.rollout_timeout_minutes * 60
    assert spec(any_release, name)["progressDeadlineSeconds"] == seconds


@EACH_COMPONENT
def test_should_spread_over_zones_and_nodes(any_release: Release, name: str) -> None:
    constraints = spec(any_release, name)["template"]["spec"]["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    for each in constraints:
        # Never so strict that the one free node is refused.
        assert each["whenUnsatisfiable"] == "ScheduleAnyway"
        assert each["labelSelector"] == spec(any_release, name)["selector"]
        # Pods of an earlier revision are about to go: counted, they would push the new ones into one zone.
        assert each["matchLabelKeys"] == ["pod-template-hash"]
        assert each["maxSkew"] == 1


@EACH_COMPONENT
def test_should_keep_one_running_while_nodes_are_drained(
    aws: Release, aws_highly_available: Release, name: str
) -> None:
    budget = aws_highly_available.get("PodDisruptionBudget", name)["spec"]
    assert spec(aws_highly_available, name)["replicas"] == 2
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == spec(aws_highly_available, name)["selector"]
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    # A budget for a single pod would keep its node from ever being drained.
    assert aws.of_kind("PodDisruptionBudget") == []


@EACH_COMPONENT
def test_should_take_its_size_from_the_settings(any_release: Release, name: str) -> None:
    settings = getattr(any_release.airflow, name.removeprefix("airflow-").replace("-", "_"))
    cpu, memory = cpu_quantity(settings.cpu_millicores).value, binary_quantity(settings.memory_mib).value
    assert container(any_release, name)["resources"]["requests"] == {"cpu": cpu, "memory": memory}
    assert spec(any_release, name)["replicas"] == settings.replicas


@EACH_COMPONENT
def test_should_run_as_airflows_user(any_release: Release, name: str) -> None:
    security = spec(any_release, name)["template"]["spec"]["securityContext"]
    assert (security["runAsUser"], security["runAsGroup"]) == (50000, 0)


@pytest.mark.parametrize("name", [each for each in COMPONENTS if each != "airflow-api-server"])
def test_should_read_dags_and_write_logs(any_release: Release, name: str) -> None:
    mounts = {mount["mountPath"]: mount for mount in container(any_release, name)["volumeMounts"]}
    assert mounts["/opt/airflow/dags"]["subPath"] == "dags"
    assert mounts["/opt/airflow/dags"]["readOnly"] is True
    assert mounts["/opt/airflow/logs"]["subPath"] == "logs"
    assert mounts["/opt/airflow/logs"].get("readOnly") is not True
    claims = [volume.get("persistentVolumeClaim") for volume in spec(any_release, name)["template"]["spec"]["volumes"]]
    assert {"claimName": "aws-fsx-pvc"} in claims


@EACH_COMPONENT
def test_should_find_what_airflow_would_write_into_its_home(any_release: Release, name: str) -> None:
    mounts = {mount["mountPath"]: mount for mount in container(any_release, name)["volumeMounts"]}
    assert mounts["/opt/airflow/airflow.cfg"]["subPath"] == "airflow.cfg"
    assert any_release.get("ConfigMap", "airflow-platform-files")["data"]["airflow.cfg"] == ""
    assert "readOnly" not in mounts["/tmp"]


@EACH_COMPONENT
def test_should_not_fill_its_nodes_disk(any_release: Release, name: str) -> None:
    volumes = spec(any_release, name)["template"]["spec"]["volumes"]
    assert {"name": "tmp", "emptyDir": {"sizeLimit": "5Gi"}} in volumes


@EACH_COMPONENT
def test_should_let_a_node_autoscaler_take_its_node(any_release: Release, name: str) -> None:
    annotations = spec(any_release, name)["template"]["metadata"]["annotations"]
    assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"] == "tmp"


def test_should_find_the_task_pod_template(any_release: Release) -> None:
    mounts = {mount["mountPath"]: mount for mount in container(any_release, "airflow-scheduler")["volumeMounts"]}
    directory, _, file = any_release.config["AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE"].rpartition("/")
    assert directory in mounts
    assert file in any_release.get("ConfigMap", "airflow-worker-pod-template")["data"]


def test_should_serve_the_api_under_its_name(any_release: Release) -> None:
    service = any_release.get("Service", "webserver-svc")["spec"]
    assert service["type"] == "ClusterIP"
    assert service["selector"] == spec(any_release, "airflow-api-server")["selector"]["matchLabels"]
    assert service["ports"] == [{"name": "http", "port": 8080, "targetPort": "http"}]
    assert container(any_release, "airflow-api-server")["ports"] == [{"name": "http", "containerPort": 8080}]
