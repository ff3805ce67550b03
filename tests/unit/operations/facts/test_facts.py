"""`python -m operations.facts`: what it writes, and what it says."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from operations.facts import airflow_options
from operations.facts.__main__ import main
from operations.facts.written import text_of, write

TODAY = date(2026, 11, 24)
LATER = date(2027, 1, 1)


def test_should_write_what_is_new_and_keep_the_date_of_what_is_not(tmp_path: Path) -> None:
    file = tmp_path / "new" / "x.json"

    assert write(file, {"a": 1}, TODAY)
    assert not write(file, {"a": 1}, LATER)
    assert json.loads(file.read_text()) == {"generated": "2026-11-24", "a": 1}
    assert write(file, {"a": 2}, LATER)
    assert json.loads(file.read_text()) == {"generated": "2027-01-01", "a": 2}


def test_should_write_an_entry_a_line() -> None:
    data = {"source": "x", "options": {"b": {"type": "y"}, "a": [1, 2]}, "none": {}}

    assert json.loads(text_of(data)) == data
    assert text_of(data).splitlines()[3:5] == ['  "a": [1, 2],', '  "b": {"type": "y"}']


def test_should_write_the_offers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["offers"], tmp_path, TODAY) == 0
    assert main(["offers"], tmp_path, LATER) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        *(f"{name}.json: written" for name in ("regions", "instance_types", "database_classes")),
        *(f"{name}.json: says the same" for name in ("regions", "instance_types", "database_classes")),
    ]


@pytest.mark.parametrize("arguments", [[], ["airflow"], ["nonsense"], ["offers", "x"], ["airflow", "x", "y"]])
def test_should_tell_how_it_is_used(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, tmp_path, TODAY) == 2
    assert capsys.readouterr().err.startswith("usage: python -m operations.facts")


def test_should_say_in_one_line_that_there_is_no_airflow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow_options, "IMAGE_PROVIDERS", ())

    assert main(["airflow", str(tmp_path / "python")], tmp_path, TODAY) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_should_take_what_an_airflow_says_of_itself(tmp_path: Path) -> None:
    # An Airflow of three lines, in place of one that takes 500 MB.
    package = tmp_path / "airflow"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "configuration.py").write_text(
        "class conf:\n"
        "    configuration_description = {'Core': {'options': {'Fernet_Key': {'type': 'string', 'sensitive': True}}}}\n"
        "    deprecated_options = {('api', 'port'): ('webserver', 'web_server_port', '3.0')}\n"
    )
    core = tmp_path / "apache_airflow_core-3.9.1.dist-info"
    core.mkdir()
    (core / "METADATA").write_text("Name: apache-airflow-core\nVersion: 3.9.1\n")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)

    described = airflow_options.described(python, ())

    assert described["airflow"] == "3.9.1"
    assert described["options"] == {"core.fernet_key": {"type": "string", "default": None, "sensitive": True}}
    assert described["renamed"] == {"webserver.web_server_port": "api.port"}
