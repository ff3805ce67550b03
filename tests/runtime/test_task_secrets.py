"""Connections and variables from a store of AWS's, in the name of tasks, DAG files and triggers, which can't ask it.

The last tests of the cluster that the files before share: its components get the store here, and stay so.
"""

import base64
import json
from collections.abc import Iterator

import pytest

from tests.runtime.client import RefusedError, wait
from tests.runtime.stage import Stage
from tests.runtime.store import Store, store

PASSWORD, OTHER = "p4ss-of-the-store", "p4ss-of-the-database"
CONNECTIONS, VARIABLES = "airflow/connections", "airflow/variables"


@pytest.fixture(scope="module")
def aws() -> Iterator[Store]:
    with store() as made:
        yield made


@pytest.fixture
def looking_up(airflow: Stage, aws: Store) -> Stage:
    """Two connections in the database, and the store in front of it. The DAG comes last."""
    if aws.values:
        return airflow
    address = aws.url.removeprefix("http://")
    aws.values = {
        f"{CONNECTIONS}/in_the_store": json.dumps({"engine": "postgres", "user": "u", "pass": PASSWORD, "host": "h"}),
        f"{CONNECTIONS}/in_both": "http://of-the-store",
        f"{CONNECTIONS}/of_a_trigger": f"http://u:{PASSWORD}@{address}",
        f"{VARIABLES}/of_a_file": "told by the store",
        f"{VARIABLES}/of_a_task": "told by the store",
    }
    client = airflow.client()
    for name in ("in_the_database", "in_both"):
        connection = {"connection_id": name, "conn_type": "http", "host": "of-the-database", "password": OTHER}
        client.call("POST", "/api/v2/connections", connection)
    changes = {
        "secrets_backend": {"service": "secrets_manager"},
        "config": {"dag_processor.min_file_process_interval": 5},
    }
    airflow.release(changes=changes, environment=aws.environment)
    airflow.drop_dag("looking_up")
    wait("the API server", lambda: _answers(airflow), 60)
    airflow.client().dag_appears("looking_up", 90)
    return airflow


def _answers(stage: Stage) -> bool:
    try:
        return bool(stage.anonymous().get("/version"))
    except (RefusedError, OSError):
        return False


def test_should_give_a_task_the_connections_of_the_store_and_those_of_the_database(
    looking_up: Stage, aws: Store
) -> None:
    client = looking_up.client()
    for _ in range(2):
        run = client.trigger("looking_up")
        assert run.ends(240) == "success"
    seen = json.loads((looking_up.folder(run, "look") / "looked-up.json").read_text())
    assert seen["in_the_store"] == ["postgres", "h", PASSWORD]
    assert seen["in_the_database"] == ["http", "of-the-database", OTHER]
    assert (seen["in_both"], seen["variable"]) == ("of-the-store", "told by the store")
    told = {name: seen["environment"].get(name) for name in ("AWS_ENDPOINT_URL", "AIRFLOW__SECRETS__BACKEND")}
    assert set(told.values()) == {None}, "the task could have asked itself"


def test_should_ask_aws_once_for_all_reads_within_the_cache_time(looking_up: Stage, aws: Store) -> None:
    of_tasks = ("in_the_store", "in_the_database", "in_both")
    assert {name: aws.asked[f"{CONNECTIONS}/{name}"] for name in of_tasks} == dict.fromkeys(of_tasks, 1)
    assert aws.asked[f"{VARIABLES}/of_a_task"] == 1


def test_should_give_a_dag_file_its_variable_and_ask_once_however_often_it_is_parsed(
    looking_up: Stage, aws: Store
) -> None:
    client = looking_up.client()
    parsed = client.get("/dags/looking_up")["last_parsed_time"]
    wait("another parsing", lambda: client.get("/dags/looking_up")["last_parsed_time"] != parsed, 90)
    assert client.get("/dags/looking_up")["description"] == "told by the store"
    # The task's process reads the file too, through the API server.
    assert aws.asked[f"{VARIABLES}/of_a_file"] == 2


def test_should_give_a_trigger_its_connection(looking_up: Stage, aws: Store) -> None:
    expected = base64.b64encode(f"u:{PASSWORD}".encode()).decode()
    assert aws.visitors == [f"Basic {expected}"] * 2
    assert aws.asked[f"{CONNECTIONS}/of_a_trigger"] == 1


def test_should_write_no_value_into_a_log(looking_up: Stage) -> None:
    said = looking_up.cluster.output("", lines=100_000)
    assert "looking_up" in said
    for value in (PASSWORD, OTHER):
        assert value not in said
