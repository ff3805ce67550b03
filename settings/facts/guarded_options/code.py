"""Options that name code, or a file that decides on code: Airflow loads it into its own components.

The DAG folder is on Python's path there, so a name may lead into it, and nobody can tell from the name. What the image
holds may be named in the image: `ENV AIRFLOW__SECTION__KEY=...` in its Dockerfile.
"""

from settings.facts.guarded_options.guard import Guard

_CODE = "it names code that Airflow loads into its own components, where the secrets are; set it in the image"
_REPLACED = "it would replace a part that the platform is made of"

CODE = {
    **dict.fromkeys(
        (
            "aws.session_factory",
            "core.asset_manager_class",
            "core.asset_manager_kwargs",
            "core.might_contain_dag_callable",
            "core.mp_forkserver_preload",
            "database.external_db_managers",
            "database.sql_alchemy_session_maker",
            "elasticsearch.index_patterns_callable",
            "kubernetes_executor.async_client_factory",
            "kubernetes_executor.client_factory",
            "logging.interleave_timestamp_parser",
            "logging.log_formatter_class",
            "metrics.stat_name_handler",
            "metrics.statsd_custom_client_path",
            "openlineage.config_path",
            "openlineage.custom_run_facets",
            "openlineage.extractors",
            "opensearch.index_patterns_callable",
            "sdk.coordinators",
            "sdk.queue_to_coordinator",
            "sentry.before_send",
            "state_store.backend",
            "workers.state_store_backend",
        ),
        Guard(reason=_CODE),
    ),
    "aws.cloudwatch_task_handler_json_serializer": Guard(
        reason=_CODE,
        only=(
            "airflow.providers.amazon.aws.log.cloudwatch_task_handler.json_serialize",
            "airflow.providers.amazon.aws.log.cloudwatch_task_handler.json_serialize_legacy",
        ),
    ),
    "core.xcom_backend": Guard(
        reason=_CODE,
        only=(
            "airflow.sdk.execution_time.xcom.BaseXCom",
            "airflow.providers.common.io.xcom.backend.XComObjectStorageBackend",
        ),
    ),
    "email.email_backend": Guard(
        reason=_CODE,
        only=(
            "airflow.utils.email.send_email_smtp",
            "airflow.providers.amazon.aws.utils.emailer.send_email",
            "airflow.providers.sendgrid.utils.emailer.send_email",
        ),
    ),
    "api.log_config": Guard(reason="the file decides on classes that the API server loads; set it in the image"),
    "core.plugins_folder": Guard(reason="plugins are loaded into every component; they belong in the image"),
    "dag_processor.dag_bundle_config_list": Guard(
        reason="a bundle is a class; airflow.dag_bundles has folders, Git repositories and paths of the image"
    ),
    "dag_processor.dag_bundle_storage_path": Guard(reason="it holds what no pod shares"),
    "database.alembic_ini_file_path": Guard(reason=_REPLACED),
    "logging.logging_config_class": Guard(reason="it replaces all logging, and the masking of secrets with it"),
    "logging.task_log_reader": Guard(reason="the UI reads the logs that are on the file system", only=("task",)),
    "fab.config_file": Guard(reason="the file decides on login and roles, and is Python"),
    "openlineage.transport": Guard(
        reason=_CODE,
        never=r"[\"']type[\"']\s*:\s*[\"'][^\"']*\.",
        never_rule="be of a type that OpenLineage has itself",
    ),
    **dict.fromkeys(
        ("secrets.backend", "secrets.backend_kwargs"),
        Guard(reason="airflow.secrets_backend names the store, and gives those who ask it a role"),
    ),
    **dict.fromkeys(
        ("workers.secrets_backend", "workers.secrets_backend_kwargs"),
        Guard(reason="task pods have no rights in another store; they ask the API server (airflow.secrets_backend)"),
    ),
}
"""`section.option` -> why it is refused."""
