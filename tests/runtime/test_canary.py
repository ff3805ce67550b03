"""The doctor's canary: its commands in the scheduler's real container, and the logs that its line names."""

import re

from k8s.airflow.pods.paths import LOGS
from operations.doctor.canary import Canary
from operations.doctor.check import Answer, Status
from tests.runtime.in_the_container import InTheContainer
from tests.runtime.stage import Stage

DAG = """
from airflow.sdk import dag, task

@dag(schedule=None, catchup=False)
def {name}():
    @task
    def only():
        assert {good}, "a canary that falls"
    only()

{name}()
"""


def canary(airflow: Stage, dag_id: str, seconds: float = 180) -> Answer:
    return Canary(InTheContainer(airflow), dag_id, seconds, lambda _: None).run()


def test_should_tell_a_dag_that_is_not_there(airflow: Stage) -> None:
    answer = canary(airflow, "no_such_dag")
    assert (answer.status, answer.message) == (Status.FAIL, "there is no DAG no_such_dag")


def test_should_run_a_dag_once_it_is_unpaused(airflow: Stage) -> None:
    client = airflow.client()
    airflow.drop_dag("canary_that_sings", DAG.format(name="canary_that_sings", good=True))
    client.dag_appears("canary_that_sings", 90)
    paused = canary(airflow, "canary_that_sings")
    assert paused.status == Status.FAIL and "is paused" in paused.message
    assert client.get("/dags/canary_that_sings/dagRuns")["total_entries"] == 0
    client.call("PATCH", "/api/v2/dags/canary_that_sings", {"is_paused": False})
    answer = canary(airflow, "canary_that_sings")
    assert answer.status == Status.PASS, answer
    [run] = client.get("/dags/canary_that_sings/dagRuns")["dag_runs"]
    assert run["dag_run_id"] in answer.message and run["state"] == "success"


def test_should_name_the_log_of_a_task_that_failed(airflow: Stage) -> None:
    client = airflow.client()
    airflow.drop_dag("canary_that_falls", DAG.format(name="canary_that_falls", good=False))
    client.dag_appears("canary_that_falls", 90)
    client.call("PATCH", "/api/v2/dags/canary_that_falls", {"is_paused": False})
    answer = canary(airflow, "canary_that_falls")
    assert answer.status == Status.FAIL and "(only failed)" in answer.message, answer
    [path] = re.findall(rf"cat {LOGS}/(\S+/)\*\.log", answer.next_step)
    [log] = (airflow.logs / path).glob("*.log")
    assert "a canary that falls" in log.read_text()
