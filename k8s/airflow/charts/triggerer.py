"""The triggerer, which waits for what deferred tasks wait for."""

import cdk8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts.component import add_component
from k8s.airflow.context import ReleaseContext
from k8s.airflow.pods.airflow_pod import AirflowPod
from k8s.airflow.pods.ports import TRIGGERER_LOG_PORT
from k8s.airflow.pods.probes import heartbeat_probes

COMPONENT = "triggerer"


class TriggererChart(cdk8s.Chart):
    """Deployment `airflow-triggerer`."""

    def __init__(self, scope: Construct, construct_id: str, *, release: ReleaseContext) -> None:
        super().__init__(scope, construct_id)
        airflow = release.airflow
        pod = AirflowPod(
            release=release,
            service_account=names.TRIGGERER,
            cpu_millicores=airflow.triggerer.cpu_millicores,
            memory_mib=airflow.triggerer.memory_mib,
        )
        probes = heartbeat_probes("TriggererJob")
        add_component(
            self,
            name=names.TRIGGERER,
            component=COMPONENT,
            settings=airflow.triggerer,
            pod=pod,
            container=pod.container(
                COMPONENT,
                ["airflow", "triggerer"],
                ports={"logs": TRIGGERER_LOG_PORT},
                startup=probes.startup,
                liveness=probes.liveness,
                readiness=probes.readiness,
            ),
            grace_seconds=60,  # 3 s as a rule
            uses_kubernetes=True,  # deferred KubernetesPodOperator tasks watch their pods
        )
