"""The whole platform of an environment, as CloudFormation gets it."""

from typing import Any

from aws_cdk import Stack

from app import platform
from settings import AwsEnvironment
from tests.support.synth import cdk_app

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
