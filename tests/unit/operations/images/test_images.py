"""Every image of an environment."""

import re
from typing import Any

import cdk8s
import pytest

from k8s.airflow.release import release
from k8s.local import generate_secrets, local_bindings
from k8s.render import render
from operations.images import __main__ as command
from operations.images.table import copies, described, listed
from settings import AwsEnvironment, LocalEnvironment
from settings.facts.addons import ADDONS
from settings.images import airflow_as_pulled
from tests.support.environments import aws_environment, environment, environment_file

MIRROR = {"registry_prefix": "registry.example.com/mirror"}
CREDENTIAL = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
CACHE: dict[str, Any] = {
    "account": "111122223333",
    "images": {"pull_through_cache": {"docker_hub_credential_arn": CREDENTIAL}},
}


def local(**changes: Any) -> LocalEnvironment:
    return LocalEnvironment.model_validate({**environment("local").model_dump(), **changes})


@pytest.mark.parametrize("images", [{}, MIRROR])
def test_should_list_every_image_that_is_rendered(images: dict[str, str]) -> None:
    settings = local(images=images)
    bindings = local_bindings(settings, generate_secrets())
    text = render(release(cdk8s.App(), airflow=airflow_as_pulled(settings), bindings=bindings))
    rendered = set(re.findall(r"^\s*(?:- )?image: (\S+)$", text, re.MULTILINE))
    assert rendered == {image.pulled for image in listed(settings)}
    assert len(rendered) == 2


@pytest.mark.parametrize(
    ("settings", "pulled", "told"),
    [
        (aws_environment(), "apache/airflow:3.3.2", "(docker.io/apache/airflow:3.3.2)"),
        (
            aws_environment(images=MIRROR),
            "registry.example.com/mirror/apache/airflow:3.3.2",
            "(a copy of docker.io/apache/airflow:3.3.2)",
        ),
        (
            aws_environment(**CACHE),
            "111122223333.dkr.ecr.eu-central-1.amazonaws.com/airflow-test/apache/airflow:3.3.2",
            "(a copy of docker.io/apache/airflow:3.3.2)",
        ),
        (aws_environment(airflow={"image": "quay.io/a/b:1"}), "quay.io/a/b:1", "it names its registry"),
    ],
)
def test_should_say_what_nodes_pull_and_what_replaces_it(settings: AwsEnvironment, pulled: str, told: str) -> None:
    name, runs, replaced, *_ = described(settings).splitlines()
    assert name == pulled
    assert runs.strip().startswith("Airflow")
    assert replaced.startswith("  replaced by: airflow.image")
    assert told in replaced


def test_should_say_of_add_ons_that_their_images_follow_them() -> None:
    settings = aws_environment(
        cluster={"addons": {"coredns": {"version": "v1.12.4-eksbuild.1"}}}, airflow={"task_images": ["quay.io/dbt/"]}
    )
    text = described(settings)
    assert "AWS's own ECR of the region; they follow the add-on" in text
    assert "  coredns  v1.12.4-eksbuild.1  (cluster.addons.coredns.version)" in text
    assert all(f"  {addon.name}  " in text for addon in ADDONS)
    assert "  quay.io/dbt/…" in text
    assert "Add-ons" not in described(local())


def test_should_write_the_commands_that_copy_what_comes_from_docker_hub() -> None:
    assert copies(local(), "registry.example.com/mirror") == [
        "crane copy docker.io/apache/airflow:3.3.2 registry.example.com/mirror/apache/airflow:3.3.2",
        "crane copy docker.io/library/postgres:17 registry.example.com/mirror/library/postgres:17",
    ]


@pytest.mark.parametrize("images", [{}, MIRROR])
def test_should_copy_to_where_the_prefix_looks_for_it(images: dict[str, str]) -> None:
    settings = local(images=images)
    targets = [line.split(" ")[-1] for line in copies(settings, MIRROR["registry_prefix"])]
    assert targets == [image.pulled for image in listed(local(images=MIRROR))]


def test_should_copy_nothing_that_no_prefix_would_replace() -> None:
    assert copies(aws_environment(airflow={"image": "quay.io/a/b:1"}), "registry.example.com") == []


def test_should_print_the_commands_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(environment_file("local")), "--copy-to", "registry.example.com"]) == 0
    assert all(line.startswith("crane copy docker.io/") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("target", ["mirror", "https://registry.example.com", "registry.example.com/; rm -rf /"])
def test_should_refuse_to_copy_to_what_is_no_registry(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(environment_file("dev")), "--copy-to", target]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "must be a registry" in told.err and len(told.err.splitlines()) == 1


def test_should_list_the_images_of_task_profiles() -> None:
    settings = aws_environment(airflow={"task_profiles": {"mine": {"image": "team/airflow:1"}}}, images=MIRROR)
    assert listed(settings)[1].pulled == "registry.example.com/mirror/team/airflow:1"
    assert "replaced by: airflow.task_profiles.mine.image" in described(settings)
    assert "crane copy docker.io/team/airflow:1 registry.example.com/team/airflow:1" in copies(
        settings, "registry.example.com"
    )
