"""ClusterStack's template for some settings, synthesized once for the same ones."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from aws_cdk import App

from stacks.cluster_stack import ClusterStack
from stacks.iam_stack import IamStack
from stacks.network_stack import NetworkStack
from tests.support.environments import aws_environment
from tests.support.synth import cdk_app, template_of
from tests.support.templates import Template

Synthesize = Callable[..., Template]


def quick_app() -> App:
    """An app that copies no assets: kubectl's layer is large, and nothing is deployed."""
    app = cdk_app()
    app.node.set_context("aws:cdk:disable-asset-staging", True)
    return app


@cache
def _synthesized(overrides: str) -> str:
    app = quick_app()
    settings = aws_environment(**json.loads(overrides))
    network = NetworkStack(app, "NetworkStack", settings=settings)
    iam = IamStack(app, "IamStack", settings=settings)
    return json.dumps(
        template_of(ClusterStack(app, "ClusterStack", settings=settings, network=network.offer, roles=iam.offer))
    )


@pytest.fixture(scope="session")
def synthesize() -> Synthesize:
    """`synthesize(cluster={...}, ...)`: the template with these settings over the defaults."""

    def run(**overrides: Any) -> Template:
        return dict(json.loads(_synthesized(json.dumps(overrides, sort_keys=True))))

    return run


@pytest.fixture(scope="session")
def template(synthesize: Synthesize) -> Template:
    """With the defaults."""
    return synthesize()
