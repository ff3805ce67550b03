"""A pod that its author changed: refused by the cluster, and told by Airflow where people look."""

from tests.runtime.client import wait
from tests.runtime.stage import Stage


def test_should_fail_a_task_that_wants_too_much_at_once_and_say_why(airflow: Stage) -> None:
    airflow.drop_dag("overriding")
    client = airflow.client()
    client.dag_appears("overriding", 90)
    mark = airflow.cluster.kubernetes.journal.mark()
    run = client.trigger("overriding")
    assert run.ends(150) == "failed"
    assert run.states() == {"hostile": "failed", "usual": "success"}
    assert "with theirs" in run.log("usual")

    refused = airflow.cluster.kubernetes.journal.entries("refused", since=mark)
    assert len(refused) == 1, "Airflow asked again for what was refused"
    told = "spec.serviceAccountName must be airflow-worker"
    wait(
        "the reason in the scheduler's log", lambda: told in airflow.cluster.output("airflow-scheduler", lines=2000), 30
    )
    events = client.get("/eventLogs?dag_id=overriding&limit=100")["event_logs"]
    assert any(told in (event["extra"] or "") for event in events), events
