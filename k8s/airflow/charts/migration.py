"""The Jobs that run before the components: the schema's migration and the first user."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.airflow_pod import AirflowPod
from k8s.airflow.charts import secret_files
from k8s.airflow.charts.job import add_job
from k8s.airflow.context import ChartContext
from k8s.airflow.pods import paths
from k8s.labels import labels
from settings.facts.secrets import secret

MIGRATION = "migration"
ADMIN_USER = "admin-user"
JOB_CPU_MILLICORES = 250
JOB_MEMORY_MIB = 1024

# A migration of a big database may outlast the deployment's patience; cut off, it would never get further.
MIGRATION_DEADLINE_SECONDS = 3600
ADMIN_USER_DEADLINE_SECONDS = 1800


class MigrationChart(cdk8s.Chart):
    """Jobs `airflow-migration-…` and `airflow-admin-user-…`, anew for each image and configuration."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext) -> None:
        super().__init__(scope, construct_id)
        airflow = context.airflow
        self._add(
            "Migration",
            context,
            name=names.MIGRATION,
            component=MIGRATION,
            args=paths.script("schema_version", "migrate"),
            waits_for_schema=False,
            deadline_seconds=MIGRATION_DEADLINE_SECONDS,
        )
        self._add(
            "AdminUser",
            context,
            name=names.ADMIN_USER,
            component=ADMIN_USER,
            args=paths.script(
                "admin_user",
                "--username",
                airflow.admin.username,
                "--email",
                airflow.admin.email,
                "--password-file",
                f"{paths.ADMIN_SECRETS}/{secret('admin_password').file}",
            ),
            waits_for_schema=True,
            deadline_seconds=ADMIN_USER_DEADLINE_SECONDS,
            with_admin_password=True,
        )

    def _add(
        self,
        construct_id: str,
        context: ChartContext,
        *,
        name: str,
        component: str,
        args: list[str],
        waits_for_schema: bool,
        deadline_seconds: int,
        with_admin_password: bool = False,
    ) -> None:
        """`name` is the Job's, and its ServiceAccount's."""
        version = context.airflow.version
        pod = AirflowPod(
            context=context,
            service_account=name,
            cpu_millicores=JOB_CPU_MILLICORES,
            memory_mib=JOB_MEMORY_MIB,
            with_data=False,
            with_admin_password=with_admin_password,
        )
        add_job(
            self,
            construct_id,
            name=name,
            namespace=names.NAMESPACE,
            labels=labels(component, version),
            # On the Job, not in its template: there a changed reference would be refused, not run.
            annotations=secret_files.annotations(context.bindings.secrets, admin=with_admin_password),
            spec=kube.JobSpec(
                backoff_limit=5,  # two at once: one of them fails on a unique violation, and finds the work done later
                active_deadline_seconds=deadline_seconds,
                template=kube.PodTemplateSpec(
                    metadata=kube.ObjectMeta(labels=labels(component, version), annotations=pod.checksums()),
                    spec=pod.spec(
                        pod.container(component, args),
                        waits_for_schema=waits_for_schema,
                        grace_seconds=30,
                        restart_policy="Never",
                    ),
                ),
            ),
        )
