"""Airflow's options, as the Configuration chart sets them."""

import pytest

from k8s.airflow.pods.config_maps import secret_commands
from k8s.airflow.pods.options import contract, task_contract, task_tuning, tuning
from k8s.bindings import PlatformBindings
from k8s.rendered import Release
from settings.facts.platform_options import PLATFORM_OPTIONS
from settings.facts.secrets import SECRETS
from settings.model.airflow import AirflowSettings, SchedulerSettings
from tests.support.names import CLEANERS
from tests.support.names import DEPLOYMENTS as COMPONENTS
from tests.unit.k8s.conftest import AUTHORITIES, aws_bindings, local_bindings

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def variable(option: str) -> str:
    return f"AIRFLOW__{option.replace('.', '__').upper()}"


def tuned_options(release: Release) -> dict[str, str]:
    """What the ConfigMap sets and no other part of the platform relies on: option -> value."""
    relied_on = {variable(option) for option in PLATFORM_OPTIONS}
    return {
        name.removeprefix("AIRFLOW__").lower().replace("__", "."): value
        for name, value in release.config.items()
        if name.startswith("AIRFLOW__") and not name.endswith("_CMD") and name not in relied_on
    }


MORE, LESS, OFF = "more", "less", "off"
STOCK: dict[str, tuple[str, float | bool | str]] = {
    "api.enable_swagger_ui": (OFF, True),
    "core.load_examples": (OFF, True),
    "kubernetes_executor.delete_worker_pods_on_failure": (MORE, False),
    "kubernetes_executor.task_publish_max_retries": (MORE, 0),
    "kubernetes_executor.worker_pods_creation_batch_size": (MORE, 1),
    "scheduler.max_dagruns_per_loop_to_schedule": (MORE, 20),
    "scheduler.max_dagruns_to_create_per_loop": (MORE, 10),
    "scheduler.max_tis_per_query": (MORE, 16),
    "scheduler.orphaned_tasks_check_interval": (LESS, 300),
    "scheduler.scheduler_idle_sleep_time": (LESS, 1),
}
"""Option -> where better is, and Airflow's own default (Airflow 3.3, configuration reference)."""


def number(value: str) -> float:
    return {"True": 1.0, "False": 0.0}[value] if value in ("True", "False") else float(value)


@pytest.mark.parametrize("option", STOCK)
def test_should_be_on_the_better_side_of_airflows_own_default(aws: Release, option: str) -> None:
    better, stock = STOCK[option]
    value = number(tuned_options(aws)[option])
    assert value > float(stock) if better == MORE else value < float(stock)


def test_should_say_of_everything_it_tunes_what_is_better(aws: Release) -> None:
    of_another_kind = {
        "core.default_pool_task_slot_count",  # each see below
        "kubernetes_executor.async_pod_creation",
        "kubernetes_executor.delete_worker_pods",
        "kubernetes_executor.pod_creation_max_concurrency",
        "logging.dag_processor_log_target",
    }
    assert tuned_options(aws).keys() == STOCK.keys() | of_another_kind


def test_should_write_the_dag_processors_log_where_kubectl_finds_it(aws: Release) -> None:
    assert tuned_options(aws)["logging.dag_processor_log_target"] == "stdout"


def test_should_make_several_task_pods_side_by_side(aws: Release) -> None:
    options = tuned_options(aws)
    at_once, batch = (
        int(options[f"kubernetes_executor.{name}"])
        for name in ("pod_creation_max_concurrency", "worker_pods_creation_batch_size")
    )
    assert options["kubernetes_executor.async_pod_creation"] == "True"
    assert 8 <= at_once <= batch


def test_should_leave_no_finished_task_pod_behind(aws: Release) -> None:
    # Their logs are on the file system.
    for option in ("delete_worker_pods", "delete_worker_pods_on_failure"):
        assert tuned_options(aws)[f"kubernetes_executor.{option}"] == "True"


