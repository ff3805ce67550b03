"""The environments that come with the project, and the schema that editors complete them from."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from settings import AwsEnvironment, load_environment, task_slots
from settings.__main__ import main
from settings.reading.yaml_file import CoreSchemaLoader
from settings.schema import SCHEMA_FILE, environment_schema, schema_text

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENTS = ("dev", "production", "local")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_should_load(name: str) -> None:
    assert load_environment(name, ROOT).name == name


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_should_offer_completion_and_satisfy_the_schema(name: str) -> None:
    text = (ROOT / "environments" / f"{name}.yaml").read_text()

    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    jsonschema.validate(yaml.load(text, CoreSchemaLoader), environment_schema())


def test_should_have_an_up_to_date_schema_file() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m settings.schema"


def test_should_be_a_valid_schema() -> None:
    jsonschema.Draft7Validator.check_schema(environment_schema())


@pytest.mark.parametrize(
    "change",
    [{"regoin": "x"}, {"name": "Dev"}, {"network": {"nat_gateways": 9}}, {"platform": "kubernetes"}, {"account": "1"}],
)
def test_should_mark_mistakes_in_the_editor(change: dict[str, object]) -> None:
    data = {**yaml.load((ROOT / "environments" / "dev.yaml").read_text(), CoreSchemaLoader), **change}

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
        environment = load_environment(name, ROOT)
        slots = task_slots(environment) if isinstance(environment, AwsEnvironment) else environment.local.task_slots
        assert slots >= 4


def test_should_make_production_highly_available_and_its_data_outlive_the_stacks() -> None:
    production = load_environment("production", ROOT)

    assert isinstance(production, AwsEnvironment)
    assert (len(production.availability_zones), production.network.nat_gateways) == (3, 3)
    assert production.database.multi_az
    assert production.retain_data
    assert min(production.storage.backup_retention_days, production.database.backup_retention_days) == 30
    assert production.storage.customer_managed_key
    assert production.database.customer_managed_key
    assert production.cluster.node_groups["workers"].min_size >= 3


def test_should_make_dev_cheap_and_leave_nothing() -> None:
    dev = load_environment("dev", ROOT)

    assert isinstance(dev, AwsEnvironment)
    assert (len(dev.availability_zones), dev.network.nat_gateways) == (2, 1)
    assert not dev.retain_data
    assert not dev.database.multi_az
    assert dev.storage.storage_capacity_gib == 1200


def test_should_say_ok_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dev"]) == 0
    assert capsys.readouterr().out == "dev: ok\n"


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
