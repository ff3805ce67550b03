"""Copies of the database by AWS Backup."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack

from airflow_platform.database.scheduled_backups import ScheduledBackups
from settings.model.backup import BackupSettings
from tests.support.synth import stack_with
from tests.support.templates import resources

DATABASE = "arn:aws:rds:eu-central-1:111122223333:db:airflow-test-1a2b3c4d"


def backups(**settings: Any) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        ScheduledBackups(
            stack,
            "Backups",
            settings=BackupSettings(**{"frequency": "daily", **settings}),
            database_arn=DATABASE,
            name="airflow-test-1a2b3c4d",
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )

    return stack_with(build)


def only(template: dict[str, Any], type_: str) -> tuple[str, dict[str, Any]]:
    ((name, found),) = resources(template, type_).items()
    return name, dict(found)


@pytest.mark.parametrize(
    ("settings", "schedule", "days"),
    [
        ({}, "cron(0 5 ? * * *)", 90),
        ({"frequency": "weekly", "start_time": "23:30", "keep_days": 3650}, "cron(30 23 ? * SUN *)", 3650),
    ],
)
def test_should_copy_the_database_on_schedule_and_keep_each_copy_its_days(
    settings: dict[str, Any], schedule: str, days: int
) -> None:
    template = backups(**settings)
    vault, _ = only(template, "AWS::Backup::BackupVault")
    plan, found = only(template, "AWS::Backup::BackupPlan")
    [rule] = found["Properties"]["BackupPlan"]["BackupPlanRule"]
    assert rule["ScheduleExpression"] == schedule
    assert rule["Lifecycle"] == {"DeleteAfterDays": days}
    assert rule["TargetBackupVault"] == {"Ref": vault}
    _, selection = only(template, "AWS::Backup::BackupSelection")
    assert selection["Properties"]["BackupPlanId"] == {"Ref": plan}
    assert selection["Properties"]["BackupSelection"]["Resources"] == [DATABASE]


@pytest.mark.parametrize(
    ("lock", "configuration"),
    [
        (None, None),
        ("governance", {"MinRetentionDays": 7}),
        ("compliance", {"MinRetentionDays": 7, "ChangeableForDays": 3}),
    ],
)
def test_should_lock_the_vault_where_asked(lock: str | None, configuration: dict[str, int] | None) -> None:
    _, vault = only(backups(lock=lock), "AWS::Backup::BackupVault")
    assert vault["Properties"].get("LockConfiguration") == configuration


def test_should_keep_a_vault_that_holds_backups() -> None:
    _, vault = only(backups(), "AWS::Backup::BackupVault")
    assert (vault["DeletionPolicy"], vault["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_should_let_aws_backup_alone_take_the_role_on() -> None:
    _, role = only(backups(), "AWS::IAM::Role")
    [statement] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "backup.amazonaws.com"}
