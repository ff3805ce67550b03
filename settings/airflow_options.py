"""Airflow options that the platform sets itself, so that an environment file may not."""

import re

PLATFORM_OPTIONS: frozenset[str] = frozenset(
    {
        "api.base_url",
        "api.enable_swagger_ui",
        "api.host",
        "api.port",
        "api.secret_key",
        "api_auth.jwt_secret",
        "core.auth_manager",
        "core.dags_folder",
        "core.default_pool_task_slot_count",
        "core.execution_api_server_url",
        "core.executor",
        "core.fernet_key",
        "core.hostname_callable",
        "core.load_examples",
        "core.max_active_tasks_per_dag",
        "core.parallelism",
        "dag_processor.refresh_interval",
        "database.check_migrations",
        "database.sql_alchemy_conn",
        "database.sql_alchemy_conn_async",
        "fab.cookie_secure",
        "kubernetes_executor.async_pod_creation",
        "kubernetes_executor.delete_worker_pods",
        "kubernetes_executor.delete_worker_pods_on_failure",
        "kubernetes_executor.namespace",
        "kubernetes_executor.pod_creation_max_concurrency",
        "kubernetes_executor.pod_template_file",
        "kubernetes_executor.task_publish_max_retries",
        "kubernetes_executor.worker_pods_creation_batch_size",
        "logging.base_log_folder",
        "logging.dag_processor_child_process_log_directory",
        "logging.dag_processor_log_target",
        "logging.trigger_log_server_port",
        "scheduler.enable_health_check",
        "scheduler.max_dagruns_per_loop_to_schedule",
        "scheduler.max_dagruns_to_create_per_loop",
        "scheduler.max_tis_per_query",
        "scheduler.orphaned_tasks_check_interval",
        "scheduler.scheduler_health_check_server_port",
        "scheduler.scheduler_idle_sleep_time",
        "scheduler.task_queued_timeout",
        "workers.execution_api_retries",
        "workers.execution_api_retry_wait_max",
        "workers.execution_api_retry_wait_min",
    }
)
"""`section.option`, in lower case. A test holds that the charts set these (the async URL follows from the other)
and no more."""


def is_platform_option(option: str) -> bool:
    """Whether setting this option would set, in any of Airflow's spellings, one that the platform sets.

    Airflow also reads `option_cmd` and `option_secret`, and an environment variable knows no case
    ("Setting Configuration Options", Apache Airflow 3.3 documentation).
    """
    return re.sub(r"_(cmd|secret)$", "", option.lower()) in PLATFORM_OPTIONS or option.lower() in PLATFORM_OPTIONS


def environment_variable(option: str) -> str:
    """The environment variable that Airflow reads for `section.option`."""
    section, _, key = option.rpartition(".")
    return f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"
