"""Tasks whose pods want what the platform does not let them have, and one that wants a usual thing."""

from airflow.sdk import dag, task
from kubernetes.client import models as k8s


def override(**fields):
    return {"pod_override": k8s.V1Pod(spec=k8s.V1PodSpec(**{"containers": [k8s.V1Container(name="base")], **fields}))}


@dag(schedule=None, catchup=False)
def overriding():
    @task(executor_config=override(service_account_name="airflow-scheduler"), retries=0)
    def hostile(): ...

    @task(
        executor_config=override(
            containers=[k8s.V1Container(name="base", env=[k8s.V1EnvVar(name="THEIRS", value="theirs")])],
            node_selector={"kubernetes.io/os": "linux"},
        )
    )
    def usual():
        import os

        print("with", os.environ["THEIRS"])

    hostile()
    usual()


overriding()
