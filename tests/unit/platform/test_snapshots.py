"""The alarm: what a change does to the fullest platform, in full, and to a small one, resource by resource.

A promise has a property test that names it; here is seen what nobody thought of, and what would be replaced.
"""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from settings import AwsEnvironment
from tests.support.environments import aws_environment_named
from tests.support.names import COMPONENT_STEPS, STACKS
from tests.support.platform import Templates, build
from tests.support.snapshots import contents, masked_objects, masked_template
from tests.support.templates import manifests

FULL, SMALL = "production", "dev"
STEPS = ("Storage", "Configuration", "Migration", *COMPONENT_STEPS, "Housekeeping")


@pytest.fixture
def snapshot_json(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def charts(templates: Templates) -> dict[str, list[dict[str, Any]]]:
    """Step -> its Kubernetes objects."""
    return {name[:-8]: objects for name, objects in manifests(templates["AirflowStack"]).items()}


def snapshots(templates: Templates) -> dict[str, Any]:
    """Stack or step -> all that its snapshot holds."""
    stacks = {stack: masked_template(template) for stack, template in templates.items()}
    for resource in stacks["AirflowStack"]["Resources"].values():
        resource["Properties"].pop("Manifest", None)  # text with gaps; here as objects
    return {**stacks, **{step: masked_objects(objects) for step, objects in charts(templates).items()}}


def changed(before: dict[str, Any], settings: AwsEnvironment) -> set[str]:
    """The snapshots that are other ones with these settings."""
    after = snapshots(build(settings))
    assert after.keys() == before.keys()
    return {name for name, content in after.items() if content != before[name]}


@pytest.fixture(scope="module")
def full(all_templates: dict[str, Templates]) -> dict[str, Any]:
    return snapshots(all_templates[FULL])


@pytest.mark.parametrize("stack", STACKS)
def test_should_match_the_snapshot_of_the_stack(
    stack: str, full: dict[str, Any], snapshot_json: SnapshotAssertion
) -> None:
    assert full[stack] == snapshot_json


@pytest.mark.parametrize("step", STEPS)
def test_should_match_the_snapshot_of_the_chart(
    step: str, full: dict[str, Any], snapshot_json: SnapshotAssertion
) -> None:
    assert full[step] == snapshot_json


def test_should_match_the_list_of_a_small_platforms_resources(
    all_templates: dict[str, Templates], snapshot_json: SnapshotAssertion
) -> None:
    found = {
        **{stack: contents(template) for stack, template in all_templates[SMALL].items()},
        **{
            step: [f"{obj['kind']} {obj['metadata']['name']}" for obj in masked_objects(objects)]
            for step, objects in charts(all_templates[SMALL]).items()
        },
    }
    assert found == snapshot_json


def test_should_have_a_snapshot_of_everything(all_templates: dict[str, Templates]) -> None:
    for templates in all_templates.values():
        assert set(templates) == set(STACKS)
        assert set(charts(templates)) == set(STEPS)


def test_should_change_one_snapshot_with_a_value_of_a_config_map(full: dict[str, Any]) -> None:
    """Not those of all that carry its checksum, and of Jobs whose names follow them."""
    settings = aws_environment_named(FULL)
    airflow = settings.airflow.model_copy(update={"dag_refresh_seconds": 31})
    assert changed(full, settings.model_copy(update={"airflow": airflow})) == {"Configuration"}


def test_should_change_the_snapshot_of_what_runs_otherwise(full: dict[str, Any]) -> None:
    settings = aws_environment_named(FULL)
    triggerer = settings.airflow.triggerer.model_copy(update={"memory_mib": 4096})
    airflow = settings.airflow.model_copy(update={"triggerer": triggerer})
    assert changed(full, settings.model_copy(update={"airflow": airflow})) == {"Triggerer"}


def test_should_mask_nothing_that_names_a_resource(all_templates: dict[str, Templates], full: dict[str, Any]) -> None:
    """Another logical id is another resource, and the old one is deleted."""
    for stack, template in all_templates[FULL].items():
        for section in ("Resources", "Outputs"):
            assert full[stack].get(section, {}).keys() == template.get(section, {}).keys()
    for step, objects in charts(all_templates[FULL]).items():
        for real, shown in zip(objects, full[step], strict=True):
            name = shown["metadata"]["name"].removesuffix("<hash>")
            assert real["metadata"]["name"].startswith(name)
            assert real["kind"] == "Job" or real["metadata"]["name"] == name
