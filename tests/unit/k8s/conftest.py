"""Releases on both platforms, built once for each test process: objects cross over to Node one by one."""

from dataclasses import replace
from typing import Any

import cdk8s
import pytest

from k8s.airflow.release import release
from k8s.bindings import (
    FsxVolume,
    GeneratedSecrets,
    HostPathVolume,
    InClusterDatabase,
    PlatformBindings,
    SecretsManagerSecrets,
)
from settings.model.airflow import AirflowSettings

Json = dict[str, Any]


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
            database=token(first_token + 5),
            fernet_key=token(first_token + 6),
            jwt_secret=token(first_token + 7),
            api_secret_key=token(first_token + 8),
            admin_password=token(first_token + 9),
        ),
        in_cluster_database=None,
        task_slots=40,
    )


def local_bindings() -> PlatformBindings:
    return PlatformBindings(
        volume=HostPathVolume(path="/var/lib/airflow-on-eks"),
        secrets=GeneratedSecrets(
            database_password="databasePassword",
            fernet_key="f" * 43,
            jwt_secret="jwtSecret",
            api_secret_key="apiSecretKey",
            admin_password="adminPassword",
        ),
        in_cluster_database=InClusterDatabase(image="postgres:17", storage_gib=5),
        task_slots=8,
    )


class Release:
    """A release as plain data."""

    def __init__(self, airflow: AirflowSettings, bindings: PlatformBindings) -> None:
        self.steps = release(cdk8s.App(), airflow=airflow, bindings=bindings)
        self.airflow = airflow
        self.bindings = bindings
        self.charts: dict[str, list[Json]] = {step.id: step.chart.to_json() for step in self.steps}

    @property
    def objects(self) -> list[Json]:
        return [obj for chart in self.charts.values() for obj in chart]

    def of_kind(self, kind: str) -> list[Json]:
        return [obj for obj in self.objects if obj["kind"] == kind]

    def get(self, kind: str, name: str, namespace: str | None = "airflow") -> Json:
        """The object of this name, or of this name and a hash."""
        (found,) = [
            obj
            for obj in self.of_kind(kind)
            if (
                obj["metadata"]["name"] == name
                or (kind == "Job" and obj["metadata"]["name"].rpartition("-")[0] == name)
            )
            and obj["metadata"].get("namespace") == namespace
        ]
        return found

    @property
    def config(self) -> dict[str, str]:
        data: dict[str, str] = self.get("ConfigMap", "airflow-config")["data"]
        return data

    @property
    def pod_templates(self) -> dict[str, Json]:
        """Name of the workload, without its hash -> pod template."""
        found = {}
        for obj in self.objects:
            if obj["kind"] in ("Deployment", "StatefulSet", "Job"):
                name = obj["metadata"]["name"]
                found[name.rpartition("-")[0] if obj["kind"] == "Job" else name] = obj["spec"]["template"]
        return found


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
    return Release(AirflowSettings(), replace(bindings, secrets=replace(bindings.secrets, jwt_secret=token(999))))


@pytest.fixture(scope="session")
def aws_other_version() -> Release:
    return Release(AirflowSettings(version="3.3.3"), aws_bindings())


@pytest.fixture(params=["aws", "aws_highly_available", "local"])
def any_release(request: pytest.FixtureRequest) -> Release:
    """Each platform in turn."""
    found: Release = request.getfixturevalue(request.param)
    return found
