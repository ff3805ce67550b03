"""The fullest environment: production's, with people in the cluster and endpoints of its own for AWS's services."""

from datetime import date

import pytest

from operations.evidence.subject import Subject
from settings import AwsEnvironment
from tests.support.environments import aws_environment_named
from tests.support.platform import build

KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d"
ADMIN, VIEWER = "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Viewer"


@pytest.fixture(scope="session")
def fullest() -> Subject:
    data = aws_environment_named("production").model_dump()
    data["network"]["interface_endpoints"] = True
    credential = {"credential": "team/git-token", "credential_kms_key_arn": KEY}
    data["airflow"]["dag_bundles"] = {"team": {"git": {"url": "https://git.example.com/dags.git", **credential}}}
    data["cluster"]["access"] = {"admins": [ADMIN], "viewers": [VIEWER]}
    settings = AwsEnvironment.model_validate(data)
    return Subject(settings, build(settings), date(2026, 11, 24))
