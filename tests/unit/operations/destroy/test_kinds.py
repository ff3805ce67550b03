"""What can outlive its stack."""

import shlex
from types import SimpleNamespace
from typing import Any

import pytest

from operations.destroy.kinds import DATA_KINDS, KINDS, Kind
from tests.support.deployed_aws import Account


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.title)
def test_should_name_region_and_resource_in_every_command(kind: Kind) -> None:
    command = kind.command("the-id", "eu-central-1")
    for single in command.split(" && "):
        words = shlex.split(single)
        assert words[0] == "aws" or words[:3] == ["python", "-m", "operations.empty"]
        options = next(n for n, word in enumerate(words) if word.startswith("--"))
        assert words[options : options + 2] == ["--region", "eu-central-1"]
        assert any(word.removeprefix("s3://").startswith("the-id") for word in words)


def test_should_take_a_snapshot_of_a_database_before_it_goes() -> None:
    command = KINDS["AWS::RDS::DBInstance"].command("db-1", "eu-central-1")
    unprotect, delete, wait = command.split(" && ")
    assert "--no-deletion-protection" in unprotect
    assert delete.startswith("aws rds delete-db-instance --region eu-central-1")
    assert "--final-db-snapshot-identifier db-1-final" in delete
    assert "wait db-instance-deleted" in wait, "its subnet group and security group are in use until then"


def test_should_remove_data_before_its_network_and_keys_last() -> None:
    order = list(KINDS)
    assert order[: len(DATA_KINDS)] == list(DATA_KINDS)
    assert order[-1] == "AWS::KMS::Key"
    for first, then in (
        ("AWS::RDS::DBSubnetGroup", "AWS::EC2::Subnet"),
        ("AWS::EC2::SecurityGroup", "AWS::EC2::VPC"),
        ("AWS::EC2::Subnet", "AWS::EC2::VPC"),
    ):
        assert order.index(first) < order.index(then)


@pytest.mark.parametrize(
    ("type_", "physical_id"),
    [
        ("AWS::FSx::FileSystem", "fs-1"),
        ("AWS::S3::Bucket", "bucket-1"),
        ("AWS::RDS::DBInstance", "db-1"),
        ("AWS::SecretsManager::Secret", "arn:1"),
        ("AWS::EC2::Subnet", "subnet-1"),
    ],
)
def test_should_ask_the_service_whether_it_exists(type_: str, physical_id: str) -> None:
    account = Account()
    assert KINDS[type_].exists(account, physical_id)
    account.gone.add(physical_id)
    assert not KINDS[type_].exists(account, physical_id)


@pytest.mark.parametrize(
    ("type_", "question", "living", "going"),
    [
        (
            "AWS::FSx::FileSystem",
            "describe_file_systems",
            {"FileSystems": [{"Lifecycle": "AVAILABLE"}]},
            {"FileSystems": [{"Lifecycle": "DELETING"}]},
        ),
        (
            "AWS::RDS::DBInstance",
            "describe_db_instances",
            {"DBInstances": [{"DBInstanceStatus": "available"}]},
            {"DBInstances": [{"DBInstanceStatus": "deleting"}]},
        ),
        ("AWS::SecretsManager::Secret", "describe_secret", {"Name": "a"}, {"Name": "a", "DeletedDate": "2026-11-01"}),
        (
            "AWS::KMS::Key",
            "describe_key",
            {"KeyMetadata": {"KeyState": "Enabled"}},
            {"KeyMetadata": {"KeyState": "PendingDeletion", "DeletionDate": "2026-12-01"}},
        ),
        (
            "AWS::Logs::LogGroup",
            "describe_log_groups",
            {"logGroups": [{"logGroupName": "the-id-2"}, {"logGroupName": "the-id"}]},
            {"logGroups": [{"logGroupName": "the-id-2"}]},
        ),
    ],
)
def test_should_take_for_gone_what_its_service_is_about_to_delete(
    type_: str, question: str, living: dict[str, Any], going: dict[str, Any]
) -> None:
    def said(answer: dict[str, Any]) -> bool:
        client = SimpleNamespace(**{question: lambda **_: answer})
        clients: Any = lambda service: client  # noqa: E731
        return KINDS[type_].exists(clients, "the-id")

    assert said(living)
    assert not said(going)
