"""A task of a profile runs in a pod of exactly that profile; one that wants more is told so."""

from typing import Any

from tests.runtime.client import wait
from tests.runtime.stage import Stage

LARGE = {
    "requests": {"cpu": "100m", "memory": "640Mi", "ephemeral-storage": "2Gi"},
    "limits": {"memory": "640Mi", "ephemeral-storage": "2Gi"},
}


def seen(stage: Stage, dag_id: str, pods: dict[str, Any]) -> None:
    """Note what the pods of a DAG's tasks are: they go when their task ends."""
    for pod in stage.cluster.pods("worker"):
        annotations = pod["metadata"].get("annotations") or {}
        if annotations.get("dag_id") == dag_id:
            (container,) = pod["spec"]["containers"]
            label = pod["metadata"]["labels"].get("airflow-on-eks/task-profile")
            pods[annotations["task_id"]] = (pod["spec"]["serviceAccountName"], label, container["resources"])


def test_should_run_tasks_in_pods_of_their_profile_and_refuse_more(airflow: Stage) -> None:
    airflow.drop_dag("profiled")
    client = airflow.client()
    client.dag_appears("profiled", 90)
    run = client.trigger("profiled")
    pods: dict[str, Any] = {}

    def ended() -> bool:
        seen(airflow, "profiled", pods)
        return all(state in ("success", "failed") for state in run.states().values())

    wait("the end of the tasks", ended, 240)
    assert run.states() == {
        "content": "success",
        "overriding": "success",
        "greedy": "failed",
        "mistaken": "failed",
    }
    assert pods == dict.fromkeys(("content", "overriding"), ("airflow-worker-large", "large", LARGE))
    assert "with x" in run.log("overriding")
    events = str(client.get("/eventLogs?dag_id=profiled&limit=100")["event_logs"])
    for told in (
        "task profile large: resources of each container, of initContainers too, must have limits and be at most "
        "cpu 100m, memory 640Mi, ephemeral-storage 2Gi",
        "executor_config: profile must be one of the task profiles large",
    ):
        assert told in events
        wait(
            "the reason in the scheduler's log",
            lambda told=told: told in airflow.cluster.output("airflow-scheduler", lines=5000),  # type: ignore[misc]
            30,
        )
