"""The page of all settings."""

from typing import Any

import pytest

from settings.reference import REFERENCE_FILE, Reference, Row, reference_text
from settings.schema import environment_schema


def rows() -> dict[str, Row]:
    reference = Reference(environment_schema())
    return {
        row.name: row
        for definition in ("AwsEnvironment", "LocalEnvironment")
        for _, _, section in reference.sections(definition, "")
        for row in section
    }


def settings_of(schema: dict[str, Any], definition: str) -> int:
    """Settings of a definition and of all that it names, counted by another way than the page's."""
    count = 0
    for value in schema["definitions"][definition]["properties"].values():
        below = [each.rpartition("/")[2] for each in references(value)]
        count += sum(settings_of(schema, each) for each in below) if below else 1
    return count


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value["$ref"]] if "$ref" in value else [each for item in value.values() for each in references(item)]
    return [each for item in value for each in references(item)] if isinstance(value, list) else []


def test_should_have_an_up_to_date_page() -> None:
    assert REFERENCE_FILE.read_text(encoding="utf-8") == reference_text(), "run: python -m settings.reference"


def test_should_tell_every_setting_of_every_environment() -> None:
    schema = environment_schema()
    reference = Reference(schema)

    for definition in ("AwsEnvironment", "LocalEnvironment"):
        told = [row for _, _, section in reference.sections(definition, "") for row in section if row.values]
        # A list or mapping of groups has a row itself, and one for each setting of its group.
        holders = [row for row in told if any(each.name.startswith((f"{row.name}.", f"{row.name}[")) for each in told)]
        assert len(told) - len(holders) == settings_of(schema, definition)


@pytest.mark.parametrize(
    ("name", "values", "default"),
    [
        ("name", "2 to 20 small letters, digits or single hyphens, starting with a letter", "required"),
        ("network.nat_gateways", "whole number, 0 to 3", "`1`"),
        ("network.flow_logs_retention_days", "3653` days, or null", "`30`"),
        ("cluster.version", "`1.36`", "`1.36`"),
        ("cluster.access.admins", "list, each the ARN of an IAM role or user", "none"),
        ("cluster.controller.enabled", "`true`, `false`", "`false`"),
        ("cluster.node_groups", "1 to 10 names", "`workers`"),
        ("cluster.node_groups.<name>.disk_size_gib", "whole number, 20 to 16384 GiB", "`50`"),
        ("cluster.node_groups.<name>.taints[].key", "a Kubernetes key", "required"),
        ("cluster.node_groups.<name>.desired_size", "whole number, 0 to 450", "`min_size`, at least 1"),
        ("storage.throughput_mbps_per_tib", "MB/s for each TiB", "the smallest"),
        ("database.max_allocated_storage_gib", "GiB", "twice `allocated_storage_gib`, and at least 100"),
        ("airflow.scheduler.memory_mib", "whole number, 256 to 262144 MiB", "`1536`"),
        ("airflow.triggerer.memory_mib", "whole number, 256 to 262144 MiB", "`1024`"),
        ("airflow.image", "a container image", "`apache/airflow:<version>`"),
        ("local.task_slots", "whole number, 1 to 1000", "`8`"),
    ],
)
def test_should_tell_values_unit_and_default(name: str, values: str, default: str) -> None:
    row = rows()[name]

    assert values in row.values
    assert row.default == default
    assert row.description


def test_should_not_tell_a_default_twice() -> None:
    assert rows()["account"].description == "AWS account, 12 digits in quotes."


def test_should_refuse_a_default_that_nothing_tells() -> None:
    schema = environment_schema()
    schema["definitions"]["StorageSettings"]["properties"]["backup_retention_days"]["description"] = "Days."

    with pytest.raises(ValueError, match=r"storage\.backup_retention_days"):
        list(Reference(schema).sections("AwsEnvironment", ""))


def test_should_keep_a_table_a_table() -> None:
    assert str(Row("a", "b|c", "none", "d")) == "| `a` | b\\|c | none | d |"
