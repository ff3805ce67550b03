"""What images are called where nodes pull them."""

from typing import Any

import pytest

from settings import AwsEnvironment, LocalEnvironment
from settings.images import airflow_as_pulled, cache_prefix, pulled_as, split
from settings.model.base import ImageReference
from tests.unit.settings.cases import AWS, LOCAL, changed
from tests.unit.settings.tables.images import CACHE

DIGEST = "sha256:" + 64 * "a"
MIRROR = {"images": {"registry_prefix": "registry.example.com/mirror"}}
IN_ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com/airflow-test"


def aws(changes: dict[str, Any]) -> AwsEnvironment:
    return AwsEnvironment.model_validate(changed(AWS, changes))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("apache/airflow:3.3.2", "apache/airflow:3.3.2"),
        ("postgres:17", "library/postgres:17"),
        (f"postgres@{DIGEST}", f"library/postgres@{DIGEST}"),
        ("docker.io/postgres", "library/postgres"),
        ("index.docker.io/team/airflow:1", "team/airflow:1"),
    ],
)
def test_should_find_docker_hubs_images_where_its_copies_are(name: str, path: str) -> None:
    assert pulled_as(aws({}), name) == name
    assert pulled_as(aws(MIRROR), name) == f"registry.example.com/mirror/{path}"
    assert pulled_as(aws(CACHE), name) == f"{IN_ECR}/{path}"


@pytest.mark.parametrize("name", ["quay.io/team/airflow:1", "localhost/airflow", "registry:5000/airflow:1"])
def test_should_take_a_name_with_another_registry_as_it_is(name: str) -> None:
    assert pulled_as(aws(MIRROR), name) == pulled_as(aws(CACHE), name) == name
    assert split(name)[0] != "registry-1.docker.io"


def test_should_give_the_charts_the_name_that_nodes_pull() -> None:
    assert airflow_as_pulled(aws({})).image == "apache/airflow:3.3.2"
    assert airflow_as_pulled(aws({**MIRROR, "airflow image": f"team/airflow@{DIGEST}"})).image == (
        f"registry.example.com/mirror/team/airflow@{DIGEST}"
    )
    local = LocalEnvironment.model_validate(changed(LOCAL, MIRROR))
    assert airflow_as_pulled(local).image == "registry.example.com/mirror/apache/airflow:3.3.2"


def test_should_call_the_cache_what_ecr_takes() -> None:
    longest = aws({"name": "a" * 20})
    assert cache_prefix(longest) == f"airflow-{'a' * 20}"
    assert len(cache_prefix(longest)) <= 30, "EcrRepositoryPrefix"


@pytest.mark.parametrize("changes", [MIRROR, CACHE])
def test_should_make_names_that_are_images(changes: dict[str, Any]) -> None:
    [form] = ImageReference.__metadata__  # type: ignore[attr-defined]
    assert form._checked(pulled_as(aws(changes), f"team/airflow:1@{DIGEST}"))


def test_should_give_the_charts_the_names_of_a_profiles_image_too() -> None:
    profiles = {"mine": {"image": "team/airflow:1"}, "other": {"image": "quay.io/a/b:1"}, "plain": {}}
    pulled = airflow_as_pulled(aws({**MIRROR, "airflow task_profiles": profiles})).task_profiles
    images = {name: profile.image for name, profile in pulled.items()}
    assert images == {"mine": "registry.example.com/mirror/team/airflow:1", "other": "quay.io/a/b:1", "plain": None}
