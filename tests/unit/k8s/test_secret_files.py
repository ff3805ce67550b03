"""Secrets: as files from AWS Secrets Manager or from Kubernetes, read by command, and nowhere else."""

import json
from base64 import b64decode

import pytest

from k8s.rendered import Release


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("DATABASE__SQL_ALCHEMY_CONN", "database-url"),
        ("CORE__FERNET_KEY", "fernet-key"),
        ("API__SECRET_KEY", "api-secret-key"),
        ("API_AUTH__JWT_SECRET", "signing-key"),
    ],
)
def test_should_read_secrets_by_command_from_mounted_files(any_release: Release, option: str, name: str) -> None:
    command = f"python -I -S /opt/airflow/platform/read_secret.py {name}"
    api_server = any_release.pod_templates["airflow-api-server"]["spec"]["containers"][0]["env"]
    assert {"name": f"AIRFLOW__{option}_CMD", "value": command} in api_server
    assert f"AIRFLOW__{option}" not in any_release.config


def test_should_hold_no_token_in_a_config_map(aws: Release) -> None:
    assert [obj for obj in aws.of_kind("ConfigMap") if "${Token[" in json.dumps(obj)] == []


def test_should_hold_no_secret_value_outside_of_secrets(local: Release) -> None:
    others = json.dumps([obj for obj in local.objects if obj["kind"] != "Secret"])
    for value in ("databasePassword", "f" * 43, "jwtSecret", "apiSecretKey", "adminPassword"):
        assert value not in others


def test_should_make_no_kubernetes_secret_on_aws(aws: Release) -> None:
    assert aws.of_kind("Secret") == []
    assert "secretObjects" not in json.dumps(aws.of_kind("SecretProviderClass"))


def test_should_describe_the_local_database_as_rds_would(local: Release) -> None:
    database = json.loads(b64decode(local.get("Secret", "airflow-scheduler")["data"]["database.json"]))
    assert database == {
        "username": "airflow",
        "password": "databasePassword",
        "host": "airflow-database",
        "port": 5432,
        "dbname": "airflow",
    }
