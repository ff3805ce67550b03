"""The repository of images."""

import json
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack

from airflow_platform.storage.image_repository import UNTAGGED_DAYS, ImageRepository
from tests.support.synth import stack_with
from tests.support.templates import resources


def template(*, customer_managed_key: bool = False, removal: RemovalPolicy = RemovalPolicy.DESTROY) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        ImageRepository(stack, "Images", customer_managed_key=customer_managed_key, removal_policy=removal)

    return stack_with(build)


def repository(made: dict[str, Any]) -> dict[str, Any]:
    ((_, found),) = resources(made, "AWS::ECR::Repository").items()
    return dict(found)


@pytest.fixture(scope="module")
def properties() -> dict[str, Any]:
    return dict(repository(template())["Properties"])


def test_should_scan_images_when_they_are_pushed(properties: dict[str, Any]) -> None:
    assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_should_never_move_a_tag(properties: dict[str, Any]) -> None:
    assert properties["ImageTagMutability"] == "IMMUTABLE"


def test_should_have_no_name_that_a_retained_one_could_have_already(properties: dict[str, Any]) -> None:
    assert "RepositoryName" not in properties


def test_should_expire_untagged_images_and_no_others(properties: dict[str, Any]) -> None:
    [rule] = json.loads(properties["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert rule["selection"]["tagStatus"] == "untagged"
    assert (rule["selection"]["countType"], rule["selection"]["countNumber"]) == ("sinceImagePushed", UNTAGGED_DAYS)


@pytest.mark.parametrize("removal", [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE])
def test_should_leave_it_to_a_person_to_delete_images(removal: RemovalPolicy) -> None:
    assert not repository(template(removal=removal))["Properties"].get("EmptyOnDelete")


@pytest.mark.parametrize(("own_key", "encryption"), [(False, "AES256"), (True, "KMS")])
def test_should_be_encrypted_and_outlive_its_stack_with_its_key(own_key: bool, encryption: str) -> None:
    made = template(customer_managed_key=own_key, removal=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    found = repository(made)["Properties"].get("EncryptionConfiguration", {"EncryptionType": "AES256"})  # ECR's default
    assert found["EncryptionType"] == encryption
    kept = [repository(made), *resources(made, "AWS::KMS::Key").values()]
    assert len(kept) == 1 + own_key
    assert {each["DeletionPolicy"] for each in kept} == {"RetainExceptOnCreate"}
