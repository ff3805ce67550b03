"""The scheduler, which starts a pod for each task."""

import cdk8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts.component import add_component
from k8s.airflow.context import ReleaseContext
from k8s.airflow.pods.airflow_pod import AirflowPod
from k8s.airflow.pods.ports import SCHEDULER_HEALTH_PORT
from k8s.airflow.pods.probes import http_probes

COMPONENT = "scheduler"


class SchedulerChart(cdk8s.Chart):
    """Deployment `airflow-scheduler`."""

    def __init__(self, scope: Construct, construct_id: str, *, release: ReleaseContext) -> None:
        super().__init__(scope, construct_id)
        airflow = release.airflow
        pod = AirflowPod(
            release=release,
            service_account=names.SCHEDULER,
            cpu_millicores=airflow.scheduler.cpu_millicores,
            memory_mib=airflow.scheduler.memory_mib,
            with_pod_template=True,
        )
        probes = http_probes("/health", SCHEDULER_HEALTH_PORT)
        add_component(
            self,
            name=names.SCHEDULER,
            component=COMPONENT,
            settings=airflow.scheduler,
            pod=pod,
            container=pod.container(
                COMPONENT,
                ["airflow", "scheduler"],
                ports={"health": SCHEDULER_HEALTH_PORT},
                startup=probes.startup,
                liveness=probes.liveness,
                readiness=probes.readiness,
            ),
            grace_seconds=60,  # 20 to 22 s as a rule
            uses_kubernetes=True,
        )
