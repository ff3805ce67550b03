"""Releases on both platforms, built once for each test process: objects cross over to Node one by one."""

from dataclasses import replace
from typing import Any

import pytest

from k8s.bindings import (
    FsxVolume,
    GeneratedSecrets,
    HostPathVolume,
    InClusterDatabase,
    PlatformBindings,
    SecretsManagerSecrets,
)
from k8s.rendered import Release
from settings.facts import secrets
from settings.model.airflow import AirflowSettings

Json = dict[str, Any]

AUTHORITIES = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def token(number: int, name: str = "Thing") -> str:
    """Text as CDK writes it for a value that only the deployment knows."""
    return f"${{Token[{name}.{number}]}}"


def aws_bindings(first_token: int = 100) -> PlatformBindings:
    """A platform of tokens only, as the stack hands it over."""
    return PlatformBindings(
        volume=FsxVolume(
            file_system_id=token(first_token),
            dns_name=token(first_token + 1),
            mount_name=token(first_token + 2),
            subnet_id=token(first_token + 3),
            security_group_id=token(first_token + 4),
        ),
        secrets=SecretsManagerSecrets(
            arns={row.key: token(first_token + 5 + number) for number, row in enumerate(secrets.SECRETS)}
        ),
        in_cluster_database=None,
        database_authorities=AUTHORITIES,
        task_slots=40,
        database_cidrs=("10.0.0.0/16",),
        kubernetes_api_cidrs=("10.0.0.0/16", "172.20.0.0/16"),
    )


def generated_value(key: str) -> str:
    """A made-up value: jwtSecret for jwt_secret; a Fernet key has its length."""
    first, *rest = key.split("_")
    return "f" * 43 if key == "fernet_key" else first + "".join(word.capitalize() for word in rest)


def local_bindings() -> PlatformBindings:
    return PlatformBindings(
        volume=HostPathVolume(path="/var/lib/airflow-on-eks"),
        secrets=GeneratedSecrets(
            values={row.generated_key: generated_value(row.generated_key) for row in secrets.SECRETS}
        ),
        in_cluster_database=InClusterDatabase(image="postgres:17", storage_gib=5),
        database_authorities=None,
        task_slots=8,
    )


@pytest.fixture(scope="session")
def highly_available() -> AirflowSettings:
    two = {"replicas": 2}
    return AirflowSettings.model_validate(
        {
            "api_server": two,
            "scheduler": two,
            "dag_processor": two,
            "triggerer": two,
            "base_url": "https://airflow.example.com",
            "config": {"email.from_email": "airflow@example.com", "core.dagbag_import_timeout": 60},
        }
    )


@pytest.fixture(scope="session")
def aws() -> Release:
    return Release(AirflowSettings(), aws_bindings())


@pytest.fixture(scope="session")
def aws_highly_available(highly_available: AirflowSettings) -> Release:
    return Release(highly_available, aws_bindings())


@pytest.fixture(scope="session")
def local() -> Release:
    return Release(AirflowSettings(), local_bindings())


@pytest.fixture(scope="session")
def aws_other_tokens() -> Release:
    """The same release after code was added elsewhere: every token has another number."""
    return Release(AirflowSettings(), aws_bindings(500))


@pytest.fixture(scope="session")
def aws_other_config() -> Release:
    """One value of the shared configuration changed."""
    return Release(AirflowSettings(dag_refresh_seconds=31), aws_bindings())


@pytest.fixture(scope="session")
def aws_other_worker() -> Release:
    """The task pods changed and nothing else."""
    settings = AirflowSettings()
    worker = settings.worker.model_copy(update={"memory_mib": 777})
    return Release(settings.model_copy(update={"worker": worker}), aws_bindings())


@pytest.fixture(scope="session")
def aws_other_secret() -> Release:
    """One secret is another one."""
    bindings = aws_bindings()
    assert isinstance(bindings.secrets, SecretsManagerSecrets)
    return Release(
        AirflowSettings(),
        replace(bindings, secrets=SecretsManagerSecrets(arns={**bindings.secrets.arns, "jwt_secret": token(999)})),
    )


@pytest.fixture(scope="session")
def aws_other_version() -> Release:
    return Release(AirflowSettings(version="3.3.3"), aws_bindings())


@pytest.fixture(params=["aws", "aws_highly_available", "local"])
def any_release(request: pytest.FixtureRequest) -> Release:
    """Each platform in turn."""
    found: Release = request.getfixturevalue(request.param)
    return found
