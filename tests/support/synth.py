"""Synthesis in tests, with the feature flags of a deployment."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk import App, Environment, Stack

ROOT = Path(__file__).resolve().parents[2]

# Gone with the process; an app of its own makes a folder that nobody removes.
OUTPUT = tempfile.TemporaryDirectory(prefix="cdk-tests-")


def cdk_app() -> App:
    """An app with cdk.json's context, which `App()` itself does not read."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(context=context, analytics_reporting=False, outdir=tempfile.mkdtemp(dir=OUTPUT.name))


def template_of(stack: Stack) -> dict[str, Any]:
    """The stack's template, as CloudFormation gets it."""
    app = stack.node.root
    assert isinstance(app, App)
    # From the file: through the language bridge it takes as long as the synth.
    return dict(json.loads((Path(app.synth().directory) / stack.template_file).read_text()))


def stack_with(build: Callable[[Stack], object]) -> dict[str, Any]:
    """The template of a stack, in a known account and region, that holds what `build` makes in it."""
    stack = Stack(cdk_app(), "Stack", env=Environment(account="111122223333", region="eu-central-1"))
    build(stack)
    return template_of(stack)
