"""Synthesis in tests, with the feature flags of a deployment."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk import App, Environment, Stack
from aws_cdk.assertions import Template

ROOT = Path(__file__).resolve().parents[2]


def cdk_app() -> App:
    """An app with cdk.json's context, which `App()` itself does not read."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(context=context, analytics_reporting=False)


def template_of(stack: Stack) -> dict[str, Any]:
    """The stack's template, as CloudFormation gets it."""
    return dict(Template.from_stack(stack).to_json())


def stack_with(build: Callable[[Stack], object]) -> dict[str, Any]:
    """The template of a stack, in a known account and region, that holds what `build` makes in it."""
    stack = Stack(cdk_app(), "Stack", env=Environment(account="111122223333", region="eu-central-1"))
    build(stack)
    return template_of(stack)
