"""How the stacks depend on each other, and what a change leaves alone."""

import json

import pytest
from aws_cdk import App

from app import platform
from tests.support.environments import AWS_ENVIRONMENTS, aws_environment_named
from tests.support.platform import Templates, build, stacks
from tests.support.synth import cdk_app

SLOW = {"ClusterStack", "StorageStack", "DatabaseStack"}


@pytest.fixture(scope="module", params=AWS_ENVIRONMENTS)
def app(request: pytest.FixtureRequest) -> App:
    app = cdk_app()
    platform(app, aws_environment_named(request.param))
    app.synth()
    return app


def waits_for(app: App) -> dict[str, set[str]]:
    """For each stack the stacks that must be deployed before it, transitively."""
    direct = {stack.node.id: {earlier.node.id for earlier in stack.dependencies} for stack in stacks(app)}

    def all_of(name: str) -> set[str]:
        return direct[name].union(*(all_of(earlier) for earlier in direct[name]))

    return {name: all_of(name) for name in direct}


def test_should_make_the_slow_stacks_side_by_side(app: App) -> None:
    for stack, earlier in waits_for(app).items():
        if stack in SLOW:
            assert not earlier & SLOW, f"{stack} waits for {earlier & SLOW}"


def test_should_bring_every_stack_with_airflow_stack(app: App) -> None:
    assert waits_for(app)["AirflowStack"] == {"NetworkStack", "IamStack", *SLOW}


def test_should_build_iam_and_network_on_nothing(app: App) -> None:
    assert waits_for(app)["IamStack"] == set()
    assert waits_for(app)["NetworkStack"] == set()


def test_should_carry_the_environment_in_stack_names_only(app: App) -> None:
    name = next(stack.stack_name for stack in stacks(app)).split("-")[1]
    assert {stack.node.id: stack.stack_name for stack in stacks(app)} == {
        f"{part.capitalize()}Stack": f"airflow-{name}-{part}"
        for part in ("network", "iam", "cluster", "storage", "database", "airflow")
    }


def test_should_synthesize_the_same_bytes_twice(all_templates: dict[str, Templates]) -> None:
    again = build(aws_environment_named("dev"))
    assert json.dumps(again) == json.dumps(all_templates["dev"])


def test_should_change_only_airflow_stack_with_airflow_version(all_templates: dict[str, Templates]) -> None:
    settings = aws_environment_named("dev")
    bumped = settings.model_copy(update={"airflow": settings.airflow.model_copy(update={"version": "3.3.3"})})
    after = build(bumped)
    changed = {stack for stack, template in after.items() if template != all_templates["dev"][stack]}
    assert changed == {"AirflowStack"}
