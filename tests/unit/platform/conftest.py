"""The whole platform of both AWS environments, synthesized once for each test process."""

import pytest

from tests.support.environments import AWS_ENVIRONMENTS, aws_environment_named
from tests.support.platform import Templates, build


@pytest.fixture(scope="session")
def all_templates() -> dict[str, Templates]:
    """Environment -> stack -> template."""
    return {name: build(aws_environment_named(name)) for name in AWS_ENVIRONMENTS}


@pytest.fixture(params=AWS_ENVIRONMENTS)
def templates(request: pytest.FixtureRequest, all_templates: dict[str, Templates]) -> Templates:
    """Stack -> template, of each environment in turn."""
    return all_templates[request.param]
