"""What the settings know of Airflow's options is what the installed Airflows say."""

import json
from pathlib import Path

import pytest

from operations.facts import airflow_options
from settings.facts.airflow_options import FOLDER
from tests.runtime.install import CURRENT_ENVIRONMENT, PREVIOUS_ENVIRONMENT

OF_OTHER_PROVIDERS = ("azure_remote_logging.", "elasticsearch.", "elasticsearch_configs.", "openlineage.", "snowflake.")
"""Of providers of the image that are not installed here."""


@pytest.mark.parametrize("environment", [CURRENT_ENVIRONMENT, PREVIOUS_ENVIRONMENT], ids=["current", "previous"])
def test_should_know_the_options_of_airflow_as_it_describes_them(environment: Path) -> None:
    described = airflow_options.described(environment / "bin" / "python", ())
    written = json.loads((FOLDER / f"{described['airflow']}.json").read_text(encoding="utf-8"))

    told = {name: facts for name, facts in described["options"].items() if not name.startswith(OF_OTHER_PROVIDERS)}
    known = {name: facts for name, facts in written["options"].items() if not name.startswith(OF_OTHER_PROVIDERS)}
    assert told == known, "run: python -m operations.facts airflow <this Python>"
    assert described["renamed"] == written["renamed"]
