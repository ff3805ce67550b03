"""The pod that the scheduler makes for each task."""

from collections.abc import Iterable
from typing import Any

from cdk8s_plus_28 import k8s as kube

from k8s import names
from k8s.airflow.pods import paths, volumes
from k8s.airflow.pods.dag_bundles import bundle_modules, bundle_mounts
from k8s.airflow.pods.options import Option, environment, task_contract, task_tuning
from k8s.airflow.pods.resources import resources
from k8s.airflow.pods.security import container_security, pod_security
from k8s.airflow.pods.task_profiles import TaskProfile
from k8s.bindings import DataFolder
from k8s.labels import labels
from settings.model.airflow import AirflowSettings

COMPONENT = "worker"
KEEP = {
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    "karpenter.sh/do-not-disrupt": "true",
}
"""Annotations that keep node autoscalers from taking a running task's node away."""

PROFILE_LABEL = "airflow-on-eks/task-profile"
"""Label that names the profile, if it is not the default, for `kubectl get pods -L`."""

REMOTE_LOGS = "logging.remote_base_log_folder"


def worker_pod(
    airflow: AirflowSettings, profile: TaskProfile, data_folders: Iterable[DataFolder] = ()
) -> dict[str, Any]:
    """The template of a profile's pods, as plain data; all are hardened alike.

    The executor adds the name, the arguments and a task's own overrides.
    """
    variables = {
        "AIRFLOW_HOME": paths.HOME,
        # The image's entry point would otherwise look for a database before the task, and give up.
        "CONNECTION_CHECK_MAX_COUNT": "0",
        **environment({**task_tuning(), **airflow.config, **_remote_logs(airflow), **task_contract(airflow)}),
    }
    manifest: dict[str, Any] = kube.KubePod.manifest(
        metadata=kube.ObjectMeta(
            name="airflow-task",  # Airflow gives each task's pod its own name
            namespace=names.NAMESPACE,
            labels={
                **labels(COMPONENT, airflow.version),
                **({} if profile.is_default else {PROFILE_LABEL: profile.name}),
            },
            annotations=KEEP,
        ),
        spec=kube.PodSpec(
            service_account_name=profile.account,
            automount_service_account_token=False,
            enable_service_links=False,
            restart_policy="Never",
            termination_grace_period_seconds=airflow.worker.termination_grace_seconds,
            security_context=pod_security(),
            node_selector=dict(profile.node_labels) or None,
            tolerations=[
                kube.Toleration(
                    key=each.key,
                    operator="Exists" if each.value is None else "Equal",
                    value=each.value,
                    effect=each.effect,
                )
                for each in profile.tolerations
            ]
            or None,
            containers=[
                kube.Container(
                    name="base",  # the executor looks for this name
                    image=profile.image,
                    image_pull_policy="IfNotPresent",
                    env=[
                        *_own_names(),
                        *(kube.EnvVar(name=name, value=value) for name, value in sorted(variables.items())),
                    ],
                    resources=resources(
                        cpu_millicores=profile.cpu_millicores,
                        memory_mib=profile.memory_mib,
                        ephemeral_storage_gib=profile.ephemeral_storage_gib,
                    ),
                    security_context=container_security(),
                    volume_mounts=[
                        *volumes.task_mounts(data_folders),
                        *bundle_mounts(airflow),
                        volumes.temporary_mount(),
                        volumes.config_file_mount(),
                        *(volumes.module_mount(name) for name in bundle_modules(airflow)),
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


def _own_names() -> list[kube.EnvVar]:
    """Whose pod it is, from the annotations that the executor makes: the names of the log folder that it mounts."""
    return [
        kube.EnvVar(
            name=variable,
            value_from=kube.EnvVarSource(
                field_ref=kube.ObjectFieldSelector(api_version="v1", field_path=f"metadata.annotations['{annotation}']")
            ),
        )
        for variable, annotation in paths.TASK_NAMES.items()
    ]


def _remote_logs(airflow: AirflowSettings) -> dict[str, Option]:
    """Where else Airflow is told to keep logs: a task knows its files by their names in its own folder only."""
    base = airflow.config.get(REMOTE_LOGS)
    return {REMOTE_LOGS: "/".join([str(base).rstrip("/"), *paths.TASK_FOLDER])} if base else {}
