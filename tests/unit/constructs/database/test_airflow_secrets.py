"""Airflow's secrets and who may read them."""

import json
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from airflow_platform.database.airflow_secrets import AirflowSecrets
from tests.support.synth import stack_with
from tests.support.templates import resources

KEPT = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:fernet-AbCdEf"


def secrets(
    with_key: bool = False,
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    adopted: dict[str, str] | None = None,
) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        made = AirflowSecrets(
            stack,
            "Secrets",
            encryption_key=kms.Key(stack, "Key") if with_key else None,
            removal_policy=removal_policy,
            adopted=adopted,
        )
        for name, keys in {"Reader": ["database", "fernet_key"], "Admin": ["admin_password"]}.items():
            role = iam.Role(stack, name, assumed_by=iam.ServicePrincipal("pods.eks.amazonaws.com"))
            made.grant_read(name, role, keys)

    return stack_with(build)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return secrets()


def name(logical_id: str) -> str:
    return logical_id.removeprefix("Secrets")[:-8]


def statements(template: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in resources(template, "AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"][0]["Ref"].startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_should_generate_every_value(template: dict[str, Any]) -> None:
    found = resources(template, "AWS::SecretsManager::Secret")
    assert {name(logical_id) for logical_id in found} == {
        *("Database", "FernetKey", "JwtSecret", "ApiSecretKey", "AdminPassword")
    }
    for secret in found.values():
        assert "SecretString" not in secret["Properties"]
        assert "Name" not in secret["Properties"]
        assert secret["Properties"]["GenerateSecretString"]["ExcludePunctuation"] is True


@pytest.mark.parametrize(
    ("secret", "length"),
    [("Database", 32), ("FernetKey", 43), ("JwtSecret", 64), ("ApiSecretKey", 64), ("AdminPassword", 24)],
)
def test_should_make_values_of_this_length(template: dict[str, Any], secret: str, length: int) -> None:
    (found,) = (
        s["Properties"] for n, s in resources(template, "AWS::SecretsManager::Secret").items() if name(n) == secret
    )
    assert found["GenerateSecretString"]["PasswordLength"] == length


def test_should_make_database_credentials_that_rds_can_complete(template: dict[str, Any]) -> None:
    (found,) = (
        s["Properties"]["GenerateSecretString"]
        for n, s in resources(template, "AWS::SecretsManager::Secret").items()
        if name(n) == "Database"
    )
    assert found["GenerateStringKey"] == "password"
    assert json.loads(found["SecretStringTemplate"]) == {"username": "airflow"}


@pytest.mark.parametrize(("role", "readable"), [("Reader", {"Database", "FernetKey"}), ("Admin", {"AdminPassword"})])
def test_should_let_each_role_read_exactly_its_secrets(template: dict[str, Any], role: str, readable: set[str]) -> None:
    (statement,) = statements(template, role)
    assert set(statement["Action"]) == {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}
    named = statement["Resource"]  # CDK writes a list of one as the one
    assert {name(each["Ref"]) for each in (named if isinstance(named, list) else [named])} == readable


@pytest.mark.parametrize("role", ["Reader", "Admin"])
def test_should_let_readers_decrypt_through_secrets_manager_only(role: str) -> None:
    template = secrets(with_key=True)
    (key,) = resources(template, "AWS::KMS::Key")
    for secret in resources(template, "AWS::SecretsManager::Secret").values():
        assert secret["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    (decrypt,) = (s for s in statements(template, role) if s["Sid"] == "DecryptSecrets")
    assert decrypt["Action"] == "kms:Decrypt"
    assert decrypt["Resource"] == {"Fn::GetAtt": [key, "Arn"]}
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("RETAIN_ON_UPDATE_OR_DELETE", ("RetainExceptOnCreate", "Retain")), ("DESTROY", ("Delete", "Delete"))],
)
def test_should_keep_secrets_as_long_as_the_data(policy: str, expected: tuple[str, str]) -> None:
    for secret in resources(secrets(removal_policy=RemovalPolicy[policy]), "AWS::SecretsManager::Secret").values():
        assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == expected


def test_should_use_an_existing_secret_in_the_place_of_a_new_one() -> None:
    template = secrets(adopted={"fernet_key": KEPT})
    made = {name(each) for each in resources(template, "AWS::SecretsManager::Secret")}
    assert made == {"Database", "JwtSecret", "ApiSecretKey", "AdminPassword"}
    [statement] = statements(template, "Reader")
    assert KEPT in statement["Resource"]
    assert len(statement["Resource"]) == 2
