"""The links between file system and S3."""

from typing import Any

import pytest

from airflow_platform.storage.links import Links, links_of
from settings.model.storage import StorageSettings
from tests.support.synth import stack_with
from tests.support.templates import resources

ALL = ["NEW", "CHANGED", "DELETED"]


def links(*data: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Folder -> properties."""
    settings = StorageSettings.model_validate({"data": list(data)})
    template = stack_with(lambda stack: Links(stack, "Links", file_system_id="fs-1", links=links_of(settings, "ours")))
    found = [each["Properties"] for each in resources(template, "AWS::FSx::DataRepositoryAssociation").values()]
    return {each["FileSystemPath"]: each for each in found}


def test_should_bring_dags_and_take_logs_one_direction_each() -> None:
    found = links()
    assert {path: (each["DataRepositoryPath"], each["S3"]) for path, each in found.items()} == {
        "/dags": ("s3://ours/dags/", {"AutoImportPolicy": {"Events": ALL}}),
        "/logs": ("s3://ours/logs/", {"AutoExportPolicy": {"Events": ["NEW", "CHANGED"]}}),
    }


@pytest.mark.parametrize(
    ("direction", "policies"),
    [
        ("import", {"AutoImportPolicy": {"Events": ALL}}),
        ("export", {"AutoExportPolicy": {"Events": ["NEW", "CHANGED"]}}),
        ("both", {"AutoImportPolicy": {"Events": ALL}, "AutoExportPolicy": {"Events": ["NEW", "CHANGED"]}}),
    ],
)
def test_should_take_the_direction_of_a_data_set(direction: str, policies: dict[str, Any]) -> None:
    found = links({"path": "team/features", "s3": "s3://theirs/features", "direction": direction})
    assert found["/team/features"]["S3"] == policies


@pytest.mark.parametrize(
    ("s3", "place"),
    [
        ("s3://theirs/a/b/", "s3://theirs/a/b/"),
        ("s3://theirs/a", "s3://theirs/a/"),
        ("s3://theirs", "s3://theirs/"),
        ("models/", "s3://ours/models/"),
        ("models", "s3://ours/models/"),
    ],
)
def test_should_name_the_place_with_a_slash_at_its_end(s3: str, place: str) -> None:
    assert links({"path": "a", "s3": s3})["/a"]["DataRepositoryPath"] == place


def test_should_bring_what_was_in_s3_before_the_link() -> None:
    found = links({"path": "a", "s3": "a/", "direction": "export"})
    assert {each["BatchImportMetaDataOnCreate"] for each in found.values()} == {True}
    assert {each["FileSystemId"] for each in found.values()} == {"fs-1"}


def test_should_keep_a_links_id_whatever_becomes_of_the_others() -> None:
    """Another id is another link, which FSx refuses beside the old one."""

    def ids(*data: dict[str, str]) -> set[str]:
        settings = StorageSettings.model_validate({"data": list(data)})
        made = stack_with(lambda stack: Links(stack, "Links", file_system_id="fs-1", links=links_of(settings, "ours")))
        return set(made["Resources"])

    one, other = {"path": "a/b", "s3": "1/"}, {"path": "a-b", "s3": "2/"}
    assert len(ids(one, other)) == 4
    assert ids(one) | ids(other) == ids(other, one)
