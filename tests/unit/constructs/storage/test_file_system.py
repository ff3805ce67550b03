"""The FSx for Lustre file system."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2

from airflow_platform.storage.file_system import FileSystem
from settings.model.storage import StorageSettings
from tests.support.synth import stack_with
from tests.support.templates import resources

HDD = {"deployment_type": "PERSISTENT_1", "storage_type": "HDD"}
UNLINKED = {"s3": {"enabled": False}}
SCRATCH = {
    "deployment_type": "SCRATCH_2",
    "throughput_mbps_per_tib": None,
    "backup_retention_days": 0,
}


def storage(
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY, backup_id: str | None = None, **settings: Any
) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        FileSystem(
            stack,
            "FileSystem",
            settings=StorageSettings(**settings),
            subnet=ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-1"),
            security_group=ec2.SecurityGroup.from_security_group_id(stack, "SecurityGroup", "sg-1"),
            name="airflow-test",
            removal_policy=removal_policy,
            backup_id=backup_id,
        )

    return stack_with(build)


def properties(**settings: Any) -> dict[str, Any]:
    ((_, file_system),) = resources(storage(**settings), "AWS::FSx::FileSystem").items()
    return dict(file_system["Properties"])


def lustre(**settings: Any) -> dict[str, Any]:
    return dict(properties(**settings)["LustreConfiguration"])


def test_should_make_a_persistent_2_file_system_by_default() -> None:
    assert properties() == {
        "FileSystemType": "LUSTRE",
        "FileSystemTypeVersion": "2.15",
        "StorageCapacity": 1200,
        "StorageType": "SSD",
        "SubnetIds": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
        "LustreConfiguration": {
            "DeploymentType": "PERSISTENT_2",
            "PerUnitStorageThroughput": 125,
            "DataCompressionType": "LZ4",
            "WeeklyMaintenanceStartTime": "7:03:00",
        },
        "Tags": [{"Key": "Name", "Value": "airflow-test"}],
    }


@pytest.mark.parametrize(
    "settings",
    [{}, {"deployment_type": "PERSISTENT_1", "throughput_mbps_per_tib": 50}, HDD, SCRATCH],
)
def test_should_always_run_lustre_2_15(settings: dict[str, Any]) -> None:
    assert properties(**settings)["FileSystemTypeVersion"] == "2.15"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"throughput_mbps_per_tib": 1000}, {"PerUnitStorageThroughput": 1000}),
        ({"compression": "NONE"}, {"DataCompressionType": "NONE"}),
        ({"maintenance_window": "1:22:30"}, {"WeeklyMaintenanceStartTime": "1:22:30"}),
        (
            {**UNLINKED, "backup_retention_days": 30, "backup_start_time": "01:15"},
            {
                "AutomaticBackupRetentionDays": 30,
                "DailyAutomaticBackupStartTime": "01:15",
                "CopyTagsToBackups": True,
            },
        ),
        ({**HDD, "throughput_mbps_per_tib": 12}, {"DriveCacheType": "NONE", "PerUnitStorageThroughput": 12}),
        ({**HDD, "throughput_mbps_per_tib": 40, "hdd_read_cache": True}, {"DriveCacheType": "READ"}),
    ],
)
def test_should_take_lustre_configuration_from_the_settings(settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected.items() <= lustre(**settings).items()


def test_should_take_capacity_and_storage_type_from_the_settings() -> None:
    found = properties(**HDD, storage_capacity_gib=6000, throughput_mbps_per_tib=12)
    assert (found["StorageCapacity"], found["StorageType"]) == (6000, "HDD")


def test_should_set_no_drive_cache_on_ssd() -> None:
    assert "DriveCacheType" not in lustre()


def test_should_set_neither_backups_nor_throughput_on_scratch() -> None:
    found = lustre(**SCRATCH)
    assert found.keys() == {"DeploymentType", "DataCompressionType", "WeeklyMaintenanceStartTime"}


def test_should_turn_backups_off() -> None:
    found = lustre(**UNLINKED, backup_retention_days=0, backup_start_time="01:15")
    assert found["AutomaticBackupRetentionDays"] == 0
    assert not found.keys() & {"DailyAutomaticBackupStartTime", "CopyTagsToBackups"}


def test_should_keep_backups_of_a_file_system_that_is_not_linked() -> None:
    assert lustre(**UNLINKED)["AutomaticBackupRetentionDays"] == 7


@pytest.mark.parametrize("days", [{}, {"backup_retention_days": 0}, {"backup_retention_days": None}])
def test_should_say_nothing_of_backups_of_a_linked_file_system(days: dict[str, Any]) -> None:
    """Not even 0: CloudFormation would repeat it to FSx, which refuses it."""
    assert not [name for name in lustre(**days) if "Backup" in name]


def test_should_say_nothing_of_backups_between_links_and_backups() -> None:
    assert not [name for name in lustre(**UNLINKED, backup_retention_days=None) if "Backup" in name]


def test_should_use_the_aws_managed_key_unless_asked() -> None:
    assert not resources(storage(), "AWS::KMS::Key")
    assert "KmsKeyId" not in properties()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("RETAIN_ON_UPDATE_OR_DELETE", ("RetainExceptOnCreate", "Retain")), ("DESTROY", ("Delete", "Delete"))],
)
def test_should_encrypt_with_a_rotated_key_that_lives_as_long_as_the_data(
    policy: str, expected: tuple[str, str]
) -> None:
    template = storage(RemovalPolicy[policy], customer_managed_key=True)
    ((key_id, key),) = resources(template, "AWS::KMS::Key").items()
    ((_, file_system),) = resources(template, "AWS::FSx::FileSystem").items()
    assert key["Properties"]["EnableKeyRotation"] is True
    assert file_system["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    for made in (key, file_system):
        assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == expected


def test_should_add_no_rule_to_the_security_group_it_is_given() -> None:
    assert not resources(storage(), "AWS::EC2::SecurityGroupIngress")


def test_should_be_made_from_a_backup_of_its_own_capacity() -> None:
    template = storage(backup_id="backup-0123456789abcdef0", s3=UNLINKED["s3"], storage_capacity_gib=2400)
    ((_, file_system),) = resources(template, "AWS::FSx::FileSystem").items()
    assert file_system["Properties"]["BackupId"] == "backup-0123456789abcdef0"
    assert file_system["Properties"]["StorageCapacity"] == 2400
    assert "BackupId" not in properties()
