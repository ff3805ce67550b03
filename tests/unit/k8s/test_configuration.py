"""The Configuration chart."""

import json
from base64 import b64decode

import pytest
import yaml

from k8s.airflow.pods.config_maps import secret_commands
from k8s.airflow.pods.options import contract, task_contract, task_tuning, tuning
from k8s.bindings import PlatformBindings
from k8s.rendered import Release
from settings.facts.platform_options import PLATFORM_OPTIONS
from settings.facts.secrets import SECRETS
from settings.model.airflow import AirflowSettings, SchedulerSettings
from tests.support.names import DEPLOYMENTS as COMPONENTS
from tests.unit.k8s.conftest import aws_bindings, local_bindings

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
    assert (options["api.base_url"], options["fab.cookie_secure"]) == (url, secure)


@pytest.mark.parametrize("seconds", [60, 1234])
def test_should_wait_as_long_as_the_settings_say(seconds: int) -> None:
    airflow = AirflowSettings(dag_refresh_seconds=seconds, task_queued_timeout_seconds=2 * seconds)
    options = contract(airflow, aws_bindings())
    assert options["dag_processor.refresh_interval"] == seconds
    assert options["scheduler.task_queued_timeout"] == 2 * seconds


def test_should_not_let_the_image_look_for_the_database_at_each_start(aws: Release) -> None:
    assert aws.config["CONNECTION_CHECK_MAX_COUNT"] == "0"


def test_should_encrypt_connections_to_a_database_of_the_platform(aws: Release, local: Release) -> None:
    assert aws.config["PGSSLMODE"] == "require"
    assert local.config["PGSSLMODE"] == "disable"  # the image in the cluster has no certificate


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
    relied_on = {*contract(AirflowSettings(), aws_bindings()), *task_contract(), *commands}
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


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("DATABASE__SQL_ALCHEMY_CONN", "database-url"),
        ("CORE__FERNET_KEY", "fernet-key"),
        ("API__SECRET_KEY", "api-secret-key"),
        ("API_AUTH__JWT_SECRET", "jwt-secret"),
    ],
)
def test_should_read_secrets_by_command_from_mounted_files(any_release: Release, option: str, name: str) -> None:
    command = f"python -I -S /opt/airflow/platform/read_secret.py {name}"
    api_server = any_release.pod_templates["airflow-api-server"]["spec"]["containers"][0]["env"]
    assert {"name": f"AIRFLOW__{option}_CMD", "value": command} in api_server
    assert f"AIRFLOW__{option}" not in any_release.config


def test_should_hold_no_token_in_a_config_map(aws: Release) -> None:
    assert [obj for obj in aws.of_kind("ConfigMap") if "${Token[" in json.dumps(obj)] == []


def test_should_hold_no_secret_value_outside_of_secrets(local: Release) -> None:
    others = json.dumps([obj for obj in local.objects if obj["kind"] != "Secret"])
    for value in ("databasePassword", "f" * 43, "jwtSecret", "apiSecretKey", "adminPassword"):
        assert value not in others


def test_should_make_no_kubernetes_secret_on_aws(aws: Release) -> None:
    assert aws.of_kind("Secret") == []
    assert "secretObjects" not in json.dumps(aws.of_kind("SecretProviderClass"))


def test_should_describe_the_local_database_as_rds_would(local: Release) -> None:
    database = json.loads(b64decode(local.get("Secret", "airflow-scheduler")["data"]["database.json"]))
    assert database == {
        "username": "airflow",
        "password": "databasePassword",
        "host": "airflow-database",
        "port": 5432,
        "dbname": "airflow",
    }


def test_should_grant_exactly_the_verbs_that_were_seen_in_use(any_release: Release) -> None:
    granted = {
        role["metadata"]["name"]: {rule["resources"][0]: set(rule["verbs"]) for rule in role["rules"]}
        for role in any_release.of_kind("Role")
    }
    assert granted == {
        "pod-launcher-role": {"pods": {"create", "delete", "get", "list", "patch", "watch"}},
        "airflow-api-server": {"pods": {"list"}, "pods/log": {"get"}},
        "airflow-triggerer": {"pods": {"delete", "get"}, "pods/log": {"get"}, "events": {"list", "watch"}},
    }
    assert any_release.of_kind("ClusterRole") == []


def test_should_bind_each_role_to_one_service_account(any_release: Release) -> None:
    bound = {
        binding["metadata"]["name"]: (
            binding["roleRef"]["name"],
            [(each["namespace"], each["name"]) for each in binding["subjects"]],
        )
        for binding in any_release.of_kind("RoleBinding")
    }
    assert bound == {
        "pod-launcher-role-binding": ("pod-launcher-role", [("airflow", "airflow-scheduler")]),
        "airflow-api-server": ("airflow-api-server", [("airflow", "airflow-api-server")]),
        "airflow-triggerer": ("airflow-triggerer", [("airflow", "airflow-triggerer")]),
    }


def test_should_hand_out_tokens_only_where_the_kubernetes_api_is_used(any_release: Release) -> None:
    users = {"airflow-api-server", "airflow-scheduler", "airflow-triggerer"}
    for account in any_release.of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is (account["metadata"]["name"] in users)
    for template in any_release.pod_templates.values():
        account = template["spec"].get("serviceAccountName")
        assert template["spec"]["automountServiceAccountToken"] is (account in users)


def test_should_deny_every_connection_that_is_not_named(any_release: Release) -> None:
    assert any_release.get("NetworkPolicy", "deny-ingress")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress"],
    }


def test_should_let_airflows_pods_reach_the_api_server(any_release: Release) -> None:
    spec = any_release.get("NetworkPolicy", "airflow-api-server")["spec"]
    (rule,) = spec["ingress"]
    assert rule["ports"] == [{"port": 8080, "protocol": "TCP"}]
    (source,) = rule["from"]
    assert set(source) == {"podSelector"}  # of this namespace only
    wanted = source["podSelector"]["matchLabels"].items()
    worker = yaml.safe_load(any_release.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"])
    components = [any_release.pod_templates[name]["metadata"]["labels"] for name in COMPONENTS]
    for labels in [worker["metadata"]["labels"], *components]:
        assert wanted <= labels.items()
    assert spec["podSelector"]["matchLabels"].items() <= components[0].items()


def test_should_let_only_the_api_server_read_the_triggerers_logs(any_release: Release) -> None:
    spec = any_release.get("NetworkPolicy", "airflow-triggerer")["spec"]
    (rule,) = spec["ingress"]
    assert rule["ports"] == [{"port": 8794, "protocol": "TCP"}]
    assert any_release.config["AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT"] == "8794"
    assert rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "api-server"


def test_should_keep_task_pods_from_the_local_database(local: Release) -> None:
    (rule,) = local.get("NetworkPolicy", "airflow-database")["spec"]["ingress"]
    (expression,) = rule["from"][0]["podSelector"]["matchExpressions"]
    clients = {
        template["metadata"]["labels"]["app.kubernetes.io/component"]
        for name, template in local.pod_templates.items()
        if any(volume["name"] == "secrets" for volume in template["spec"]["volumes"])
    }
    assert set(expression["values"]) == clients
    assert "worker" not in clients


def test_should_have_no_policy_for_a_database_that_is_elsewhere(aws: Release) -> None:
    assert "airflow-database" not in {policy["metadata"]["name"] for policy in aws.of_kind("NetworkPolicy")}
