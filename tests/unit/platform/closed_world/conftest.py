"""The fullest environment: production's, with people in the cluster, endpoints of its own for AWS's services, images of
its own, a cache of Docker Hub, roles for tasks, login by a provider and a front door on the internet."""

from datetime import date

import pytest

from operations.evidence.subject import Subject
from settings import AwsEnvironment
from tests.support.environments import aws_environment_named
from tests.support.front_door import INTERNET
from tests.support.platform import build
from tests.unit.platform.closed_world import world

READ = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::data/*"]}
READER = "arn:aws:iam::210987654321:role/Reader"
CREDENTIAL = f"arn:aws:secretsmanager:us-east-1:{world.ACCOUNT}:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
ADMIN, VIEWER = "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Viewer"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="session")
def fullest() -> Subject:
    data = aws_environment_named("production").model_dump()
    data["network"]["interface_endpoints"] = True
    credential = {"credential": "team/git-token", "credential_kms_key_arn": KEY}
    data["airflow"]["dag_bundles"] = {"team": {"git": {"url": "https://git.example.com/dags.git", **credential}}}
    data["cluster"]["access"] = {"admins": [ADMIN], "viewers": [VIEWER]}
    data["airflow"]["worker"]["role"] = {"managed_policies": ["AmazonS3ReadOnlyAccess"], "statements": [READ]}
    data["airflow"]["task_profiles"] = {"elsewhere": {"role": {"target_role_arn": READER}}, "plain": {}}
    data["airflow"]["secrets_backend"] = {"service": "secrets_manager", "kms_key_arn": KEY}
    data["account"] = world.ACCOUNT
    data["images"] = {"repository": True, "pull_through_cache": {"docker_hub_credential_arn": CREDENTIAL}}
    data["airflow"]["login"] = {
        "issuer": "https://login.example.com",
        "client_id": "airflow",
        "client_secret_arn": f"arn:aws:secretsmanager:{data['region']}:111122223333:secret:airflow/login-AbCdEf",
        "roles": {"airflow-admins": "Admin"},
    }
    data["access"] = INTERNET
    settings = AwsEnvironment.model_validate(data)
    return Subject(settings, build(settings), date(2026, 11, 24))
