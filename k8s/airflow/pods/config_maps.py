"""What the ConfigMaps hold, as plain data: no token of the platform's, so that it can be hashed."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import yaml

from k8s import names
from k8s.airflow.pods import paths
from k8s.airflow.pods.airflow_options import Option, environment, environment_variable
from k8s.airflow.pods.checksum import checksum
from k8s.airflow.pods.ports import API_PORT, SCHEDULER_HEALTH_PORT, TRIGGERER_LOG_PORT
from k8s.airflow.pods.worker_pod import EXECUTION_API_URL, worker_pod
from k8s.bindings import PlatformBindings
from settings.facts import secrets as facts
from settings.model.airflow import AirflowSettings

SCRIPTS = Path(__file__).parents[1] / "scripts"


@dataclass(frozen=True, kw_only=True)
class ConfigMapData:
    """A ConfigMap and the checksum that its users carry."""

    name: str
    data: Mapping[str, str]

    @property
    def checksum(self) -> str:
        return checksum(dict(self.data))


@dataclass(frozen=True, kw_only=True)
class ConfigMaps:
    """The ConfigMaps of a release."""

    config: ConfigMapData
    """Environment of every component and Job."""

    files: ConfigMapData
    """Helper scripts, and the empty airflow.cfg that Airflow would otherwise write into a read-only file system."""

    worker_pod_template: ConfigMapData
    """What the scheduler makes task pods from."""


def config_maps(airflow: AirflowSettings, bindings: PlatformBindings) -> ConfigMaps:
    """The ConfigMaps for these settings."""
    options = {**tuning(airflow, bindings), **airflow.config, **contract(airflow, bindings)}
    template = yaml.safe_dump(worker_pod(airflow), sort_keys=True)
    scripts = {path.name: path.read_text() for path in sorted(SCRIPTS.glob("*.py"))}
    return ConfigMaps(
        config=ConfigMapData(
            name=names.CONFIG_MAP,
            data={**environment(options), **secret_commands(), **other_environment(bindings)},
        ),
        files=ConfigMapData(name=names.PLATFORM_FILES, data={"airflow.cfg": "", **scripts}),
        worker_pod_template=ConfigMapData(
            name=names.WORKER_POD_TEMPLATE, data={Path(paths.POD_TEMPLATE).name: template}
        ),
    )


def task_slots(airflow: AirflowSettings, bindings: PlatformBindings) -> int:
    """Task pods at once, over all schedulers."""
    return airflow.parallelism or bindings.task_slots


def scheduler_slots(airflow: AirflowSettings, bindings: PlatformBindings) -> int:
    """Task pods at once of each scheduler, which is what core.parallelism counts."""
    return ceil(task_slots(airflow, bindings) / airflow.scheduler.replicas)


def contract(airflow: AirflowSettings, bindings: PlatformBindings) -> dict[str, Option]:
    """Options that other parts of the platform rely on; `airflow.config` may not name them."""
    slots = task_slots(airflow, bindings)
    return {
        "api.base_url": airflow.base_url,
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
        "dag_processor.refresh_interval": airflow.dag_refresh_seconds,
        # Components refuse a schema that is newer than they are, so no roll-back could start; the init container
        # of each pod waits for the schema instead.
        "database.check_migrations": False,
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
    """Better defaults than Airflow's, measured or with their reason; `airflow.config` may change them.

    With these and enough slots 306 tasks a second were scheduled instead of 30, and 30 pods a second made instead
    of one.
    """
    return {
        # /docs answers without a login.
        "api.enable_swagger_ui": False,
        # Counts only when the pool is first made; later `airflow pools set`.
        "core.default_pool_task_slot_count": task_slots(airflow, bindings),
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
    }


def secret_commands() -> dict[str, str]:
    """Options that Airflow reads by running a command; also in `kubectl exec`, where an entry point's exports miss."""
    # -I -S: no site-packages, a tenth of the start-up time; Airflow runs these at every access.
    command = f"python -I -S {paths.PLATFORM_FILES}/read_secret.py"
    return {
        f"{environment_variable(row.option)}_CMD": f"{command} {row.read_as or row.file}"
        for row in facts.SECRETS
        if row.option
    }


def other_environment(bindings: PlatformBindings) -> dict[str, str]:
    """Environment that is no Airflow option."""
    return {
        "AIRFLOW_HOME": paths.HOME,
        "AIRFLOW_SECRETS_DIRECTORY": paths.SECRETS,
        # The image's entry point would run `airflow db check` before everything: seconds of a core at each start.
        "CONNECTION_CHECK_MAX_COUNT": "0",
        # `?sslmode=` in the URL breaks the async driver; both drivers read this.
        "PGSSLMODE": "disable" if bindings.in_cluster_database else "require",
    }
