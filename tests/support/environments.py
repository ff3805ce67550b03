"""Environments for tests: the files of tests/environments/, and small ones made in code.

The files in environments/ belong to whoever uses the project: no test depends on a value in them.
"""

from pathlib import Path
from typing import Any

from settings import load_aws_environment, load_environment
from settings.model.environment import AwsEnvironment, LocalEnvironment

TESTS = Path(__file__).resolve().parents[1]

AWS_ENVIRONMENTS = ("dev", "production")
ENVIRONMENTS = (*AWS_ENVIRONMENTS, "local")

BASE: dict[str, Any] = {
    "name": "test",
    "region": "eu-central-1",
    "availability_zones": ["eu-central-1a", "eu-central-1b"],
}


def environment_file(name: str) -> Path:
    """The file of one of ENVIRONMENTS."""
    return TESTS / "environments" / f"{name}.yaml"


def environment(name: str) -> AwsEnvironment | LocalEnvironment:
    """One of ENVIRONMENTS."""
    return load_environment(name, TESTS)


def aws_environment_named(name: str) -> AwsEnvironment:
    """One of AWS_ENVIRONMENTS."""
    return load_aws_environment(name, TESTS)


def aws_environment(**overrides: Any) -> AwsEnvironment:
    """A small environment with the settings' defaults, and the given settings over them."""
    return AwsEnvironment.model_validate({**BASE, **overrides})
