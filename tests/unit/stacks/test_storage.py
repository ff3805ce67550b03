"""The storage stack: the file system with its bucket and links, with a bucket of somebody else, and without."""

from typing import Any

import pytest

from tests.support.environments import aws_environment
from tests.support.templates import resources
from tests.unit.stacks.conftest import templates_of

OUTPUTS = ("DataBucket", "DagsUri", "SyncDagsCommand")
LINK = "AWS::FSx::DataRepositoryAssociation"


def storage(**settings: Any) -> dict[str, Any]:
    return templates_of(aws_environment(storage=settings))["StorageStack"]


@pytest.fixture(scope="module")
def linked() -> dict[str, Any]:
    return storage()


@pytest.fixture(scope="module")
def unlinked() -> dict[str, Any]:
    return storage(s3={"enabled": False})


def test_should_link_the_file_system_to_its_own_bucket_by_default(linked: dict[str, Any]) -> None:
    ((bucket, _),) = resources(linked, "AWS::S3::Bucket").items()
    ((file_system, _),) = resources(linked, "AWS::FSx::FileSystem").items()
    links = resources(linked, LINK).values()
    assert len(links) == 2
    for link in links:
        assert link["Properties"]["FileSystemId"] == {"Ref": file_system}
        assert {"Ref": bucket} in link["Properties"]["DataRepositoryPath"]["Fn::Join"][1]


def test_should_make_links_after_the_policy_and_delete_them_before(linked: dict[str, Any]) -> None:
    """FSx looks whether it may use the bucket; CloudFormation would overwrite what FSx writes into a policy."""
    needed = {*resources(linked, "AWS::S3::Bucket"), *resources(linked, "AWS::S3::BucketPolicy")}
    for link in resources(linked, LINK).values():
        assert needed <= set(link["DependsOn"])


def test_should_tell_the_bucket_the_place_of_dags_and_the_command_that_brings_them(linked: dict[str, Any]) -> None:
    assert {name for name, output in linked["Outputs"].items() if "Export" not in output} == {"FileSystemId", *OUTPUTS}
    parts = linked["Outputs"]["SyncDagsCommand"]["Value"]["Fn::Join"][1]
    assert parts[0] == "aws s3 sync --region eu-central-1 dags/ s3://"
    assert parts[-1] == "/dags/ --delete"


def test_should_change_nothing_of_an_existing_bucket() -> None:
    template = storage(s3={"bucket": "ours"}, customer_managed_key=True)
    assert not [name for name, each in template["Resources"].items() if each["Type"].startswith("AWS::S3::")]
    places = {each["Properties"]["DataRepositoryPath"] for each in resources(template, LINK).values()}
    assert places == {"s3://ours/dags/", "s3://ours/logs/"}
    assert template["Outputs"]["DagsUri"]["Value"] == "s3://ours/dags/"
    ((_, key),) = resources(template, "AWS::KMS::Key").items()
    assert len(key["Properties"]["KeyPolicy"]["Statement"]) == 1, "what it does not encrypt needs no key"


def test_should_make_no_bucket_and_no_link_without_s3(unlinked: dict[str, Any]) -> None:
    assert {each["Type"] for each in unlinked["Resources"].values()} == {"AWS::FSx::FileSystem"}
    assert not set(OUTPUTS) & set(unlinked["Outputs"])
