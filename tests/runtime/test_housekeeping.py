"""What cleans up, run as its CronJobs would run it: on 100,000 old tasks, on logs, and on pods of tasks."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from tests.runtime import install
from tests.runtime.stage import Json, Stage

OLD_METADATA = Path(__file__).parent / "old_metadata.sql"
Run = Callable[..., str]


def query(stage: Stage, text: str) -> list[str]:
    """Lines of an answer of the metadata database."""
    command = [install.postgres() / "bin" / "psql", "-h", stage.cluster.service("airflow-database"), "-U", "airflow"]
    password = stage.secrets.values["database_password"]
    done = subprocess.run(
        [*map(str, command), "-d", "airflow", "-v", "ON_ERROR_STOP=1", "-Atq", "-F", " "],
        input=text, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": password}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.fixture
def run(airflow: Stage) -> Iterator[Run]:
    """`run(name, *changed)` is `kubectl create job --from=cronjob/name`, and gives back what it said.

    `changed`: what to put in the place of arguments, after them.
    """
    made: list[str] = []

    def job(name: str, **changed: str) -> str:
        cron_job = airflow.cluster.kubernetes.get("CronJob", name, "airflow")
        assert cron_job is not None
        spec: Json = deepcopy(cron_job["spec"]["jobTemplate"]["spec"])
        arguments = spec["template"]["spec"]["containers"][0]["args"]
        for option, value in changed.items():
            arguments[arguments.index(f"--{option.replace('_', '-')}") + 1] = value
        metadata = {"name": f"{name}-by-hand-{len(made)}", "namespace": "airflow"}
        manifest = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}
        made.append(str(metadata["name"]))
        airflow.cluster.apply([manifest])
        airflow.rolled_out(manifest)
        return airflow.cluster.output(made[-1])

    yield job
    for each in made:
        airflow.cluster.delete("Job", "airflow", each, {"propagationPolicy": "Background"})


@pytest.fixture
def with_old_metadata(airflow: Stage) -> Iterator[Stage]:
    """Beside what the tests before have left: the runs of old_metadata.sql."""
    query(airflow, OLD_METADATA.read_text())
    yield airflow
    for table in ("dag_run", "log", "dag"):
        query(airflow, f"DELETE FROM {table} WHERE dag_id LIKE 'old\\_%'")


OLD = "dag_id LIKE 'old\\_%'"
NOT_OLD = "SELECT (SELECT count(*) FROM dag_run WHERE dag_id NOT LIKE 'old\\_%'), (SELECT count(*) FROM connection), "
NOT_OLD += "(SELECT count(*) FROM task_instance WHERE dag_id NOT LIKE 'old\\_%'), (SELECT count(*) FROM ab_user)"
COUNTS = "SELECT count(*) FILTER (WHERE end_date < now() - interval '365 days'), count(*) FROM dag_run WHERE " + OLD


def test_should_clean_a_database_of_100_000_old_tasks_and_keep_what_is_newer(
    with_old_metadata: Stage, run: Run
) -> None:
    stage = with_old_metadata
    younger = (
        "SELECT count(*) FROM {} WHERE dag_id LIKE 'old\\_%' AND run_id IN (SELECT 'day_' || generate_series(1, 365))"
    )
    kept = {table: query(stage, younger.format(table)) for table in ("task_instance", "xcom", "dag_run")}
    others = [int(each) for each in query(stage, NOT_OLD)[0].split()]
    (
        old,
        all_,
    ) = map(int, query(stage, COUNTS)[0].split())
    assert old > 6000
    said = run("airflow-clean-metadata")

    # Newer is there as it was; the newest run of each outcome too, with its tasks, and what has not ended.
    assert {table: query(stage, younger.format(table)) for table in kept} == kept
    assert all(now >= before for now, before in zip(map(int, query(stage, NOT_OLD)[0].split()), others, strict=True))
    remaining = query(
        stage,
        "SELECT dag_id, run_id, r.state, count(i.id) FROM dag_run r JOIN task_instance i USING (dag_id, run_id)"
        f" WHERE {OLD} AND run_id NOT IN (SELECT 'day_' || generate_series(1, 365)) GROUP BY 1, 2, 3 ORDER BY 1, 2",
    )
    assert remaining == [
        "old_0 day_501 success 10",
        "old_0 day_507 failed 10",
        "old_1 day_900 running 10",
        "old_2 day_900 success 10",
    ]
    # A version of a DAG goes when no run is of it any more and a newer one is there.
    assert query(stage, f"SELECT DISTINCT version_number FROM dag_version WHERE {OLD} ORDER BY 1") == ["1", "3"]

    # What has gone is in the archive, whole, and said.
    left = int(query(stage, COUNTS)[0].split()[1])
    archives = query(
        stage, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '\\_airflow\\_deleted\\_\\_%'"
    )
    (runs,) = [each for each in archives if "__dag_run__" in each]
    (tasks,) = [each for each in archives if "__task_instance__" in each]
    assert query(stage, f"SELECT count(*) FROM {runs}") == [str(all_ - left)]
    assert query(stage, f"SELECT count(*) FROM {tasks}") == [str((all_ - left) * 10)]
    assert f"dag_run {all_ - left}, task_instance {(all_ - left) * 10}, " in said
    assert "1 runs began longer ago and have not ended: they stay." in said

    # Once more: nothing is left to do, and archives go when their time has come.
    again = run("airflow-clean-metadata", keep_archive_days="0")
    assert f"{len(archives)} dropped" in again
    assert "Done: 0 rows" in again


def test_should_delete_old_logs_and_let_airflow_show_the_others(airflow: Stage, run: Run) -> None:
    old, new = (airflow.logs / f"dag_id=gone/run_id={name}/task_id=t/attempt=1.log" for name in ("old", "new"))
    for path, days in ((old, 400), (new, 1)):
        path.parent.mkdir(parents=True)
        path.write_text("a log\n")
        os.utime(path, (time.time() - days * 86_400,) * 2)
    for folder in (old.parent, *list(old.parents)[1:3], new.parent, *list(new.parents)[1:2]):
        os.chown(folder, 50_000, 0)
    before = set(airflow.logs.rglob("*.log"))
    assert "Done: 1 logs older than 365 days have gone" in run("airflow-clean-logs")
    assert set(airflow.logs.rglob("*.log")) == before - {old}


def test_should_delete_what_tasks_have_left_and_nothing_else(airflow: Stage, run: Run) -> None:
    cluster = airflow.cluster
    (templates,) = [
        each for each in cluster.kubernetes.objects("ConfigMap", "airflow") if "pod-template.yaml" in each["data"]
    ]
    pod = yaml.safe_load(templates["data"]["pod-template.yaml"])
    ended, runs, of_nobody = "left-by-a-task", "of-a-running-task", "of-nobody"
    labels = {"dag_id": "a", "task_id": "b"}
    for name, code, more in (
        (ended, "pass", labels),
        (runs, "import time; time.sleep(600)", labels),
        (of_nobody, "pass", {}),
    ):
        made = deepcopy(pod)
        names = {"dag_id": "a", "run_id": name, "task_id": "b"}
        made["metadata"] |= {"name": name, "annotations": names, "labels": {"app": "test", **more}}
        made["spec"]["containers"][0]["args"] = ["python", "-c", code]
        cluster.apply([json.loads(json.dumps(made))])

    def phase(name: str) -> str:
        return str(((cluster.kubernetes.get("Pod", name, "airflow") or {}).get("status") or {}).get("phase"))

    try:
        cluster.wait(
            "pods",
            lambda: [phase(each) for each in (ended, runs, of_nobody)] == ["Succeeded", "Running", "Succeeded"],
            60,
        )
        before = {each["metadata"]["name"] for each in cluster.kubernetes.objects("Pod", "airflow")}
        said = run("airflow-clean-pods", keep_days="0")
        assert f"pods {ended}\n" in said
        assert runs not in said and of_nobody not in said
        cluster.wait("its end", lambda: cluster.kubernetes.get("Pod", ended, "airflow") is None, 30)
        after = {each["metadata"]["name"] for each in cluster.kubernetes.objects("Pod", "airflow")}
        assert {runs, of_nobody} <= after and before - after <= {ended}
    finally:
        for each in (runs, of_nobody):
            cluster.delete_pod(each, 0)
