"""The DAG processor, which reads the DAG files."""

import cdk8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts.component import add_component
from k8s.airflow.context import ReleaseContext
from k8s.airflow.pods.airflow_pod import AirflowPod
from k8s.airflow.pods.probes import heartbeat_probes

COMPONENT = "dag-processor"


class DagProcessorChart(cdk8s.Chart):
    """Deployment `airflow-dag-processor`."""

    def __init__(self, scope: Construct, construct_id: str, *, release: ReleaseContext) -> None:
        super().__init__(scope, construct_id)
        airflow = release.airflow
        pod = AirflowPod(
            release=release,
            service_account=names.DAG_PROCESSOR,
            cpu_millicores=airflow.dag_processor.cpu_millicores,
            memory_mib=airflow.dag_processor.memory_mib,
        )
        probes = heartbeat_probes("DagProcessorJob")
        add_component(
            self,
            name=names.DAG_PROCESSOR,
            component=COMPONENT,
            settings=airflow.dag_processor,
            pod=pod,
            container=pod.container(
                COMPONENT,
                ["airflow", "dag-processor"],
                startup=probes.startup,
                liveness=probes.liveness,
                readiness=probes.readiness,
            ),
            grace_seconds=60,
        )
