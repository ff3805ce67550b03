"""The fullest environment: production's, with people in the cluster, endpoints of its own for AWS's services, images of
its own and a cache of Docker Hub."""

from datetime import date

import pytest

from operations.evidence.subject import Subject
from settings import AwsEnvironment
from tests.support.environments import aws_environment_named
from tests.support.platform import build
from tests.unit.platform.closed_world import world

CREDENTIAL = f"arn:aws:secretsmanager:us-east-1:{world.ACCOUNT}:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
ADMIN, VIEWER = "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Viewer"


@pytest.fixture(scope="session")
def fullest() -> Subject:
    data = aws_environment_named("production").model_dump()
    data["network"]["interface_endpoints"] = True
    data["cluster"]["access"] = {"admins": [ADMIN], "viewers": [VIEWER]}
    data["account"] = world.ACCOUNT
    data["images"] = {"repository": True, "pull_through_cache": {"docker_hub_credential_arn": CREDENTIAL}}
    settings = AwsEnvironment.model_validate(data)
    return Subject(settings, build(settings), date(2026, 11, 24))
