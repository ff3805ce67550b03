"""The whole platform of both AWS environments, synthesized once for each test process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from app import platform
from settings import AwsEnvironment, load_aws_environment
from tests.support.synth import cdk_app

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENTS = ("dev", "production")

Templates = dict[str, dict[str, Any]]


def build(settings: AwsEnvironment) -> Templates:
    """The template of each stack, by construct id."""
    app = cdk_app()
    platform(app, settings)
    assembly = app.synth()
    return {stack.node.id: assembly.get_stack_artifact(stack.artifact_id).template for stack in stacks(app)}


def stacks(app: Any) -> list[Stack]:
    """The stacks of an app, in the order app.py names them."""
    return [child for child in app.node.children if isinstance(child, Stack)]


@pytest.fixture(scope="session")
def settings_of() -> Callable[[str], AwsEnvironment]:
    return lambda name: load_aws_environment(name, ROOT)


@pytest.fixture(scope="session")
def all_templates() -> dict[str, Templates]:
    """Environment -> stack -> template."""
    return {name: build(load_aws_environment(name, ROOT)) for name in ENVIRONMENTS}


@pytest.fixture(params=ENVIRONMENTS)
def templates(request: pytest.FixtureRequest, all_templates: dict[str, Templates]) -> Templates:
    """Stack -> template, of each environment in turn."""
    return all_templates[request.param]
