"""An upgrade from the version before, and the way back."""

from tests.runtime.install import PREVIOUS
from tests.runtime.stage import CURRENT, Stage

NEW_DAG = """
from airflow.sdk import dag, task

@dag(schedule=None, catchup=False)
def added_after_the_way_back():
    @task
    def nothing(): ...
    nothing()

added_after_the_way_back()
"""


def test_should_upgrade_and_come_back_with_everything_working(upgraded: Stage) -> None:
    client = upgraded.client()
    assert client.get("/version")["version"] == PREVIOUS
    upgraded.drop_dag("pair")
    client.dag_appears("pair", 60)
    old_run = client.trigger("pair")
    assert old_run.ends(180) == "success"
    connection = {"connection_id": "kept", "conn_type": "http", "host": "example.com", "password": "kept-secret"}
    client.call("POST", "/api/v2/connections", connection)

    # The migration runs while the old components do, as in a deployment.
    upgraded.release(CURRENT)
    client = upgraded.client()
    assert client.get("/version")["version"] == CURRENT
    assert old_run.states() == {"first": "success", "second": "success"}
    assert "from the first" in old_run.log("second")
    assert client.get("/connections/kept")["host"] == "example.com"
    assert client.trigger("pair").ends(180) == "success"

    # A deployment that fails after the migration goes back to the manifests of before.
    upgraded.release(PREVIOUS)
    client = upgraded.client()
    assert client.get("/version")["version"] == PREVIOUS
    assert client.trigger("pair").ends(180) == "success"
    upgraded.drop_dag("added_after_the_way_back", NEW_DAG)
    client.dag_appears("added_after_the_way_back", 60)
    assert client.trigger("added_after_the_way_back").ends(90) == "success"
    processor = upgraded.cluster.running("dag-processor").container("dag-processor")
    assert processor.restarts == 0
