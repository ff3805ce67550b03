"""The API server: UI, REST API, and the execution API that tasks talk to."""

import cdk8s
from cdk8s_plus_28 import k8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts.component import add_component
from k8s.airflow.context import ReleaseContext
from k8s.airflow.pods.airflow_pod import AirflowPod
from k8s.airflow.pods.ports import API_PORT
from k8s.airflow.pods.probes import http_probes
from k8s.labels import labels, selector

COMPONENT = "api-server"
DRAIN_SECONDS = 10


class ApiServerChart(cdk8s.Chart):
    """Deployment `airflow-api-server` and Service `webserver-svc`."""

    def __init__(self, scope: Construct, construct_id: str, *, release: ReleaseContext) -> None:
        super().__init__(scope, construct_id)
        airflow = release.airflow
        # The server itself speaks plain HTTP: with an https base URL something in front of it ends TLS, and says so
        # in headers, without which the session's cookie would not be Secure. Who reaches the pod is in a NetworkPolicy.
        behind_tls = airflow.base_url.startswith("https://")
        pod = AirflowPod(
            release=release,
            service_account=names.API_SERVER,
            cpu_millicores=airflow.api_server.cpu_millicores,
            memory_mib=airflow.api_server.memory_mib,
            extra_environment={"FORWARDED_ALLOW_IPS": "*"} if behind_tls else None,
        )
        # /monitor/health answers 200 whatever it finds, and asks the database each time; this answers alone.
        probes = http_probes("/api/v2/version", API_PORT)
        add_component(
            self,
            name=names.API_SERVER,
            component=COMPONENT,
            settings=airflow.api_server,
            pod=pod,
            container=pod.container(
                COMPONENT,
                ["airflow", "api-server", *(["--proxy-headers"] if behind_tls else [])],
                ports={"http": API_PORT},
                startup=probes.startup,
                liveness=probes.liveness,
                readiness=probes.readiness,
                # Requests still arrive until every node has heard that this pod goes.
                lifecycle=k8s.Lifecycle(
                    pre_stop=k8s.LifecycleHandler(exec=k8s.ExecAction(command=["sleep", str(DRAIN_SECONDS)]))
                ),
            ),
            grace_seconds=DRAIN_SECONDS + 120,  # 6 s as a rule, up to 120 s with requests in flight
            uses_kubernetes=True,  # reads the logs of running tasks
        )
        k8s.KubeService(
            self,
            "Service",
            metadata=k8s.ObjectMeta(name=names.WEB_SERVICE, namespace=names.NAMESPACE, labels=labels(COMPONENT)),
            spec=k8s.ServiceSpec(
                type="ClusterIP",
                selector=selector(COMPONENT),
                ports=[k8s.ServicePort(name="http", port=API_PORT, target_port=k8s.IntOrString.from_string("http"))],
            ),
        )
