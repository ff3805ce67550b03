"""The pod that the scheduler makes for each task."""

from typing import Any

from cdk8s_plus_28 import k8s

from k8s import names
from k8s.airflow.pods import paths, volumes
from k8s.airflow.pods.airflow_options import Option, environment
from k8s.airflow.pods.ports import API_PORT
from k8s.airflow.pods.resources import image, resources
from k8s.airflow.pods.security import container_security, pod_security
from k8s.labels import labels
from settings.model.airflow import AirflowSettings

COMPONENT = "worker"
EXECUTION_API_URL = f"http://{names.WEB_SERVICE}:{API_PORT}/execution/"

CONTRACT: dict[str, Option] = {
    "core.dags_folder": paths.DAGS,
    "core.execution_api_server_url": EXECUTION_API_URL,
    "logging.base_log_folder": paths.LOGS,
}
"""All that a task's pod needs to know: no database, no key, no Kubernetes credential."""

TUNING: dict[str, Option] = {
    # With the defaults, 25 s without the database failed running tasks; these outlast two minutes.
    "workers.execution_api_retries": 12,
    "workers.execution_api_retry_wait_max": 15,
    "workers.execution_api_retry_wait_min": 2,
}
"""Better defaults, which `airflow.config` may change."""

KEEP = {
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    "karpenter.sh/do-not-disrupt": "true",
}
"""Annotations that keep node autoscalers from taking a running task's node away."""


def worker_pod(airflow: AirflowSettings) -> dict[str, Any]:
    """The pod template, as plain data. The executor adds the name, the arguments and a task's own overrides."""
    variables = {
        "AIRFLOW_HOME": paths.HOME,
        # The image's entry point would otherwise look for a database before the task, and give up.
        "CONNECTION_CHECK_MAX_COUNT": "0",
        **environment({**TUNING, **airflow.config, **CONTRACT}),
    }
    manifest: dict[str, Any] = k8s.KubePod.manifest(
        metadata=k8s.ObjectMeta(
            name="airflow-task",  # Airflow gives each task's pod its own name
            namespace=names.NAMESPACE,
            labels=labels(COMPONENT, airflow.version),
            annotations=KEEP,
        ),
        spec=k8s.PodSpec(
            service_account_name=names.WORKER,
            automount_service_account_token=False,
            enable_service_links=False,
            restart_policy="Never",
            termination_grace_period_seconds=airflow.worker.termination_grace_seconds,
            security_context=pod_security(),
            containers=[
                k8s.Container(
                    name="base",  # the executor looks for this name
                    image=image(airflow),
                    image_pull_policy="IfNotPresent",
                    env=[k8s.EnvVar(name=name, value=value) for name, value in sorted(variables.items())],
                    resources=resources(
                        cpu_millicores=airflow.worker.cpu_millicores, memory_mib=airflow.worker.memory_mib
                    ),
                    security_context=container_security(),
                    volume_mounts=[
                        *volumes.data_mounts(),
                        volumes.temporary_mount(),
                        volumes.config_file_mount(),
                    ],
                )
            ],
            volumes=[
                volumes.data_volume(),
                volumes.temporary_volume(),
                volumes.config_map_volume(volumes.FILES, names.PLATFORM_FILES),
            ],
        ),
    )
    return manifest
