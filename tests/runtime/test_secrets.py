"""Each component works with the secrets of its row, and authors' code never finds the key that signs tokens."""

import json

import pytest

from k8s.airflow.components import COMPONENTS
from settings.facts.secrets import secret
from tests.runtime.client import wait
from tests.runtime.stage import Stage


@pytest.fixture
def holding(airflow: Stage) -> Stage:
    """An encrypted variable is there before the DAG that reads it is parsed."""
    client = airflow.client()
    if not client.get("/variables")["total_entries"]:
        client.call("POST", "/api/v2/variables", {"key": "encrypted", "value": "a value"})
        airflow.drop_dag("holding")
    client.dag_appears("holding", 90)
    return airflow


def files_of(component: str) -> list[str]:
    (row,) = [each for each in COMPONENTS if each.setting == component]
    return sorted(secret(key).file for key in row.secrets)


def test_should_decrypt_variables_where_dags_are_parsed_and_have_no_key_to_sign_with(holding: Stage) -> None:
    seen = json.loads(holding.client().get("/dags/holding")["description"])
    assert seen == {"found": files_of("dag_processor"), "variable": "a value"}
    assert "jwt-secret" not in seen["found"]


def test_should_decrypt_a_triggers_arguments_and_show_its_log_while_it_runs(holding: Stage) -> None:
    client = holding.client()
    run = client.trigger("holding")
    wait("the trigger", lambda: run.states().get("deferred") == "deferred", 90)
    # The API server asks the triggerer for it, and signs its question with the API secret key.
    wait("the log of the running trigger", lambda: "trigger starting" in run.log("deferred"), 60)
    assert run.states() == {"deferred": "deferred"}, "it was over already: a file on the volume was read"
    assert run.ends(120) == "success"
    assert "the trigger is done" in run.log("deferred")
