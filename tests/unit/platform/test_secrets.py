"""The table of secrets: a row is all that a secret costs."""

import json
from dataclasses import replace
from typing import Any

import pytest

from k8s.airflow import components
from k8s.airflow.charts.secret_files import files_of
from k8s.airflow.components import COMPONENTS
from k8s.local import generate_secrets
from settings.facts import secrets
from settings.facts.platform_options import PLATFORM_OPTIONS
from settings.facts.secrets import Secret
from tests.support.environments import aws_environment
from tests.support.platform import build
from tests.support.templates import manifests, resources

SIXTH = Secret(
    key="smtp_password",
    description="Password of the mail server",
    length=40,
    file="smtp-password",
    option="smtp.smtp_password",
)


@pytest.fixture
def sixth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "SECRETS", (*secrets.SECRETS, SIXTH))
    api_server, *others = COMPONENTS
    reading = replace(api_server, secrets=(*api_server.secrets, SIXTH.key))
    monkeypatch.setattr(components, "COMPONENTS", (reading, *others))


@pytest.mark.usefixtures("sixth")
def test_should_make_a_sixth_secret_for_its_row_and_mount_it_where_a_reader_names_it() -> None:
    access = {"admins": ["arn:aws:iam::111122223333:role/Admin"]}
    templates = build(aws_environment(cluster={"access": access}))

    made = resources(templates["DatabaseStack"], "AWS::SecretsManager::Secret")
    (logical_id,) = [name for name, each in made.items() if each["Properties"]["Description"] == SIXTH.description]
    granted = [
        name[:-8]
        for name, policy in resources(templates["DatabaseStack"], "AWS::IAM::Policy").items()
        if logical_id in json.dumps(policy)
    ]
    assert granted == ["SecretsApiServerPolicy"]
    configuration = next(found for name, found in manifests(templates["AirflowStack"]).items() if "Config" in name)
    (provider,) = [
        obj
        for obj in configuration
        if obj["kind"] == "SecretProviderClass" and obj["metadata"]["name"] == "airflow-api-server"
    ]
    files = {each["objectAlias"]: each["objectName"] for each in json.loads(provider["spec"]["parameters"]["objects"])}
    assert "smtp" in files[SIXTH.file]
    for name, found in manifests(templates["AirflowStack"]).items():
        has_it = "AIRFLOW__SMTP__SMTP_PASSWORD_CMD" in json.dumps(found)
        assert has_it is name.startswith("ApiServer"), name


@pytest.mark.usefixtures("sixth")
def test_should_generate_a_sixth_secret_where_no_secret_manager_is() -> None:
    generated = generate_secrets()

    assert len(generated.values["smtp_password"]) == SIXTH.length
    assert files_of(generated, [SIXTH.key])[SIXTH.file] == generated.values["smtp_password"]


@pytest.mark.parametrize("row", [row for row in secrets.SECRETS if row.option], ids=lambda row: str(row.key))
def test_should_refuse_the_option_of_a_secret_in_a_file(row: Secret) -> None:
    assert row.option in PLATFORM_OPTIONS


def test_should_name_everything_once() -> None:
    def values(field: str) -> list[Any]:
        return [getattr(row, field) for row in secrets.SECRETS if getattr(row, field)]

    for field in ("key", "id", "file", "option", "generated_key", "description"):
        assert len(set(values(field))) == len(values(field))
