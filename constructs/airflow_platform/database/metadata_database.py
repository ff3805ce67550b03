"""Airflow's metadata database."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration, Fn, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from airflow_platform.cloudformation import ignore_lint, outlive_stack, resource
from airflow_platform.house import LogGroup
from settings.facts.secrets import secret
from settings.model.database import DatabaseSettings

DATABASE_NAME = "airflow"
DATABASE_USER = str(secret("database").username)
LIFECYCLES = {
    "standard": rds.EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
    "extended": rds.EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT,
}
"""Unsaid, it is extended support, which is charged for without a word."""


class MetadataDatabase(Construct):
    """RDS for PostgreSQL in the private subnets: encrypted, TLS only, reached with a generated password.

    RDS keeps the minor version up to date in its maintenance windows; only the major version is named here, so that a
    deployment never fights it. When it is retained (`removal_policy`), what it stands on stays with it: subnet group,
    parameter group, log group, credentials.

    Args:
        snapshot: name or ARN of the RDS snapshot that it is made from; None: it begins empty. Never to be changed, nor
            taken away: CloudFormation would make another database.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DatabaseSettings,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        security_group: ec2.ISecurityGroup,
        credentials: secretsmanager.ISecret,
        encryption_key: kms.IKey | None,
        name_prefix: str,
        removal_policy: RemovalPolicy,
        snapshot: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        retain = removal_policy != RemovalPolicy.DESTROY
        engine = rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of(settings.engine_version, settings.engine_version)
        )
        # RDS writes its log to a group named after the instance, and would make it without retention. To make the group
        # first, the instance's name must be known before it exists. A part of the stack's id makes the name as good as
        # a generated one: another deployment of the same environment, beside a retained database, gets another.
        identifier = f"{name_prefix}-{Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))}"
        self.name = identifier
        log_group = LogGroup(
            self,
            "LogGroup",
            name=f"/aws/rds/instance/{identifier}/postgresql",
            retention_days=settings.log_retention_days,
            removal_policy=removal_policy,
        )
        parameter_group = rds.ParameterGroup(
            self,
            "ParameterGroup",
            description="Airflow metadata database",
            engine=engine,
            parameters={"rds.force_ssl": "1"},  # PostgreSQL 14's default is off
        )
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=identifier,
            engine=engine,
            allow_major_version_upgrade=True,  # a changed `engine_version` is what asks for one
            auto_minor_version_upgrade=True,
            engine_lifecycle_support=LIFECYCLES[settings.support],
            instance_type=ec2.InstanceType(settings.instance_class.removeprefix("db.")),
            database_name=DATABASE_NAME,
            credentials=rds.Credentials.from_secret(credentials, DATABASE_USER),
            iam_authentication=False,
            storage_type=rds.StorageType.GP3,
            allocated_storage=settings.allocated_storage_gib,
            max_allocated_storage=settings.max_allocated_storage_gib,
            storage_encrypted=True,
            storage_encryption_key=encryption_key,
            vpc=vpc,
            subnet_group=rds.SubnetGroup(
                self,
                "SubnetGroup",
                description="Airflow metadata database",
                vpc=vpc,
                vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
                removal_policy=removal_policy,
            ),
            security_groups=[security_group],
            publicly_accessible=False,
            multi_az=settings.multi_az,
            parameter_group=parameter_group,
            backup_retention=Duration.days(settings.backup_retention_days),
            delete_automated_backups=not retain,
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            # No `deletion_protection`: CloudFormation could not take back a first deployment that fails when the
            # instance exists. What is retained it never deletes, and `make deploy` protects it from everybody else.
            removal_policy=removal_policy,
        )
        self.instance.node.add_dependency(log_group)
        if snapshot:
            _restore(resource(self.instance, rds.CfnDBInstance), snapshot)
        # cfn-lint knows minor versions, and takes the major one for one that RDS does not make any more.
        ignore_lint(resource(self.instance, rds.CfnDBInstance), "W3691")
        # A major upgrade replaces the group, and the old one has no use then.
        outlive_stack(resource(parameter_group, rds.CfnDBParameterGroup), removal_policy)
        attachment = self.instance.secret
        assert attachment is not None
        # Without it the secret of a retained database would lose the address.
        attachment.apply_removal_policy(removal_policy)


def _restore(instance: rds.CfnDBInstance, snapshot: str) -> None:
    """Make it from a snapshot, of which RDS takes what it then refuses to be told: names, user and encryption.

    The password is not of these: CloudFormation gives the restored database the one of the new credentials
    (DBSnapshotIdentifier, StorageEncrypted and MasterUserPassword of AWS::RDS::DBInstance, CloudFormation template
    reference).
    """
    instance.db_snapshot_identifier = snapshot
    instance.db_name = None
    instance.master_username = None
    instance.storage_encrypted = None
    instance.kms_key_id = None
