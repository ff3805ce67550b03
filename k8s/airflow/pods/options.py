"""Airflow options: which ones the platform sets, for whom, and how containers get them.

A contract is what other parts of the platform rely on: `airflow.config` may not name it. Tuning is a better default
than Airflow's, measured or with its reason: `airflow.config` may change it.
"""

from collections.abc import Mapping
from math import ceil

from k8s import names
from k8s.airflow.pods import paths
from k8s.airflow.pods.dag_bundles import bundle_options
from k8s.airflow.pods.ports import API_PORT, SCHEDULER_HEALTH_PORT, TRIGGERER_LOG_PORT
from k8s.bindings import PlatformBindings
from settings.model.airflow import AirflowSettings

Option = str | int | float | bool

EXECUTION_API_URL = f"http://{names.WEB_SERVICE}:{API_PORT}/execution/"


def environment_variable(option: str) -> str:
    """The environment variable that Airflow reads for `section.option`."""
    section, _, key = option.rpartition(".")
    return f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"


def environment(options: Mapping[str, Option]) -> dict[str, str]:
    """Options as environment variables."""
    return {environment_variable(option): str(value) for option, value in options.items()}


def pods_at_once(airflow: AirflowSettings, bindings: PlatformBindings) -> int:
    """Task pods at once, over all schedulers."""
    return airflow.parallelism or bindings.task_slots


def scheduler_slots(airflow: AirflowSettings, bindings: PlatformBindings) -> int:
    """Task pods at once of each scheduler, which is what core.parallelism counts."""
    return ceil(pods_at_once(airflow, bindings) / airflow.scheduler.replicas)


def public_url(airflow: AirflowSettings) -> dict[str, Option]:
    """Where the UI is, for redirects, and for links in what Airflow sends.

    Not for the near end of a port-forward, which may be at any port: without the option all redirects are relative.
    """
    return {} if airflow.is_port_forwarded else {"api.base_url": airflow.base_url}


def contract(airflow: AirflowSettings, bindings: PlatformBindings) -> dict[str, Option]:
    """What components and Jobs are bound to."""
    slots = pods_at_once(airflow, bindings)
    return {
        **public_url(airflow),
        "api.host": "0.0.0.0",  # noqa: S104 a pod's own address; a NetworkPolicy says who may reach it
        "api.port": API_PORT,
        # The default manager calls itself development-only and prints passwords.
        "core.auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "core.dags_folder": paths.DAGS,
        "core.execution_api_server_url": EXECUTION_API_URL,
        "core.executor": "KubernetesExecutor",
        # A pod's name is in no DNS: the API server reads the triggerer's logs at its address.
        "core.hostname_callable": "airflow.utils.net.get_host_ip_address",
        # Stored when a DAG is parsed, so the DAG processor needs it as well.
        "core.max_active_tasks_per_dag": airflow.max_active_tasks_per_dag or slots,
        "core.parallelism": scheduler_slots(airflow, bindings),
        **bundle_options(airflow),
        "dag_processor.refresh_interval": airflow.dag_refresh_seconds,
        # Components refuse a schema that is newer than they are, so no roll-back could start; the init container
        # of each pod waits for the schema instead.
        "database.check_migrations": False,
        # Of both drivers: a password that changes is two for a while.
        "database.sql_alchemy_connect_args": "database_passwords.CONNECT_ARGUMENTS",
        "database.sql_alchemy_connect_args_async": "database_passwords.CONNECT_ARGUMENTS",
        # Over plain HTTP (port-forward) a browser would not send the cookie back.
        "fab.cookie_secure": airflow.base_url.startswith("https://"),
        "kubernetes_executor.namespace": names.NAMESPACE,
        "kubernetes_executor.pod_template_file": paths.POD_TEMPLATE,
        "logging.base_log_folder": paths.LOGS,
        # The default is in the read-only part, and the DAG processor would not start.
        "logging.dag_processor_child_process_log_directory": f"{paths.TEMPORARY}/dag_processor",
        "logging.trigger_log_server_port": TRIGGERER_LOG_PORT,
        "scheduler.enable_health_check": True,
        "scheduler.scheduler_health_check_server_port": SCHEDULER_HEALTH_PORT,
        "scheduler.task_queued_timeout": airflow.task_queued_timeout_seconds,
    }


def tuning(airflow: AirflowSettings, bindings: PlatformBindings) -> dict[str, Option]:
    """Better defaults for components.

    With these and enough slots 306 tasks a second were scheduled instead of 30, and 30 pods a second made instead
    of one.
    """
    return {
        # /docs answers without a login.
        "api.enable_swagger_ui": False,
        # Counts only when the pool is first made; later `airflow pools set`.
        "core.default_pool_task_slot_count": pods_at_once(airflow, bindings),
        "core.load_examples": False,
        "kubernetes_executor.async_pod_creation": True,
        "kubernetes_executor.delete_worker_pods": True,
        # Failed pods would stay for ever; their logs are on the file system.
        "kubernetes_executor.delete_worker_pods_on_failure": True,
        "kubernetes_executor.pod_creation_max_concurrency": 32,
        # By default one 429 of the Kubernetes API fails a task.
        "kubernetes_executor.task_publish_max_retries": 5,
        "kubernetes_executor.worker_pods_creation_batch_size": 64,
        # A file for each DAG file would fill the pod's volume; `kubectl logs` shows them now.
        "logging.dag_processor_log_target": "stdout",
        "scheduler.max_dagruns_per_loop_to_schedule": 100,
        "scheduler.max_dagruns_to_create_per_loop": 50,
        # Airflow asks that it is no more than parallelism.
        "scheduler.max_tis_per_query": min(256, scheduler_slots(airflow, bindings)),
        # After a killed scheduler, 41 s instead of up to 330 s until its tasks run again.
        "scheduler.orphaned_tasks_check_interval": 60,
        "scheduler.scheduler_idle_sleep_time": 0.2,
        # By default a session that is used never ends: the provider would not be asked again, whoever has left.
        **({"fab.session_max_lifetime_minutes": 720} if airflow.login.is_on else {}),
    }


def task_contract(airflow: AirflowSettings) -> dict[str, Option]:
    """All that a task's pod needs to know: no database, no key, no Kubernetes credential."""
    return {
        # For the links to logs in what a task sends.
        **public_url(airflow),
        "core.dags_folder": paths.DAGS,
        "core.execution_api_server_url": EXECUTION_API_URL,
        # A task's own bundle is found by its name in it.
        **bundle_options(airflow),
        "logging.base_log_folder": paths.LOGS,
    }


def task_tuning() -> dict[str, Option]:
    """Better defaults for tasks: with Airflow's, 25 s without the database failed them; these outlast two minutes."""
    return {
        "workers.execution_api_retries": 12,
        "workers.execution_api_retry_wait_max": 15,
        "workers.execution_api_retry_wait_min": 2,
    }
