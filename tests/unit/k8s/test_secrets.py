"""Who gets which secrets: each component and Job exactly its own, from the volume to the option that reads it."""

import pytest
import yaml

from k8s.airflow.secret_readers import secret_readers
from k8s.rendered import Json, Release
from settings.facts.secrets import secret
from tests.support.names import CLEANERS
from tests.unit.k8s.conftest import token

DATABASE, FERNET, JWT, API, ADMIN = (
    ("database.json", token(105)),
    ("fernet-key", token(106)),
    ("jwt-secret", token(107)),
    ("api-secret-key", token(108)),
    ("admin-password", token(109)),
)
OPTIONS = {
    "database.json": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD",
    "fernet-key": "AIRFLOW__CORE__FERNET_KEY_CMD",
    "jwt-secret": "AIRFLOW__API_AUTH__JWT_SECRET_CMD",
    "api-secret-key": "AIRFLOW__API__SECRET_KEY_CMD",
}
HELD = {
    "airflow-api-server": [DATABASE, FERNET, JWT, API],
    "airflow-scheduler": [DATABASE, FERNET, JWT],
    "airflow-dag-processor": [DATABASE, FERNET],
    "airflow-triggerer": [DATABASE, FERNET, API],
    "airflow-migration": [DATABASE],
    "airflow-admin-user": [DATABASE, ADMIN],
    "airflow-clean-metadata": [DATABASE],
}
EACH = pytest.mark.parametrize("name", HELD)


def containers(release: Release, name: str) -> list[Json]:
    spec = release.pod_templates[name]["spec"]
    return [*spec.get("initContainers", ()), *spec["containers"]]


def test_should_have_a_row_for_each_pod_that_mounts_secrets(aws: Release) -> None:
    # The AWS roles are given to these names.
    mounting = {
        template["spec"]["serviceAccountName"]
        for template in aws.pod_templates.values()
        if any("csi" in volume for volume in template["spec"]["volumes"])
    }
    assert mounting == {reader.account for reader in secret_readers()} == set(HELD)
    assert mounting <= {account["metadata"]["name"] for account in aws.of_kind("ServiceAccount")}


@EACH
def test_should_name_exactly_its_secrets_in_an_object_of_its_own(aws: Release, name: str) -> None:
    parameters = aws.get("SecretProviderClass", name)["spec"]["parameters"]
    assert parameters["usePodIdentity"] == "true"
    named = [(obj["objectAlias"], obj["objectName"]) for obj in yaml.safe_load(parameters["objects"])]
    assert named == HELD[name]


def test_should_make_no_object_with_secrets_that_no_pod_mounts(aws: Release) -> None:
    assert {each["metadata"]["name"] for each in aws.of_kind("SecretProviderClass")} == set(HELD)


@EACH
def test_should_give_the_same_files_without_aws(local: Release, name: str) -> None:
    assert set(local.get("Secret", name)["data"]) == {file for file, _ in HELD[name]}


@EACH
def test_should_mount_its_own_secrets_and_no_others(aws: Release, local: Release, name: str) -> None:
    def secrets(release: Release) -> list[Json]:
        volumes = release.pod_templates[name]["spec"]["volumes"]
        return [volume for volume in volumes if "csi" in volume or "secret" in volume]

    csi = {"driver": "secrets-store.csi.k8s.io", "readOnly": True, "volumeAttributes": {"secretProviderClass": name}}
    assert secrets(aws) == [{"name": "secrets", "csi": csi}]
    assert secrets(local) == [{"name": "secrets", "secret": {"secretName": name}}]


@EACH
def test_should_find_its_secrets_in_every_container(any_release: Release, name: str) -> None:
    for container in containers(any_release, name):
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert mounts[any_release.config["AIRFLOW_SECRETS_DIRECTORY"]] == "secrets"


@EACH
def test_should_have_no_command_for_a_secret_that_is_not_there(any_release: Release, name: str) -> None:
    """Airflow runs each command that it finds, and ends when one fails."""
    assert not [variable for variable in any_release.config if variable.endswith("_CMD")]
    is_airflow = name not in CLEANERS
    wanted = {OPTIONS[file] for file, _ in HELD[name] if file in OPTIONS and is_airflow}
    for container in containers(any_release, name):
        assert {each["name"] for each in container["env"] if each["name"].endswith("_CMD")} == wanted


@pytest.mark.parametrize("name", ["airflow-dag-processor", "airflow-triggerer"])
def test_should_never_give_what_signs_tokens_to_what_runs_authors_code(name: str) -> None:
    """Whoever holds it can be any user: connections, new administrators."""
    (reader,) = [each for each in secret_readers() if each.account == name]
    assert "jwt_secret" not in reader.secrets
    assert "admin_password" not in reader.secrets


def test_should_know_every_secret_that_a_row_names() -> None:
    for reader in secret_readers():
        assert [secret(key).key for key in reader.secrets] == list(reader.secrets)
