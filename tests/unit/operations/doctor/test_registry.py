"""The image, asked of its registry."""

from typing import Any

import pytest

from operations.doctor import registry
from operations.doctor.check import Status
from operations.doctor.image_reference import parse
from tests.unit.operations.doctor import healthy
from tests.unit.operations.doctor.conftest import answered
from tests.unit.operations.doctor.fake_aws import doctor
from tests.unit.operations.doctor.healthy import Refusal

ECR = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/airflow:1"


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("apache/airflow:3.3.2", "https://registry-1.docker.io/v2/apache/airflow/manifests/3.3.2"),
        ("postgres", "https://registry-1.docker.io/v2/library/postgres/manifests/latest"),
        ("docker.io/apache/airflow:3.3.2", "https://registry-1.docker.io/v2/apache/airflow/manifests/3.3.2"),
        ("quay.io/team/airflow:1", "https://quay.io/v2/team/airflow/manifests/1"),
        ("example.com:5000/a:1@sha256:ab", "https://example.com:5000/v2/a/manifests/sha256:ab"),
        ("127.0.0.1:5000/a/b:1", "http://127.0.0.1:5000/v2/a/b/manifests/1"),
        ("localhost/a:1", "http://localhost/v2/a/manifests/1"),
    ],
)
def test_should_find_the_manifest_of_an_image(name: str, url: str) -> None:
    assert parse(name).manifest_url == url


@pytest.mark.parametrize(
    ("answer", "status", "next_step"),
    [
        (answered(200, ratelimit_remaining="100;w=21600"), Status.PASS, ""),
        (answered(200), Status.PASS, ""),
        (answered(404), Status.FAIL, "airflow.image or airflow.version"),
        (answered(200, ratelimit_remaining="3;w=21600"), Status.WARN, "ECR"),
        (answered(429), Status.WARN, "ECR"),
        (answered(401), Status.WARN, "make it public"),
        (answered(503), Status.WARN, "again later"),
    ],
)
def test_should_tell_what_the_registry_says(monkeypatch: Any, answer: Any, status: Status, next_step: str) -> None:
    monkeypatch.setattr(registry, "_head", lambda url, token: answer)
    found = doctor(healthy.settings())[0]["image"].answer
    assert found.status == status
    assert next_step in found.next_step


def test_should_warn_of_a_registry_that_cannot_be_reached(monkeypatch: Any) -> None:
    def nowhere(url: str, token: object) -> None:
        raise registry.RegistryUnreachableError("Name or service not known")

    monkeypatch.setattr(registry, "_head", nowhere)
    assert doctor(healthy.settings())[0]["image"].answer.status == Status.WARN


def test_should_ask_with_the_token_that_the_registry_gives_to_everybody(monkeypatch: Any) -> None:
    challenge = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",error="invalid_token"'
    asked: list[tuple[str, object]] = []

    def head(url: str, token: object) -> Any:
        asked.append((url, token))
        return answered(200) if token == "t" else answered(401, www_authenticate=challenge)

    def token(request: Any) -> Any:
        asked.append((request.full_url, None))
        return 200, answered(200)[1], b'{"token": "t"}'

    monkeypatch.setattr(registry, "_head", head)
    monkeypatch.setattr(registry, "_answer", token)
    assert doctor(healthy.settings())[0]["image"].answer.status == Status.PASS
    assert asked[1][0] == (
        "https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Aapache%2Fairflow%3Apull"
    )
    assert asked[2][1] == "t"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"imageDetails": [{}]}, Status.PASS),
        (Refusal("ImageNotFoundException"), Status.FAIL),
        (Refusal("RepositoryNotFoundException"), Status.FAIL),
        (Refusal("AccessDeniedException"), Status.WARN),
    ],
)
def test_should_ask_ecr_of_its_images(answer: Any, status: Status) -> None:
    lines, aws = doctor(healthy.settings(airflow={"image": ECR}), {"ecr.DescribeImages": answer})
    assert lines["image"].answer.status == status
    assert "ecr.DescribeImages" in aws.calls


def test_should_warn_of_an_image_in_another_region() -> None:
    settings = healthy.settings(airflow={"image": ECR.replace("eu-central-1", "us-east-1")})
    assert "replicate" in doctor(settings)[0]["image"].answer.next_step


CACHE = {
    "images": {
        "pull_through_cache": {
            "docker_hub_credential_arn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"
            "ecr-pullthroughcache/docker-hub-AbCdEf"
        }
    },
}


def heads(monkeypatch: Any, answer: Any) -> list[str]:
    """A registry that answers so; returns the URLs that it is asked for."""
    asked: list[str] = []

    def head(url: str, token: object) -> Any:
        asked.append(url)
        return answer

    monkeypatch.setattr(registry, "_head", head)
    return asked


@pytest.mark.parametrize(
    ("answer", "status"),
    [(answered(200), Status.PASS), (answered(404), Status.FAIL), (answered(429), Status.WARN)],
)
def test_should_ask_docker_hub_for_what_ecr_will_fetch_from_it(monkeypatch: Any, answer: Any, status: Status) -> None:
    asked = heads(monkeypatch, answer)
    lines, aws = doctor(healthy.settings(**CACHE), {"ecr.DescribeImages": Refusal("RepositoryNotFoundException")})
    assert lines["image"].answer.status == status
    assert asked[0] == "https://registry-1.docker.io/v2/apache/airflow/manifests/3.3.2"
    assert "ecr.DescribeImages" not in aws.calls


def test_should_warn_where_docker_hub_cannot_be_asked_and_ecr_can(monkeypatch: Any) -> None:
    def nowhere(url: str, token: object) -> None:
        raise registry.RegistryUnreachableError("Name or service not known")

    monkeypatch.setattr(registry, "_head", nowhere)
    assert "by itself" in doctor(healthy.settings(**CACHE))[0]["image"].answer.next_step


def test_should_ask_ecr_for_an_image_of_yours_beside_a_cache() -> None:
    lines, aws = doctor(healthy.settings(**CACHE, airflow={"image": ECR}), {"ecr.DescribeImages": {"imageDetails": []}})
    assert lines["image"].answer.status == Status.PASS
    assert "ecr.DescribeImages" in aws.calls


def test_should_ask_the_registry_that_stands_for_docker_hub(monkeypatch: Any) -> None:
    asked = heads(monkeypatch, answered(200))
    doctor(healthy.settings(images={"registry_prefix": "registry.example.com/mirror"}))
    assert asked == ["https://registry.example.com/v2/mirror/apache/airflow/manifests/3.3.2"]