def test_should_point_airflow_at_what_is_mounted(any_release: Release) -> None:
    for name in COMPONENTS:
        (container,) = any_release.pod_templates[name]["spec"]["containers"]
        writable = {mount["mountPath"]: not mount.get("readOnly") for mount in container["volumeMounts"]}
        reads_only = name == "airflow-api-server"
        assert writable.get(any_release.config["AIRFLOW__CORE__DAGS_FOLDER"]) is (None if reads_only else False)
        assert writable[any_release.config["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]] is not reads_only
        child_logs = any_release.config["AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY"]
        assert any(child_logs.startswith(f"{path}/") for path, writes in writable.items() if writes)


def test_should_tell_tasks_the_address_of_the_api_servers_service(any_release: Release) -> None:
    service = any_release.get("Service", "webserver-svc")
    ((port,),) = ([each["port"] for each in service["spec"]["ports"]],)
    address = f"http://{service['metadata']['name']}:{port}/execution/"
    assert any_release.config["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == address
    assert any_release.config["AIRFLOW__API__PORT"] == str(port)


def test_should_make_task_pods_where_their_service_account_is(any_release: Release) -> None:
    namespace = any_release.config["AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE"]
    assert any_release.config["AIRFLOW__CORE__EXECUTOR"] == "KubernetesExecutor"
    assert any_release.get("ServiceAccount", "airflow-worker", namespace)


def test_should_ask_for_passwords_that_nobody_can_read_in_a_log(any_release: Release) -> None:
    # The other manager calls itself development-only and prints passwords.
    assert any_release.config["AIRFLOW__CORE__AUTH_MANAGER"] == FAB


def test_should_accept_a_schema_that_is_newer(any_release: Release) -> None:
    # Or a rolled-back version would refuse to start.
    assert any_release.config["AIRFLOW__DATABASE__CHECK_MIGRATIONS"] == "False"


def test_should_name_a_host_so_that_others_find_it(any_release: Release) -> None:
    # A pod's name is in no DNS, and the API server reads the triggerer's logs.
    assert any_release.config["AIRFLOW__CORE__HOSTNAME_CALLABLE"] == "airflow.utils.net.get_host_ip_address"


@pytest.mark.parametrize(("url", "secure"), [("http://localhost:8080", False), ("https://airflow.example.com", True)])
def test_should_send_the_sessions_cookie_over_tls_only_where_there_is_some(url: str, secure: bool) -> None:
    options = contract(AirflowSettings(base_url=url), aws_bindings())
    assert options["fab.cookie_secure"] is secure


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://localhost", "http://127.0.0.1:9090"])
def test_should_redirect_to_whichever_port_a_port_forward_has(url: str) -> None:
    airflow = AirflowSettings(base_url=url)
    for options in (contract(airflow, aws_bindings()), task_contract(airflow)):
        assert "api.base_url" not in options


@pytest.mark.parametrize("url", ["https://airflow.example.com", "http://localhost.example.com:8080"])
def test_should_tell_components_and_tasks_where_the_ui_is(url: str) -> None:
    airflow = AirflowSettings(base_url=url)
    for options in (contract(airflow, aws_bindings()), task_contract(airflow)):
        assert options["api.base_url"] == url


@pytest.mark.parametrize("seconds", [60, 1234])
def test_should_wait_as_long_as_the_settings_say(seconds: int) -> None:
    airflow = AirflowSettings(dag_refresh_seconds=seconds, task_queued_timeout_seconds=2 * seconds)
    options = contract(airflow, aws_bindings())
    assert options["dag_processor.refresh_interval"] == seconds
    assert options["scheduler.task_queued_timeout"] == 2 * seconds


def test_should_not_let_the_image_look_for_the_database_at_each_start(aws: Release) -> None:
    assert aws.config["CONNECTION_CHECK_MAX_COUNT"] == "0"


def test_should_encrypt_connections_to_a_database_of_the_platform(aws: Release, local: Release) -> None:
    assert aws.config["PGSSLMODE"] == "verify-full"
    assert local.config["PGSSLMODE"] == "disable"  # the image in the cluster has no certificate


def test_should_know_who_may_have_signed_the_databases_certificate(aws: Release, local: Release) -> None:
    folder, _, file = aws.config["PGSSLROOTCERT"].rpartition("/")
    assert aws.get("ConfigMap", "airflow-platform-files")["data"][file] == AUTHORITIES
    apart = ("airflow-storage-setup", *CLEANERS)
    with_database = [name for name in aws.pod_templates if name not in apart]
    assert len(with_database) == 6
    for name in with_database:
        spec = aws.pod_templates[name]["spec"]
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            assert {"name": "platform-files", "mountPath": folder, "readOnly": True} in container["volumeMounts"]
    assert "PGSSLROOTCERT" not in local.config
    assert file not in local.get("ConfigMap", "airflow-platform-files")["data"]


def test_should_bound_everything_by_what_the_platform_can_hold(aws: Release) -> None:
    for option in ("CORE__PARALLELISM", "CORE__MAX_ACTIVE_TASKS_PER_DAG", "CORE__DEFAULT_POOL_TASK_SLOT_COUNT"):
        assert aws.config[f"AIRFLOW__{option}"] == "40"
    assert aws.config["AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY"] == "40"


def test_should_divide_parallelism_among_schedulers(aws_highly_available: Release) -> None:
    # core.parallelism counts for each of the two.
    assert aws_highly_available.config["AIRFLOW__CORE__PARALLELISM"] == "20"
    assert aws_highly_available.config["AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG"] == "40"


@pytest.mark.parametrize("replicas", range(1, 11))
def test_should_never_divide_a_slot_away(replicas: int) -> None:
    scheduler = SchedulerSettings(replicas=replicas)
    for slots in (1, 2, 7, 40, 99, 100, 101, 512):
        each = contract(AirflowSettings(scheduler=scheduler, parallelism=slots), aws_bindings())["core.parallelism"]
        assert isinstance(each, int)
        # All of them together start what the platform holds, and with one less each they would not.
        assert (each - 1) * replicas < slots <= each * replicas


@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_should_look_at_no_more_tasks_than_one_scheduler_may_start(replicas: int) -> None:
    # Airflow asks for it.
    airflow = AirflowSettings(scheduler=SchedulerSettings(replicas=replicas), parallelism=100)
    one = contract(airflow, aws_bindings())["core.parallelism"]
    assert tuning(airflow, aws_bindings())["scheduler.max_tis_per_query"] == one


def test_should_take_limits_from_the_settings_where_they_are_set() -> None:
    airflow = AirflowSettings(parallelism=7, max_active_tasks_per_dag=3)
    assert contract(airflow, aws_bindings())["core.parallelism"] == 7
    assert contract(airflow, aws_bindings())["core.max_active_tasks_per_dag"] == 3
    assert tuning(airflow, aws_bindings())["core.default_pool_task_slot_count"] == 7


def test_should_look_at_no_more_tasks_than_256_at_once() -> None:
    assert tuning(AirflowSettings(parallelism=4000), aws_bindings())["scheduler.max_tis_per_query"] == 256


def test_should_pass_options_of_the_environment_file_on(aws_highly_available: Release) -> None:
    assert aws_highly_available.config["AIRFLOW__EMAIL__FROM_EMAIL"] == "airflow@example.com"
    assert aws_highly_available.config["AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT"] == "60"


def test_should_refuse_in_the_settings_exactly_what_the_charts_rely_on() -> None:
    # The async URL is Airflow's own, made from the other one.
    commands = {"database.sql_alchemy_conn", "core.fernet_key", "api.secret_key", "api_auth.jwt_secret"}
    assert len(secret_commands(row.key for row in SECRETS)) == len(commands)
    airflow = AirflowSettings(base_url="https://airflow.example.com")
    relied_on = {*contract(airflow, aws_bindings()), *task_contract(airflow), *commands}
    assert PLATFORM_OPTIONS - {"database.sql_alchemy_conn_async"} == relied_on


def test_should_let_the_environment_file_change_tuning_only() -> None:
    tuned = {*tuning(AirflowSettings(), aws_bindings()), *task_tuning()}
    assert tuned & PLATFORM_OPTIONS == set()


@pytest.mark.parametrize("bindings", [aws_bindings(), local_bindings()], ids=["aws", "local"])
def test_should_let_the_environment_file_change_whatever_is_only_tuned(
    aws: Release, bindings: PlatformBindings
) -> None:
    options = tuned_options(aws)
    changed = Release(AirflowSettings(config=dict.fromkeys(options, "theirs")), bindings)
    assert {changed.config[variable(option)] for option in options} == {"theirs"}


def test_should_never_let_the_environment_file_change_what_the_platform_relies_on(aws: Release) -> None:
    # A rule of the settings refuses it before; here it would break the platform in silence.
    changed = Release(AirflowSettings(config=dict.fromkeys(PLATFORM_OPTIONS, "theirs")), aws_bindings())
    relied_on = {variable(option) for option in PLATFORM_OPTIONS} & aws.config.keys()
    assert relied_on
    assert {name: changed.config[name] for name in relied_on} == {name: aws.config[name] for name in relied_on}
