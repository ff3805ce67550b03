"""The FSx for Lustre file system."""

from aws_cdk import CfnTag, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_fsx as fsx
from constructs import Construct

from airflow_platform.house import Key
from settings.facts.lustre import LUSTRE_VERSION
from settings.model.storage import StorageSettings


class FileSystem(Construct):
    """The file system that holds DAGs and task logs, in one subnet.

    Written as the CloudFormation resource: CDK's LustreFileSystem opens ports 989-1017 too, in the group it is given.

    `name` is what people see in the console.

    Its key, if it has one of its own, has the same `removal_policy`: a retained file system is no use without it.

    `backup_id`: the FSx backup that it is made from, of the same capacity (CreateFileSystemFromBackup, Amazon FSx API
    reference); None: it begins empty. Never to be changed, nor taken away: CloudFormation would make another one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StorageSettings,
        subnet: ec2.ISubnet,
        security_group: ec2.ISecurityGroup,
        name: str,
        removal_policy: RemovalPolicy,
        backup_id: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)

        self.key = None
        """Of its own, or None where AWS's encrypts."""
        if settings.customer_managed_key:
            self.key = Key(self, "Key", description="Airflow file system", removal_policy=removal_policy)
        self._resource = fsx.CfnFileSystem(
            self,
            "Resource",
            backup_id=backup_id,
            file_system_type="LUSTRE",
            file_system_type_version=LUSTRE_VERSION,
            storage_capacity=settings.storage_capacity_gib,
            storage_type=settings.storage_type,
            subnet_ids=[subnet.subnet_id],
            security_group_ids=[security_group.security_group_id],
            kms_key_id=self.key.key_arn if self.key else None,
            lustre_configuration=_lustre_configuration(settings),
            tags=[CfnTag(key="Name", value=name)],
        )
        self._resource.apply_removal_policy(removal_policy)

        self.file_system_id = self._resource.ref
        self.dns_name = self._resource.attr_dns_name
        self.mount_name = self._resource.attr_lustre_mount_name
        self.subnet_id = subnet.subnet_id
        self.security_group_id = security_group.security_group_id


def _lustre_configuration(settings: StorageSettings) -> fsx.CfnFileSystem.LustreConfigurationProperty:
    """The settings as FSx wants them: a property that a deployment type does not know must be absent, not zero."""
    hdd = settings.storage_type == "HDD"
    # CloudFormation repeats even a 0 at other changes, and FSx refuses any word of backups of a linked file system
    # (aws-cloudformation/cloudformation-coverage-roadmap #1687).
    silent = settings.deployment_type == "SCRATCH_2" or settings.s3.enabled
    backups = settings.backups and not silent
    return fsx.CfnFileSystem.LustreConfigurationProperty(
        deployment_type=settings.deployment_type,
        per_unit_storage_throughput=settings.throughput_mbps_per_tib,
        drive_cache_type=("READ" if settings.hdd_read_cache else "NONE") if hdd else None,  # required for HDD
        data_compression_type=settings.compression,
        automatic_backup_retention_days=None if silent else settings.backup_retention_days,
        daily_automatic_backup_start_time=settings.backup_start_time if backups else None,
        copy_tags_to_backups=True if backups else None,
        weekly_maintenance_start_time=settings.maintenance_window,
    )
