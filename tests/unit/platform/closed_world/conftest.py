"""The fullest environment: production's, with people in the cluster, endpoints of its own for AWS's services and a front
door on the internet."""

from datetime import date

import pytest

from operations.evidence.subject import Subject
from settings import AwsEnvironment
from tests.support.environments import aws_environment_named
from tests.support.front_door import INTERNET
from tests.support.platform import build

ADMIN, VIEWER = "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Viewer"


@pytest.fixture(scope="session")
def fullest() -> Subject:
    data = aws_environment_named("production").model_dump()
    data["network"]["interface_endpoints"] = True
    data["cluster"]["access"] = {"admins": [ADMIN], "viewers": [VIEWER]}
    data["access"] = INTERNET
    settings = AwsEnvironment.model_validate(data)
    return Subject(settings, build(settings), date(2026, 11, 24))
