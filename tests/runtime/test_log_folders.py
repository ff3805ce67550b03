"""A task writes in its own log folder and nowhere else, and every one of its logs is where readers look for it."""

from pathlib import Path

import pytest

from standins.node import binding
from tests.runtime.client import Run
from tests.runtime.stage import Stage


@pytest.fixture
def run(airflow: Stage) -> Run:
    """A run of `reaching`, to its end."""
    client = airflow.client()
    found = getattr(airflow, "reaching", None)
    if found is None:
        airflow.drop_dag("reaching")
        client.dag_appears("reaching", 90)
        found = client.trigger("reaching")
        assert found.ends(240) == "failed"
        airflow.reaching = found  # type: ignore[attr-defined]
    return Run(client, found.dag_id, found.run_id)


def files(stage: Stage) -> set[str]:
    """What there is on the shared file system beside the folders of tasks."""
    data = stage.cluster.data
    return {str(path.relative_to(data)) for path in data.rglob("*.txt") if "task_id=" not in str(path.parent)}


def test_should_let_a_task_write_in_its_own_log_folder_only(airflow: Stage, run: Run) -> None:
    log = run.log("out")
    if not binding.possible():
        return  # mounts are links then, which hold nothing
    assert (log.count("no: "), log.count("yes: ")) == (6, 0)
    assert "sees ['attempt=1.log', 'mine.txt']" in log
    assert (airflow.folder(run, "out") / "mine.txt").read_text() == "mine"
    assert files(airflow) == set()
    assert not (airflow.cluster.data / "dags" / "theirs.py").exists()


def test_should_give_no_task_the_folder_of_another(airflow: Stage, run: Run) -> None:
    assert "as itself" in run.log("pretending")
    assert not (airflow.logs / "dag_id=pair" / "run_id=theirs").exists()
    told = airflow.cluster.output("airflow-scheduler", lines=5000)
    assert run.states()["renamed"] == run.states()["templated"] == "failed"
    assert "env: LOG_DAG_ID must be metadata.annotations['dag_id']" in told
    assert "pod_template_file must be of" in told


def test_should_keep_the_logs_of_every_kind_of_task_whole(airflow: Stage, run: Run) -> None:
    assert "try number 1" in run.log("again", 1)
    assert "try number 2" in run.log("again", 2)
    states = sorted((task["task_id"], task["map_index"], task["state"]) for task in run.tasks())
    assert [each for each in states if each[0] == "mapped"] == [("mapped", 0, "success"), ("mapped", 1, "success")]
    for number in range(2):
        assert f"the number is {10 + number}" in run.log("mapped", map_index=number)
    deferred = run.log("in.order")
    assert "before the trigger" in deferred and "after the trigger" in deferred
    written = {path.name.partition(".trigger.")[0] for path in airflow.folder(run, "in.order").iterdir()}
    assert written == {"attempt=1.log"}


def test_should_make_every_folder_as_airflows_user(airflow: Stage, run: Run) -> None:
    """Else nobody but root could clean up."""
    folders = [airflow.folder(run, "out"), *airflow.folder(run, "out").parents[:2]]
    expected = 50_000 if airflow.cluster.identities.real else Path.home().stat().st_uid
    assert {folder.stat().st_uid for folder in folders} == {expected}
