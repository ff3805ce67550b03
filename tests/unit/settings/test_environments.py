"""The schema that editors complete environments from, and the command that checks one."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from settings import AwsEnvironment, task_slots
from settings.__main__ import main
from settings.reading.yaml_file import CoreSchemaLoader
from settings.schema import SCHEMA_FILE, environment_schema, schema_text
from tests.support.environments import ENVIRONMENTS, environment, environment_file


def test_should_have_an_up_to_date_schema_file() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m settings.schema"


def test_should_be_a_valid_schema() -> None:
    jsonschema.Draft7Validator.check_schema(environment_schema())


@pytest.mark.parametrize(
    "change",
    [{"regoin": "x"}, {"name": "Dev"}, {"network": {"nat_gateways": 9}}, {"platform": "kubernetes"}, {"account": "1"}],
)
def test_should_mark_mistakes_in_the_editor(change: dict[str, object]) -> None:
    data = {**yaml.load(environment_file("dev").read_text(), CoreSchemaLoader), **change}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, environment_schema())


def test_should_describe_every_setting() -> None:
    undescribed = [
        f"{name}.{key}"
        for name, definition in environment_schema()["definitions"].items()
        for key, value in definition["properties"].items()
        if not ("description" in value or "$ref" in value or "allOf" in value)
    ]

    assert undescribed == []
    assert "pydantic" not in json.dumps(environment_schema())


def test_should_run_tasks_from_the_start() -> None:
    for name in ENVIRONMENTS:
        settings = environment(name)
        slots = task_slots(settings) if isinstance(settings, AwsEnvironment) else settings.local.task_slots
        assert slots >= 4


def test_should_say_ok_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    dev = str(environment_file("dev"))
    assert main([dev], date(2026, 11, 24)) == 0
    assert capsys.readouterr() == (f"{dev}: ok\n", "")


def test_should_say_what_is_broken_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("name: Bad\nregion: 5\n")

    assert main([str(tmp_path / "bad.yaml")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split(": ")[1] for line in captured.err.splitlines()] == [
        "name",
        "region",
        "availability_zones",
        "cluster.access.admins",
    ]


def test_should_say_how_to_use_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
