"""The fullest environment: production's, with people in the cluster and endpoints of its own for AWS's services."""

from datetime import date

import pytest

from operations.evidence.subject import Subject
from settings import AwsEnvironment
from tests.support.environments import aws_environment_named
from tests.support.platform import build

ADMIN, VIEWER = "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Viewer"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="session")
def fullest() -> Subject:
    data = aws_environment_named("production").model_dump()
    data["network"]["interface_endpoints"] = True
    data["cluster"]["access"] = {"admins": [ADMIN], "viewers": [VIEWER]}
    data["airflow"]["secrets_backend"] = {"service": "secrets_manager", "kms_key_arn": KEY}
    settings = AwsEnvironment.model_validate(data)
    return Subject(settings, build(settings), date(2026, 11, 24))
