"""What deletes the old: a CronJob each, and all that only it has."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.charts.access import add_role
from k8s.airflow.charts.egress_policies import Rule, add_egress_policy, to_database, to_kubernetes
from k8s.airflow.context import ChartContext
from k8s.airflow.housekeeping import Cleaner, cleaners
from k8s.airflow.pods import paths, volumes
from k8s.airflow.pods.config_maps import database_tls
from k8s.airflow.pods.resources import resources
from k8s.airflow.pods.security import container_security, pod_security
from k8s.labels import labels

COMPONENT = "housekeeping"
CPU_MILLICORES, MEMORY_MIB = 50, 256
"""Little: they have the night, and take what idle cores there are."""

TEMPORARY_LIMIT = "100Mi"
LATE_SECONDS = 6 * 3600
"""A start that was missed, by a control plane that was being upgraded, is made up for so long."""

DEADLINE_SECONDS = 4 * 3600
"""Its pod may wait for room, and begins anew twice; a pass over the metadata ends by itself after an hour."""

KEPT_SECONDS = 7 * 86_400
"""That a Job which has ended can be looked at, one that somebody made of the CronJob by hand too."""


class HousekeepingChart(cdk8s.Chart):
    """Scripts, and for each CronJob its ServiceAccount, its way out and its rights."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext) -> None:
        super().__init__(scope, construct_id)
        self._context = context
        scripts = context.config_maps.housekeeping
        kube.KubeConfigMap(self, "Scripts", metadata=_metadata(names.HOUSEKEEPING, COMPONENT), data=scripts.data)
        for cleaner in cleaners(context.airflow):
            self._add(cleaner)

    def _add(self, cleaner: Cleaner) -> None:
        name = cleaner.name
        kube.KubeServiceAccount(
            self,
            f"ServiceAccount-{name}",
            metadata=_metadata(name, cleaner.label),
            automount_service_account_token=cleaner.kubernetes is not None,
        )
        if cleaner.kubernetes is not None:
            add_role(self, name, cleaner.kubernetes, role=name, binding=name)
        if rules := self._rules(cleaner):
            add_egress_policy(self, f"{cleaner.id}Egress", name, cleaner.label, rules)
        kube.KubeCronJob(
            self,
            cleaner.id,
            metadata=_metadata(name, cleaner.label, self._context.airflow.version),
            spec=kube.CronJobSpec(
                schedule=cleaner.schedule(self._context.airflow.housekeeping),
                time_zone="Etc/UTC",
                concurrency_policy="Forbid",
                starting_deadline_seconds=LATE_SECONDS,
                successful_jobs_history_limit=1,
                failed_jobs_history_limit=2,
                job_template=self._job(cleaner),
            ),
        )

    def _rules(self, cleaner: Cleaner) -> list[Rule]:
        """Where its pods may go; none: not even to DNS."""
        return [
            *([to_database(self._context)] if "database" in cleaner.secrets else []),
            *([to_kubernetes(self._context)] if cleaner.kubernetes is not None else []),
        ]

    def _job(self, cleaner: Cleaner) -> kube.JobTemplateSpec:
        version = self._context.airflow.version
        return kube.JobTemplateSpec(
            metadata=kube.ObjectMeta(labels=labels(cleaner.label, version)),
            spec=kube.JobSpec(
                backoff_limit=2,
                active_deadline_seconds=DEADLINE_SECONDS,
                ttl_seconds_after_finished=KEPT_SECONDS,
                template=kube.PodTemplateSpec(
                    metadata=kube.ObjectMeta(
                        labels=labels(cleaner.label, version),
                        annotations={"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": volumes.TEMPORARY},
                    ),
                    spec=self._pod(cleaner),
                ),
            ),
        )

    def _pod(self, cleaner: Cleaner) -> kube.PodSpec:
        context = self._context
        return kube.PodSpec(
            service_account_name=cleaner.name,
            automount_service_account_token=cleaner.kubernetes is not None,
            enable_service_links=False,
            restart_policy="Never",
            # Whatever it was doing is not begun, or done.
            termination_grace_period_seconds=10,
            security_context=pod_security(),
            containers=[
                kube.Container(
                    name=cleaner.label,
                    image=context.airflow.image_of_pods,
                    image_pull_policy="IfNotPresent",
                    args=cleaner.args(context.airflow.housekeeping, context.bindings),
                    env=[kube.EnvVar(name=name, value=value) for name, value in self._environment(cleaner).items()],
                    resources=resources(cpu_millicores=CPU_MILLICORES, memory_mib=MEMORY_MIB),
                    security_context=container_security(),
                    volume_mounts=[volumes.temporary_mount(), volumes.files_mount(), *_mounts(cleaner)],
                )
            ],
            volumes=[
                volumes.temporary_volume(TEMPORARY_LIMIT),
                volumes.config_map_volume(volumes.FILES, names.HOUSEKEEPING),
                *([volumes.secrets_volume(cleaner.name, context.bindings.secrets)] if cleaner.secrets else []),
                *([volumes.data_volume()] if cleaner.writes_logs else []),
            ],
        )

    def _environment(self, cleaner: Cleaner) -> dict[str, str]:
        # The image's entry point would otherwise look for a database.
        found = {"CONNECTION_CHECK_MAX_COUNT": "0", "PYTHONUNBUFFERED": "1"}
        if cleaner.secrets:
            found |= {"AIRFLOW_SECRETS_DIRECTORY": paths.SECRETS, **database_tls(self._context.bindings)}
        return found


def _mounts(cleaner: Cleaner) -> list[kube.VolumeMount]:
    logs = kube.VolumeMount(name=volumes.DATA, mount_path=paths.LOGS, sub_path=paths.LOGS_FOLDER)
    return [*([volumes.secrets_mount()] if cleaner.secrets else []), *([logs] if cleaner.writes_logs else [])]


def _metadata(name: str, label: str, version: str | None = None) -> kube.ObjectMeta:
    return kube.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels(label, version))
