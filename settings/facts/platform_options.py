"""Airflow options that the platform sets itself: a file that sets them too would break it."""

from collections.abc import Mapping

from settings.facts.secrets import SECRETS

PLATFORM_OPTIONS = frozenset(
    {
        *(secret.option for secret in SECRETS if secret.option),
        "api.base_url",
        "api.host",
        "api.port",
        "core.auth_manager",
        "core.dags_folder",
        "core.execution_api_server_url",
        "core.executor",
        "core.hostname_callable",
        "core.max_active_tasks_per_dag",
        "core.parallelism",
        "dag_processor.refresh_interval",
        "database.check_migrations",
        "database.sql_alchemy_conn_async",
        "database.sql_alchemy_connect_args",
        "database.sql_alchemy_connect_args_async",
        "fab.cookie_secure",
        "kubernetes_executor.namespace",
        "kubernetes_executor.pod_template_file",
        "logging.base_log_folder",
        "logging.dag_processor_child_process_log_directory",
        "logging.trigger_log_server_port",
        "scheduler.enable_health_check",
        "scheduler.scheduler_health_check_server_port",
        "scheduler.task_queued_timeout",
    }
)
"""As `section.option`; those of the secrets come with their table."""


def platform_option(option: str, old_names: Mapping[str, str]) -> str | None:
    """The platform's option that this one would override; None: no one.

    Airflow also reads `<option>_cmd` and `<option>_secret`, and each of them by an old name (`old_names`: old -> new).
    """
    for name in (option, option.removesuffix("_cmd"), option.removesuffix("_secret")):
        for _ in old_names:
            if name in PLATFORM_OPTIONS or name not in old_names:
                break
            name = old_names[name]
        if name in PLATFORM_OPTIONS:
            return name
    return None
