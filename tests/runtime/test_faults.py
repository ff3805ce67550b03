"""Airflow survives what happens to clusters, and each task runs once."""

import time
from collections import Counter

from tests.runtime.client import Run, wait
from tests.runtime.stage import Stage

EVERY_MARK_ONCE = Counter(f"{word} {number}" for word in ("start", "end") for number in range(8))


def ended(stage: Stage, run: Run) -> int:
    """How many tasks of a run of `few` have ended."""
    return sum(mark.startswith("end") for mark in stage.marks(run.run_id))


def test_should_run_every_task_exactly_once_when_the_scheduler_is_killed(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("few", 60)
    run = client.trigger("few", {"seconds": [1, 1, 1, 15, *[1] * 4]})
    wait("the first tasks", lambda: ended(airflow, run) >= 2, 120)
    # The worst moment: tasks are queued, and the scheduler has asked for pods that are not made.
    airflow.gate.shut()
    try:
        wait("a pod that is asked for", lambda: airflow.gate.waiting, 60)
        airflow.cluster.running("scheduler").container("scheduler").kill()
    finally:
        airflow.gate.open()
    # The scheduler is back at once, and finds out within a minute that tasks were lost. Those are queued again, which
    # Airflow counts as another try, but uses none up: these tasks have no retries.
    assert run.ends(240) == "success"
    assert Counter(airflow.marks(run.run_id)) == EVERY_MARK_ONCE


def test_should_lose_no_task_to_a_database_that_is_away_for_25_seconds(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("few", 60)
    run = client.trigger("few", {"seconds": [4, 8, 15, 40, *[1] * 4]})
    wait("running tasks", lambda: {"start 0", "start 1", "start 2", "start 3"} <= set(airflow.marks(run.run_id)), 120)
    airflow.cluster.scale("StatefulSet", "airflow-database", 0)
    airflow.cluster.wait("the database's end", lambda: not airflow.cluster.pods("database"), 30)
    time.sleep(25)
    airflow.cluster.scale("StatefulSet", "airflow-database", 1)
    # Tasks ended while the database was away, and others went on.
    assert {"end 0", "end 1"} <= set(airflow.marks(run.run_id))
    assert run.ends(300) == "success"
    assert Counter(airflow.marks(run.run_id)) == EVERY_MARK_ONCE
    assert {task["try_number"] for task in run.tasks()} == {1}


def test_should_lose_no_task_when_the_pods_of_scheduler_and_database_are_deleted(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("few", 60)
    run = client.trigger("few", {"seconds": [1, 1, 10, 20, *[1] * 4]})
    wait("the first tasks", lambda: ended(airflow, run) >= 1, 120)
    for component in ("scheduler", "database"):
        airflow.cluster.delete_pod(airflow.cluster.living(component)["metadata"]["name"])
    assert run.ends(240) == "success"
    assert Counter(airflow.marks(run.run_id)) == EVERY_MARK_ONCE


def test_should_try_exactly_the_task_again_whose_pod_was_killed(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("tried_again", 60)
    run = client.trigger("tried_again")
    own = airflow.folder(run, "long").parent

    def beats() -> list[str]:
        return sorted(str(file.relative_to(own)) for file in own.glob("task_id=*/beats-*.txt"))

    wait("running tasks", lambda: len(beats()) == 3, 120)
    pods = {pod["metadata"]["labels"]["task_id"]: pod["metadata"]["name"] for pod in airflow.cluster.pods("worker")}
    # One has more to do than its pod's grace period allows; another is done before that, as on a node that is drained.
    airflow.cluster.delete_pod(pods["long"], grace_seconds=3)
    airflow.cluster.delete_pod(pods["short_0"], grace_seconds=60)
    assert run.ends(180) == "success"
    assert {task["task_id"]: task["try_number"] for task in run.tasks()} == {"long": 2, "short_0": 1, "short_1": 1}
    assert beats() == [
        f"task_id={task}/beats-{attempt}.txt"
        for task, attempt in (("long", 1), ("long", 2), ("short_0", 1), ("short_1", 1))
    ]
    tries = [(own / f"task_id=long/beats-{number}.txt").read_text().split() for number in (1, 2)]
    first, second = ([float(line) for line in lines] for lines in tries)
    assert max(first) < min(second), "two tries ran at the same time"
