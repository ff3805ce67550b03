"""Environments for tests, made in code."""

from typing import Any

from settings.model.environment import AwsEnvironment

BASE: dict[str, Any] = {
    "name": "test",
    "region": "eu-central-1",
    "availability_zones": ["eu-central-1a", "eu-central-1b"],
}


def aws_environment(**overrides: Any) -> AwsEnvironment:
    """A small environment with the settings' defaults, and the given settings over them."""
    return AwsEnvironment.model_validate({**BASE, **overrides})
