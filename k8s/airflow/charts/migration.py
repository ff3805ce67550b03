"""The Jobs that run before the components: the schema's migration and the first user."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.airflow_pod import AirflowPod
from k8s.airflow.charts import secret_files
from k8s.airflow.charts.job import add_job
from k8s.airflow.context import ChartContext
from k8s.airflow.jobs import JOBS, ReleaseJob
from k8s.labels import labels

JOB_CPU_MILLICORES = 250
JOB_MEMORY_MIB = 1024


class MigrationChart(cdk8s.Chart):
    """Jobs `airflow-migration-…` and `airflow-admin-user-…`, anew for each image and configuration.

    With them the scripts around the schema: what they and the pods that wait for them run.
    """

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext) -> None:
        super().__init__(scope, construct_id)
        files = context.config_maps.schema
        kube.KubeConfigMap(
            self,
            "Files",
            metadata=kube.ObjectMeta(
                name=files.name, namespace=names.NAMESPACE, labels=labels("migration", context.airflow.version)
            ),
            data=files.data,
        )
        for job in JOBS:
            self._add(job, context)

    def _add(self, job: ReleaseJob, context: ChartContext) -> None:
        version = context.airflow.version
        pod = AirflowPod(
            context=context,
            service_account=job.name,
            secrets=job.secrets,
            cpu_millicores=JOB_CPU_MILLICORES,
            memory_mib=JOB_MEMORY_MIB,
            data="none",
        )
        add_job(
            self,
            job.id,
            name=job.name,
            namespace=names.NAMESPACE,
            labels=labels(job.label, version),
            # On the Job, not in its template: there a changed reference would be refused, not run.
            annotations=secret_files.annotations(context.bindings.secrets, job.secrets),
            spec=kube.JobSpec(
                backoff_limit=5,  # two at once: one of them fails on a unique violation, and finds the work done later
                active_deadline_seconds=job.deadline_seconds,
                template=kube.PodTemplateSpec(
                    metadata=kube.ObjectMeta(labels=labels(job.label, version), annotations=pod.checksums()),
                    spec=pod.spec(
                        pod.container(job.label, job.args(context.airflow)),
                        waits_for_schema=job.waits_for_schema,
                        grace_seconds=30,
                        restart_policy="Never",
                    ),
                ),
            ),
        )
