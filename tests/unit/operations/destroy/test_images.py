"""Images in ECR: nobody loses one without having been asked, and what a cache has left is told."""

from typing import Any

import pytest

from operations.destroy import __main__ as command
from operations.destroy.images import NotEmptiedError
from tests.support.deployed_aws import Account, Json, platform
from tests.support.environments import aws_environment
from tests.unit.operations.destroy.test_destroy import destroy, still_there

REPOSITORY = "airflow-test-storage-images-1"


def image(digest: int, **more: Any) -> Json:
    return {"imageDigest": f"sha256:{digest}", **more}


def with_images(account: Account, policy: str, images: list[Json]) -> None:
    """A platform with a repository of images."""
    database = platform(policy)[1]
    database.resources["Images"] = ("AWS::ECR::Repository", REPOSITORY, policy)
    account.stacks = [platform(policy)[0], database]
    account.images = {REPOSITORY: images}


def test_should_empty_a_repository_that_is_deleted(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    many = [image(number) for number in range(1, 131)]
    of_two_architectures = image(0, imageTag="3.3.2", parts=["sha256:1", "sha256:2"])
    with_images(account, "Delete", [of_two_architectures, image(0, imageTag="stable"), *many])
    assert destroy(account, retain_data=False) == 0
    assert account.images[REPOSITORY] == []
    output = capsys.readouterr().out
    assert f"image repository {REPOSITORY}  (Images)" in output.partition("Data that is DELETED:")[2]
    assert f"Images deleted from repository {REPOSITORY}: 131." in output


@pytest.mark.parametrize("answer", ["", "y", "other"])
def test_should_delete_no_image_before_the_question_is_answered(
    account: Account, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    with_images(account, "Delete", [image(1)])
    monkeypatch.setattr(command, "answer_to", lambda question: answer)
    assert destroy(account, retain_data=False, confirmed=False) == 1
    assert account.images[REPOSITORY] == [image(1)]


def test_should_keep_the_images_of_a_repository_that_stays(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    with_images(account, "RetainExceptOnCreate", [image(1)])
    assert destroy(account, retain_data=True) == 0
    assert account.images[REPOSITORY] == [image(1)]
    output = capsys.readouterr().out
    assert REPOSITORY in still_there(output)
    assert f"aws ecr delete-repository --region eu-central-1 --repository-name {REPOSITORY} --force" in output


def test_should_say_what_ecr_keeps_instead_of_asking_for_ever(account: Account, calls: list[str]) -> None:
    with_images(account, "Delete", [image(1)])
    account.silent.add("sha256:1")
    with pytest.raises(NotEmptiedError, match=rf"{REPOSITORY}: ECR keeps images \(1\): Image is referenced"):
        destroy(account, retain_data=False)
    assert "destroy" not in calls


def test_should_destroy_on_where_an_earlier_destroy_took_the_repository(account: Account) -> None:
    with_images(account, "Delete", [])
    del account.images[REPOSITORY]
    assert destroy(account, retain_data=False) == 0


def test_should_tell_what_a_cache_of_docker_hub_has_left(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.stacks = platform("Delete")
    account.images = {"airflow-test/apache/airflow": [], "airflow-test-two/apache/airflow": [], "airflow-test": []}
    destroy(account, retain_data=False)
    output = capsys.readouterr().out
    assert "Nothing of it is kept." not in output
    assert "Copies of Docker Hub's images, which ECR made for the cache; no stack has them:" in output
    lines = [line for line in output.splitlines() if "--repository-name" in line]
    assert lines == [
        "    aws ecr delete-repository --region eu-central-1 --repository-name airflow-test/apache/airflow --force"
    ]
    assert list(account.images) == ["airflow-test/apache/airflow", "airflow-test-two/apache/airflow", "airflow-test"]


def test_should_say_that_ecr_does_not_tell(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.silent.add("ecr")
    assert command.destroy("test", aws_environment(), account, confirmed=True, concurrency=1) == 0
    output = capsys.readouterr().out
    assert "ECR could not be asked whether a cache of Docker Hub has left repositories." in output
    assert "Nothing of it is kept." not in output
