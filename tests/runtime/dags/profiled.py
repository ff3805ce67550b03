"""Tasks of task profiles: content, changed a little, wanting more, and of a profile that is not there."""

import os

from airflow.sdk import dag, task
from kubernetes.client import models as k8s


def override(**fields):
    return k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", **fields)]))


@dag(schedule=None, catchup=False)
def profiled():
    @task(executor_config={"profile": "large"})
    def content():
        print("of a profile")

    @task(executor_config={"profile": "large", "pod_override": override(env=[k8s.V1EnvVar(name="THEIRS", value="x")])})
    def overriding():
        print("with", os.environ["THEIRS"])

    @task(
        executor_config={
            "profile": "large",
            "pod_override": override(
                resources=k8s.V1ResourceRequirements(limits={"memory": "8Gi", "ephemeral-storage": "2Gi"})
            ),
        },
        retries=0,
    )
    def greedy(): ...

    @task(executor_config={"profile": "none"}, retries=0)
    def mistaken(): ...

    content()
    overriding()
    greedy()
    mistaken()


profiled()
