"""Images of the users' own: pushed once, kept until somebody says that they may go. The tests are steps.

docker is a stand-in that puts into the loopback's ECR what it is told to push.
"""

import re
from pathlib import Path

import pytest

from standins.docker import Docker
from tests.deploy.rehearsal import Json, Rehearsal
from tests.support.transitions import CACHE

WITHOUT_LINKS: Json = {"storage": {"s3": {"enabled": False}}}
"""What is linked to S3 has a life of its own: test_life_with_links.py."""

REPOSITORY, RULE = "AWS::ECR::Repository", "AWS::ECR::PullThroughCacheRule"


@pytest.fixture(scope="module")
def docker(life: Rehearsal) -> Docker:
    return Docker(life.folder)


def written(life: Rehearsal, *, retain_data: bool = False) -> Path:
    return life.environment("dev", {**WITHOUT_LINKS, "retain_data": retain_data, "images": {"repository": True}})


def repositories(life: Rehearsal) -> list[Json]:
    """The platform's; the CDK's bootstrap has one as well."""
    return [each for each in life.aws.resources(REPOSITORY) if each["stack"] != "CDKToolkit"]


def images(life: Rehearsal) -> list[Json]:
    [repository] = repositories(life)
    found: list[Json] = life.aws.client("ecr").list_images(repositoryName=repository["physical_id"])["imageIds"]
    return found


def test_should_push_the_same_folder_once(life: Rehearsal, docker: Docker) -> None:
    life.deploy(written(life), stack="StorageStack")
    first, second = (
        life.cdk.operation("operations.image", str(written(life)), tools=docker.path).output.splitlines()
        for _ in range(2)
    )
    [image] = images(life)
    assert len(docker.builds) == 1
    assert first[-1] == second[-1]
    assert image["imageTag"].startswith("3.3.2-")
    assert f"@{image['imageDigest']}  # {image['imageTag']}" in first[-1]


def test_should_delete_no_image_that_nobody_was_asked_about(life: Rehearsal) -> None:
    assert life.destroy("StorageStack", check=False).code != 0
    assert len(images(life)) == 1


def test_should_put_a_cache_before_docker_hub_and_take_it_away(life: Rehearsal) -> None:
    ecr = {"docker_hub_credential_arn": CACHE["images.pull_through_cache.docker_hub_credential_arn"]}
    cached = {"account": CACHE["account"], "images": {"repository": True, "pull_through_cache": ecr}}
    life.deploy(life.environment("dev", {**WITHOUT_LINKS, "retain_data": False, **cached}), stack="StorageStack")
    [rule] = life.aws.resources(RULE)
    assert rule["physical_id"] == "airflow-dev"
    life.deploy(written(life), stack="StorageStack")
    assert life.aws.resources(RULE) == []
    assert len(images(life)) == 1


def test_should_delete_images_with_the_platform_once_that_is_confirmed(life: Rehearsal) -> None:
    run = life.cdk.operation("operations.destroy", str(written(life)), "--yes")
    assert re.search(r"Images deleted from repository airflow-dev-storage-\S+: 1\.\n", run.output)
    assert repositories(life) == []
    assert "Nothing of it is kept." in run.output


def test_should_make_a_new_repository_beside_one_that_was_retained(life: Rehearsal, docker: Docker) -> None:
    kept = written(life, retain_data=True)
    names: set[str] = set()
    for number in (1, 2):
        life.deploy(kept, stack="StorageStack")
        life.cdk.operation("operations.image", str(kept), tools=docker.path)
        run = life.cdk.operation("operations.destroy", str(kept), "--yes")
        before, names = names, {repository["physical_id"] for repository in repositories(life)}
        assert len(names) == number
        (new,) = names - before
        assert f"--repository-name {new} --force" in run.output
    ecr = life.aws.client("ecr")
    assert all(len(ecr.list_images(repositoryName=name)["imageIds"]) == 1 for name in names)
