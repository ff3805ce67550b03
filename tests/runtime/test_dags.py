"""DAGs appear, run in pods of their own, and tell what they did."""

import json
import re

from tests.runtime.client import wait
from tests.runtime.stage import Stage

NEW_DAG = """
from airflow.sdk import dag, task

@dag(schedule=None, catchup=False)
def dropped():
    @task
    def nothing(): ...
    nothing()

dropped()
"""


def test_should_show_a_new_dag_within_a_minute(airflow: Stage) -> None:
    client = airflow.client()
    # Wait for a look at the folder to be over, so that the next one has the whole interval before it.
    client.dag_appears("wide", 60)
    airflow.drop_dag("dropped", NEW_DAG)
    assert client.dag_appears("dropped", 60) <= 60


def test_should_run_twenty_tasks_each_in_a_pod_of_its_own(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("wide", 60)
    mark = airflow.cluster.kubernetes.journal.mark()
    run = client.trigger("wide")
    assert run.ends(240) == "success"
    assert set(run.states().values()) == {"success"}
    assert sorted(airflow.marks(run.run_id)) == sorted(f"{word} {n}" for word in ("start", "end") for n in range(20))
    made = airflow.cluster.kubernetes.journal.entries("created", since=mark)
    pods = {entry.name for entry in made if entry.kind == "Pod" and entry.actor == "client"}
    assert len(pods) == 20


def test_should_run_a_chain_and_hand_results_on(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("chain", 60)
    run = client.trigger("chain")
    assert run.ends(180) == "success"
    assert "the value is 4" in run.log("step_4")


def test_should_show_the_logs_of_running_and_finished_tasks(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("talking", 60)
    run = client.trigger("talking")
    wait("the task", lambda: run.states().get("speak") == "running", 60)
    wait("the log of the running task", lambda: "said while running" in run.log("speak"), 30)
    log = run.log("speak")
    assert "said at the end" not in log
    assert log.count("said while running") == 1
    # The way to the log is told first, and nothing there has failed.
    assert not re.search("fail|could not|error", log.partition("::endgroup::")[0], re.IGNORECASE)
    (airflow.folder(run, "speak") / "let-go").touch()
    assert run.ends(60) == "success"
    assert "said at the end" in run.log("speak")


def test_should_give_a_task_no_secret_and_no_credential(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("looking_around", 60)
    run = client.trigger("looking_around")
    assert run.ends(90) == "success"
    seen = json.loads((airflow.folder(run, "look") / "seen.json").read_text())
    everything = json.dumps(seen)
    for secret in airflow.secrets.values.values():
        assert secret not in everything
    # Airflow itself sets a URL that leads nowhere, so that a task's code can't use the database.
    assert (seen["database"], seen["fernet_key"], seen["jwt_secret"]) == ("airflow-db-not-allowed:///", "", "")
    assert not any("_CMD" in name or "SECRET" in name for name in seen["environment"])
    assert seen["credential"] == "Service token file does not exist."
    assert seen["home"] == ["airflow.cfg", "bundles", "config", "dags", "logs"]
    if airflow.cluster.identities.real:
        assert seen["user"] == [50_000, 0]


def test_should_report_a_broken_dag_and_hurt_no_other(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("pair", 60)
    # Both at once: other files are parsed on, those that were there and those that are new.
    airflow.drop_dag("broken", "from airflow.sdk import dag\ndef this_is_no_python(:\n")
    airflow.drop_dag("after_broken", NEW_DAG.replace("dropped", "after_broken"))
    wait("the import error", lambda: client.get("/importErrors")["total_entries"] == 1, 90)
    (error,) = client.get("/importErrors")["import_errors"]
    assert error["filename"].endswith("broken.py")
    assert "SyntaxError" in error["stack_trace"]
    client.dag_appears("after_broken", 60)
    for dag_id in ("after_broken", "pair"):
        assert client.trigger(dag_id).ends(60) == "success"
