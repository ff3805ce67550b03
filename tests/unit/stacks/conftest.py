"""The four stacks below cluster and Airflow, of both AWS environments."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from settings import AwsEnvironment
from stacks.base import PlatformStack
from stacks.database_stack import DatabaseStack
from stacks.iam_stack import IamStack
from stacks.network_stack import NetworkStack
from stacks.storage_stack import StorageStack
from tests.support.environments import AWS_ENVIRONMENTS, aws_environment_named
from tests.support.synth import cdk_app

Templates = dict[str, dict[str, Any]]


def foundation(app: App, settings: AwsEnvironment) -> list[PlatformStack]:
    """Network, IAM, storage and database, wired as in app.py."""
    network = NetworkStack(app, "NetworkStack", settings=settings)
    iam = IamStack(app, "IamStack", settings=settings)
    return [
        network,
        iam,
        StorageStack(app, "StorageStack", settings=settings, network=network.offer),
        DatabaseStack(app, "DatabaseStack", settings=settings, network=network.offer, roles=iam.offer),
    ]


def templates_of(settings: AwsEnvironment) -> Templates:
    """Stack -> template."""
    app = cdk_app()
    stacks = foundation(app, settings)
    # From the files: a template through the language bridge takes as long as the synth.
    directory = Path(app.synth().directory)
    return {stack.node.id: json.loads((directory / stack.template_file).read_text()) for stack in stacks}


@pytest.fixture(scope="session")
def all_templates() -> dict[str, Templates]:
    """Environment -> stack -> template."""
    return {name: templates_of(aws_environment_named(name)) for name in AWS_ENVIRONMENTS}
