"""What can outlive its stack: how a person calls it, whether it still exists, and how to remove it for good."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError

from operations.aws import Clients, is_missing

Group = Literal["Data", "What the data stands on", "Encryption keys"]
BELOW: Group = "What the data stands on"


@dataclass(frozen=True)
class Kind:
    """A type of resource."""

    title: str
    group: Group
    look: Callable[[Clients, str], Any]
    """Describes the resource of a physical id; nothing, or a `NotFound` error, when there is none any more."""

    commands: tuple[str, ...] = ()
    """The AWS CLI's commands that remove it, without `aws` and `--region`; `{id}` is the physical id."""

    own: str = ""
    """A command of ours, without `--region`, where the AWS CLI has none."""

    def command(self, physical_id: str, region: str) -> str:
        """One line for a shell."""
        lines = [f"{self.own.format(id=physical_id)} --region {region}"] if self.own else []
        for command in self.commands:
            words, *options = command.format(id=physical_id).partition(" --")
            lines.append(f"aws {words} --region {region}{''.join(options)}")
        return " && ".join(lines)

    def exists(self, clients: Clients, physical_id: str) -> bool:
        """Whether the service still has it, and isn't about to delete it."""
        try:
            return bool(self.look(clients, physical_id))
        except ClientError as error:
            if is_missing(error):
                return False
            raise


def _file_system(clients: Clients, physical_id: str) -> bool:
    [found] = clients("fsx").describe_file_systems(FileSystemIds=[physical_id])["FileSystems"]
    return str(found["Lifecycle"]) != "DELETING"


def _database(clients: Clients, physical_id: str) -> bool:
    [found] = clients("rds").describe_db_instances(DBInstanceIdentifier=physical_id)["DBInstances"]
    return str(found["DBInstanceStatus"]) != "deleting"


def _bucket(clients: Clients, physical_id: str) -> bool:
    try:
        clients("s3").head_bucket(Bucket=physical_id)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):  # HEAD answers without words
            return False
        raise
    return True


def _secret(clients: Clients, physical_id: str) -> bool:
    return "DeletedDate" not in clients("secretsmanager").describe_secret(SecretId=physical_id)


def _key(clients: Clients, physical_id: str) -> bool:
    return "DeletionDate" not in clients("kms").describe_key(KeyId=physical_id)["KeyMetadata"]


def _repository(clients: Clients, name: str) -> Any:
    return clients("ecr").describe_repositories(repositoryNames=[name])["repositories"]


def _log_group(clients: Clients, physical_id: str) -> bool:
    groups = clients("logs").describe_log_groups(logGroupNamePrefix=physical_id)["logGroups"]
    return any(group["logGroupName"] == physical_id for group in groups)


REPOSITORY = "AWS::ECR::Repository"
BUCKET = "AWS::S3::Bucket"

DATA_KINDS: dict[str, Kind] = {
    "AWS::FSx::FileSystem": Kind(
        "file system", "Data", _file_system, ("fsx delete-file-system --file-system-id {id}",)
    ),
    BUCKET: Kind("bucket", "Data", _bucket, own="python -m operations.empty {id}"),
    "AWS::RDS::DBInstance": Kind(
        "database",
        "Data",
        _database,
        (
            "rds modify-db-instance --db-instance-identifier {id} --no-deletion-protection --apply-immediately",
            "rds delete-db-instance --db-instance-identifier {id} --final-db-snapshot-identifier {id}-final",
            "rds wait db-instance-deleted --db-instance-identifier {id}",
        ),
    ),
    "AWS::SecretsManager::Secret": Kind(
        "secret", "Data", _secret, ("secretsmanager delete-secret --secret-id {id} --recovery-window-in-days 30",)
    ),
    REPOSITORY: Kind(
        "image repository", "Data", _repository, ("ecr delete-repository --repository-name {id} --force",)
    ),
}
"""What holds data: what is lost with it is lost."""

KINDS: dict[str, Kind] = {
    **DATA_KINDS,
    "AWS::Backup::BackupVault": Kind(
        "backup vault",
        BELOW,
        lambda clients, name: clients("backup").describe_backup_vault(BackupVaultName=name),
        ("backup delete-backup-vault --backup-vault-name {id}",),
    ),
    "AWS::Logs::LogGroup": Kind("log group", BELOW, _log_group, ("logs delete-log-group --log-group-name {id}",)),
    "AWS::RDS::DBSubnetGroup": Kind(
        "database subnet group",
        BELOW,
        lambda clients, name: clients("rds").describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"],
        ("rds delete-db-subnet-group --db-subnet-group-name {id}",),
    ),
    "AWS::RDS::DBParameterGroup": Kind(
        "database parameter group",
        BELOW,
        lambda clients, name: clients("rds").describe_db_parameter_groups(DBParameterGroupName=name)[
            "DBParameterGroups"
        ],
        ("rds delete-db-parameter-group --db-parameter-group-name {id}",),
    ),
    "AWS::EC2::SecurityGroup": Kind(
        "security group",
        BELOW,
        lambda clients, group: clients("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"],
        ("ec2 delete-security-group --group-id {id}",),
    ),
    "AWS::EC2::Subnet": Kind(
        "subnet",
        BELOW,
        lambda clients, subnet: clients("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"],
        ("ec2 delete-subnet --subnet-id {id}",),
    ),
    "AWS::EC2::VPC": Kind(
        "VPC",
        BELOW,
        lambda clients, vpc: clients("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"],
        ("ec2 delete-vpc --vpc-id {id}",),
    ),
    "AWS::KMS::Key": Kind(
        "KMS key", "Encryption keys", _key, ("kms schedule-key-deletion --key-id {id} --pending-window-in-days 30",)
    ),
}
"""In the order in which they can be removed: data, what it stood on, and last the keys, which a snapshot needs."""

PARTS = (
    "AWS::CloudFormation::Stack",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
)
"""No things of their own: they go with what they belong to."""
