"""DAGs from a Git repository that one pod fetches: which commit runs, who finds the credential, what it costs."""

import json
from pathlib import Path
from statistics import median

from tests.runtime.client import Run, wait
from tests.runtime.stage import Stage, of_repository
from tests.support.git_server import BASIC, TOKEN, GitServer

TASKS = ("before", "meanwhile", "afterwards")


def folder(airflow: Stage, run: Run, task: str) -> Path:
    """A task's own."""
    return airflow.logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}" / f"task_id={task}"


def said(airflow: Stage, run: Run) -> list[str]:
    """What the tasks of `versioned` have said of themselves: task, try, version."""
    files = {task: folder(airflow, run, task) / "said.txt" for task in TASKS}
    return [f"{task} {line}" for task, file in files.items() if file.exists() for line in file.read_text().splitlines()]


def server(airflow: Stage) -> GitServer:
    assert airflow.git is not None
    return airflow.git


def test_should_end_a_run_on_the_commit_that_it_started_on(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("versioned", 90)
    old = client.trigger("versioned", {"waits": True})
    wait("the first task", lambda: said(airflow, old), 90)

    server(airflow).commit(of_repository("two"))
    wait("the new commit", lambda: client.get("/dags/versioned")["description"] == "two", 90)
    new = client.trigger("versioned")
    assert new.ends(120) == "success"
    assert said(airflow, new) == [f"{task} 1 two" for task in TASKS]

    wait("the second task's folder", lambda: folder(airflow, old, "meanwhile").is_dir(), 60)
    (folder(airflow, old, "meanwhile") / "gate").touch()
    assert old.ends(120) == "success"
    assert said(airflow, old) == [f"{task} 1 one" for task in TASKS], "a task of a later commit ran"

    # Cleared, it stays what it was.
    client.call(
        "POST",
        "/api/v2/dags/versioned/clearTaskInstances",
        {"dag_run_id": old.run_id, "dry_run": False, "only_failed": False},
    )
    wait("the second tries", lambda: len(said(airflow, old)) == 6, 120)
    assert said(airflow, old) == [f"{task} {attempt} one" for task in TASKS for attempt in (1, 2)]


def test_should_run_on_what_is_there_while_the_repository_cannot_be_fetched(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("versioned", 90)
    git = server(airflow)
    git.says = (500, "out of order")
    try:
        git.commit(of_repository("never"))
        before = len(git.requests)
        wait("a failed fetch", lambda: len(git.requests) > before, 60)
        run = client.trigger("versioned")
        assert run.ends(120) == "success"
        assert not any(line.endswith("never") for line in said(airflow, run))
    finally:
        git.says = None
    assert "stays current" in airflow.cluster.output("airflow-git-sync")


def test_should_let_no_task_and_no_dag_file_find_the_credential(airflow: Stage) -> None:
    client = airflow.client()
    client.dag_appears("looking_from_git", 90)
    run = client.trigger("looking_from_git")
    assert run.ends(120) == "success"
    seen = json.loads((folder(airflow, run, "look") / "seen.json").read_text())
    assert "bundles" in seen["home"]
    assert "secrets" not in seen["home"]
    assert any(name.startswith("bundles/") for name in seen["files"])
    for text in (TOKEN, BASIC):
        assert text not in json.dumps(seen)
        assert text not in airflow.cluster.output("airflow-git-sync", lines=2000)
    mounted = {
        pod["metadata"]["labels"]["app.kubernetes.io/component"]
        for pod in airflow.cluster.kubernetes.objects("Pod")
        for volume in pod["spec"].get("volumes", ())
        if volume["name"].startswith("credential-")
    }
    assert mounted == {"git-sync"}


def test_should_take_no_more_cpu_for_tasks_from_git_than_from_the_folder(airflow: Stage) -> None:
    """Twenty of each, side by side, so that whatever else the machine does meets both."""
    airflow.drop_dag("twenty_of_folder")
    client = airflow.client()
    dags = ("twenty-of-folder", "twenty-of-git")
    for dag in dags:
        client.dag_appears(dag.replace("-", "_"), 90)
    runs = [client.trigger(dag.replace("-", "_")) for dag in dags]
    for run in runs:
        assert run.ends(300) == "success"
    spent = [airflow.cluster.cpu_seconds(dag) for dag in dags]
    # A pod that is deleted the moment it ends may leave no account.
    assert min(map(len, spent)) >= 15
    plain, git = map(median, spent)
    print(f"CPU seconds of a task: {plain:.2f} from the folder, {git:.2f} from Git")
    assert git <= 1.1 * plain
