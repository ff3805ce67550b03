"""Airflow's metadata database."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager

from airflow_platform.database.metadata_database import MetadataDatabase
from settings.facts.versions import POSTGRES_VERSIONS
from settings.model.database import DatabaseSettings
from tests.support.synth import stack_with
from tests.support.templates import needs, resources


def database(
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    with_key: bool = False,
    snapshot: str | None = None,
    **settings: Any,
) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-1",
            availability_zones=["eu-central-1a", "eu-central-1b"],
            isolated_subnet_ids=["subnet-1", "subnet-2"],
        )
        MetadataDatabase(
            stack,
            "Database",
            settings=DatabaseSettings(**settings),
            vpc=vpc,
            subnets=vpc.isolated_subnets,
            security_group=ec2.SecurityGroup.from_security_group_id(stack, "SecurityGroup", "sg-1"),
            credentials=secretsmanager.Secret(
                stack, "Credentials", secret_string_value=SecretValue.unsafe_plain_text("not read here")
            ),
            encryption_key=kms.Key(stack, "Key") if with_key else None,
            name_prefix="airflow-test",
            removal_policy=removal_policy,
            snapshot=snapshot,
        )

    return stack_with(build)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return database()


def instance(template: dict[str, Any]) -> dict[str, Any]:
    ((_, found),) = resources(template, "AWS::RDS::DBInstance").items()
    return dict(found)


def test_should_be_private_encrypted_and_reached_with_a_generated_password(template: dict[str, Any]) -> None:
    properties = instance(template)["Properties"]
    (secret,) = resources(template, "AWS::SecretsManager::Secret")
    assert properties["PubliclyAccessible"] is False
    assert properties["StorageEncrypted"] is True
    assert properties["VPCSecurityGroups"] == ["sg-1"]
    assert properties["MasterUsername"] == "airflow"
    assert properties["MasterUserPassword"] == {
        "Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": secret}, ":SecretString:password::}}"]]
    }
    assert properties["EnableIAMDatabaseAuthentication"] is False
    assert properties["DBName"] == "airflow"


def test_should_stand_in_the_private_subnets(template: dict[str, Any]) -> None:
    ((group, found),) = resources(template, "AWS::RDS::DBSubnetGroup").items()
    assert found["Properties"]["SubnetIds"] == ["subnet-1", "subnet-2"]
    assert found["Properties"]["DBSubnetGroupDescription"] == "Airflow metadata database"
    assert instance(template)["Properties"]["DBSubnetGroupName"] == {"Ref": group}


@pytest.mark.parametrize("version", POSTGRES_VERSIONS)
def test_should_refuse_connections_without_tls(version: str) -> None:
    template = database(engine_version=version)
    ((group, found),) = resources(template, "AWS::RDS::DBParameterGroup").items()
    assert found["Properties"] == {
        "Family": f"postgres{version}",
        "Description": "Airflow metadata database",
        "Parameters": {"rds.force_ssl": "1"},
    }
    assert instance(template)["Properties"]["DBParameterGroupName"] == {"Ref": group}


def test_should_leave_minor_versions_to_rds(template: dict[str, Any]) -> None:
    properties = instance(template)["Properties"]
    assert (properties["Engine"], properties["EngineVersion"]) == ("postgres", "17")
    assert properties["AutoMinorVersionUpgrade"] is True


def test_should_allow_the_major_upgrade_that_a_changed_setting_asks_for(template: dict[str, Any]) -> None:
    assert instance(template)["Properties"]["AllowMajorVersionUpgrade"] is True


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"engine_version": "16"}, {"EngineVersion": "16"}),
        ({"instance_class": "db.r7g.xlarge"}, {"DBInstanceClass": "db.r7g.xlarge"}),
        ({"allocated_storage_gib": 400}, {"AllocatedStorage": "400", "StorageType": "gp3"}),
        ({"max_allocated_storage_gib": 1000}, {"MaxAllocatedStorage": 1000}),
        ({"multi_az": True}, {"MultiAZ": True}),
        ({"multi_az": False}, {"MultiAZ": False}),
        ({"backup_retention_days": 35}, {"BackupRetentionPeriod": 35}),
        ({"backup_retention_days": 0}, {"BackupRetentionPeriod": 0}),
        ({}, {"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"}),
        ({"support": "extended"}, {"EngineLifecycleSupport": "open-source-rds-extended-support"}),
    ],
)
def test_should_take_size_and_safety_from_the_settings(settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected.items() <= instance(database(**settings))["Properties"].items()


def test_should_copy_tags_to_snapshots(template: dict[str, Any]) -> None:
    assert instance(template)["Properties"]["CopyTagsToSnapshot"] is True


def test_should_keep_its_log_for_a_month_in_a_group_made_before_it(template: dict[str, Any]) -> None:
    ((group_id, group),) = resources(template, "AWS::Logs::LogGroup").items()
    ((instance_id, _),) = resources(template, "AWS::RDS::DBInstance").items()
    properties = instance(template)["Properties"]
    assert properties["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert group["Properties"]["RetentionInDays"] == 30
    assert group_id in needs(template, instance_id)
    prefix, *identifier, suffix = group["Properties"]["LogGroupName"]["Fn::Join"][1]
    assert (prefix, suffix) == ("/aws/rds/instance/airflow-test-", "/postgresql")
    assert properties["DBInstanceIdentifier"] == {"Fn::Join": ["", ["airflow-test-", *identifier]]}


def test_should_need_no_lambda(template: dict[str, Any]) -> None:
    assert not resources(template, "AWS::Lambda::Function")


def test_should_encrypt_with_the_key_it_is_given() -> None:
    template = database(with_key=True)
    (key,) = resources(template, "AWS::KMS::Key")
    assert instance(template)["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}


@pytest.mark.parametrize("policy", [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE])
def test_should_let_cloudformation_take_back_a_first_deployment(policy: RemovalPolicy) -> None:
    """Not even off: an absent property is no drift when `make deploy` turns the protection on."""
    assert "DeletionProtection" not in instance(database(policy))["Properties"]


def test_should_go_without_a_trace_when_data_is_not_retained(template: dict[str, Any]) -> None:
    found = instance(template)
    assert found["Properties"]["DeleteAutomatedBackups"] is True
    assert {r.get("DeletionPolicy", "Delete") for n, r in template["Resources"].items() if "Database" in n} == {
        "Delete"
    }


def test_should_stay_with_all_it_stands_on_when_data_is_retained() -> None:
    template = database(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    found = instance(template)
    assert found["Properties"]["DeleteAutomatedBackups"] is False
    policies = {
        resource["Type"]: (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        for name, resource in template["Resources"].items()
        if name.startswith("Database") or "Attachment" in name
    }
    assert policies == {
        "AWS::RDS::DBInstance": ("RetainExceptOnCreate", "Retain"),
        "AWS::RDS::DBSubnetGroup": ("RetainExceptOnCreate", "Retain"),
        # A major upgrade replaces it, and nothing uses the old one then.
        "AWS::RDS::DBParameterGroup": ("RetainExceptOnCreate", "Delete"),
        "AWS::Logs::LogGroup": ("RetainExceptOnCreate", "Retain"),
        "AWS::SecretsManager::SecretTargetAttachment": ("RetainExceptOnCreate", "Retain"),
    }


def test_should_say_of_a_restored_database_only_what_rds_takes_beside_a_snapshot() -> None:
    """The rest is the snapshot's; the password alone is new, that of the new credentials."""
    new, restored = (instance(database(with_key=True, snapshot=each))["Properties"] for each in (None, "kept"))
    assert restored.pop("DBSnapshotIdentifier") == "kept"
    assert {name: restored.get(name) for name in new if name not in restored} == dict.fromkeys(
        ("DBName", "KmsKeyId", "MasterUsername", "StorageEncrypted")
    )
    assert {name: value for name, value in new.items() if name in restored} == restored
    assert ":SecretString:password::" in str(restored["MasterUserPassword"])
