"""Tasks that reach for the files of others, by their paths and by the names of their pods."""

import os
from datetime import timedelta
from pathlib import Path

from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseOperator, dag, task
from kubernetes.client import models as k8s

THEIRS = {"dag_id": "pair", "task_id": "first", "run_id": "theirs"}


def named(**fields):
    container = k8s.V1Container(name="base", **fields)
    return {"pod_override": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[container]))}


class Deferred(BaseOperator):
    """Says something before a trigger and after it."""

    def execute(self, context):
        print("before the trigger")
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=3)), method_name="done")

    def done(self, context, event):
        print("after the trigger")


@dag(schedule=None, catchup=False)
def reaching():
    @task(retries=0)
    def out():
        logs, dags = (
            Path(os.environ[f"AIRFLOW__{name}"]) for name in ("LOGGING__BASE_LOG_FOLDER", "CORE__DAGS_FOLDER")
        )
        (logs / "mine.txt").write_text("mine")
        for path in (
            logs / ".." / "above.txt",
            logs / ".." / "task_id=again" / "attempt=1.log",
            logs / ".." / ".." / ".." / "above.txt",
            dags / "theirs.py",
            dags / "pair.py",
            dags / ".." / "above.txt",
        ):
            try:
                path.write_text("written")
            except OSError as error:
                print("no:", type(error).__name__)
            else:
                print("yes:", path)
        print("sees", sorted(each.name for each in logs.iterdir()))

    @task(executor_config={"pod_override": k8s.V1Pod(metadata=k8s.V1ObjectMeta(annotations=THEIRS, labels=THEIRS))})
    def pretending():
        print("as itself")

    @task(executor_config=named(env=[k8s.V1EnvVar(name="LOG_DAG_ID", value="pair")]), retries=0)
    def renamed(): ...

    @task(executor_config={"pod_template_file": "/opt/airflow/dags/mine.yaml"}, retries=0)
    def templated(): ...

    @task(retries=1, retry_delay=timedelta(seconds=1))
    def again(ti=None):
        print("try number", ti.try_number)
        assert ti.try_number == 2

    @task
    def mapped(number):
        print("the number is", number)

    out()
    pretending()
    renamed()
    templated()
    again()
    mapped.expand(number=[10, 11])
    Deferred(task_id="in.order")


reaching()
