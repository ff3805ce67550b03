"""What can't be changed on a deployed platform, and the way that works instead.

Sources: "Update requires" of each property in the AWS CloudFormation template reference and the create-only properties
of its schemas; UpdateClusterConfig and UpdateClusterVersion, Amazon EKS API reference; UpdateFileSystem, Amazon FSx API
reference; ModifyDBInstance, Amazon RDS API reference.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operations.changes.breaks import creeps, differs, falls, jumps, turns_back, unlocks


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A property that CloudFormation, or the service behind it, does not change on what exists."""

    type: str
    path: str
    """Below Properties."""

    settings: tuple[str, ...]
    """The settings that it follows; none: the platform's own business."""

    reason: str
    """What would happen."""

    way: str
    """What works instead."""

    is_broken_by: Callable[[Any, Any], bool] = differs
    """Of the deployed value and the wanted one."""


NEW_FILE_SYSTEM = "CloudFormation would make a new, empty file system"
NEW_DATABASE = "CloudFormation would make a new, empty database"
NEW_NETWORK = "CloudFormation would make a new subnet in the place of one that the cluster, its nodes and data stand in"
NEW_CLUSTER = "CloudFormation would make another cluster of the same name, which EKS refuses"
NEW_REPOSITORY = "CloudFormation would make a new, empty repository"
NEW_GROUP = "CloudFormation would make a new group, and with it a new file system"
OTHER_VALUE = "Secrets Manager would generate a new value, and what the old one encrypted is lost"
SECOND_PLATFORM = "set it back, or deploy an environment of another name and move DAGs and data to it"

FOLLOWS = {"DBSnapshotIdentifier": ("DBName", "KmsKeyId", "MasterUsername", "StorageEncrypted")}
"""Property -> those that come and go with it: no second reason."""

LINK = "AWS::FSx::DataRepositoryAssociation"
FILE_SYSTEM, DATABASE, CLUSTER = "AWS::FSx::FileSystem", "AWS::RDS::DBInstance", "AWS::EKS::Cluster"
VAULT = "AWS::Backup::BackupVault"
REPOSITORY = "AWS::ECR::Repository"
SUBNET, VPC, GROUP = "AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::EC2::SecurityGroup"


ANEW = "or, linked to S3, a new file system: `make deploy REPLACE_FILE_SYSTEM=1` (docs/runbooks/storage.md)"


def _file_system(path: str, *settings: str, way: str = f"set it back, {ANEW}") -> Fixed:
    return Fixed(type=FILE_SYSTEM, path=path, settings=settings, reason=NEW_FILE_SYSTEM, way=way)


def _database(path: str, *settings: str) -> Fixed:
    return Fixed(type=DATABASE, path=path, settings=settings, reason=NEW_DATABASE, way=SECOND_PLATFORM)


def _cluster(path: str, *settings: str) -> Fixed:
    return Fixed(type=CLUSTER, path=path, settings=settings, reason=NEW_CLUSTER, way=SECOND_PLATFORM)


def _inside(resource_type: str, path: str, reason: str) -> Fixed:
    """What no setting changes: a mistake in the code, or another version of it."""
    return Fixed(type=resource_type, path=path, settings=(), reason=reason, way="set it back")


FIXED = (
    _file_system("LustreConfiguration/DeploymentType", "storage.deployment_type"),
    _file_system("StorageType", "storage.storage_type"),
    _file_system(
        "LustreConfiguration/PerUnitStorageThroughput",
        "storage.throughput_mbps_per_tib",
        way=f"set it back; FSx itself changes it in place (docs/runbooks/storage.md), {ANEW}",
    ),
    _file_system("LustreConfiguration/DriveCacheType", "storage.hdd_read_cache"),
    _file_system("KmsKeyId", "storage.customer_managed_key"),
    _file_system("SubnetIds", "storage.availability_zone", "availability_zones"),
    _file_system("SecurityGroupIds"),
    _file_system("FileSystemTypeVersion"),
    _file_system("BackupId", "restore.file_system_backup"),
    Fixed(
        type=FILE_SYSTEM,
        path="StorageCapacity",
        settings=("storage.storage_capacity_gib",),
        reason="a file system can grow and never shrink",
        way=SECOND_PLATFORM,
        is_broken_by=falls,
    ),
    Fixed(
        type=LINK,
        path="DataRepositoryPath",
        settings=("storage.s3.bucket", "storage.data"),
        reason="a folder has one link at a time, and CloudFormation makes the new one before the old one goes",
        way="take the link out (storage.s3.bucket: storage.s3.enabled: false and storage.backup_retention_days: null),"
        " deploy, and add it with its new place; the folder keeps its files",
    ),
    Fixed(
        type=DATABASE,
        path="DBSnapshotIdentifier",
        settings=("restore.database_snapshot",),
        reason="CloudFormation would make another database, from another snapshot or empty",
        way="set it back: it stays as long as the platform lives; another set is restored in an environment of another"
        " name, or when this one is destroyed (docs/runbooks/restore.md)",
    ),
    _database("KmsKeyId", "database.customer_managed_key"),
    _database("StorageEncrypted"),
    _database("Engine"),
    _database("DBName"),
    _database("DBInstanceIdentifier"),
    _database("DBSubnetGroupName"),
    _database("MasterUsername"),
    _database("Port"),
    _database("AvailabilityZone"),
    Fixed(
        type=DATABASE,
        path="AllocatedStorage",
        settings=("database.allocated_storage_gib",),
        reason="a database's storage can grow and never shrink",
        way="set it back",
        is_broken_by=falls,
    ),
    Fixed(
        type=DATABASE,
        path="AllocatedStorage",
        settings=("database.allocated_storage_gib",),
        reason="RDS refuses to grow storage by less than 10%",
        way="raise it by 10% or more",
        is_broken_by=creeps,
    ),
    Fixed(
        type=DATABASE,
        path="EngineVersion",
        settings=("database.engine_version",),
        reason="PostgreSQL goes to a newer version and never back",
        way="set it back",
        is_broken_by=falls,
    ),
    Fixed(
        type=VAULT,
        path="LockConfiguration",
        settings=("backup.lock",),
        reason="AWS Backup takes no compliance lock off, three days after it was put on",
        way="set it back",
        is_broken_by=unlocks,
    ),
    _cluster("Name"),
    _cluster("RoleArn"),
    _cluster("EncryptionConfig", "cluster.secrets_encryption"),
    _cluster("KubernetesNetworkConfig/IpFamily"),
    _cluster("KubernetesNetworkConfig/ServiceIpv4Cidr"),
    _cluster("BootstrapSelfManagedAddons"),
    _cluster("AccessConfig/BootstrapClusterCreatorAdminPermissions"),
    Fixed(
        type=CLUSTER,
        path="ResourcesVpcConfig/SubnetIds",
        settings=("availability_zones",),
        reason="EKS keeps the zones that a control plane was made with (aws/containers-roadmap #170)",
        way=SECOND_PLATFORM,
    ),
    Fixed(
        type=CLUSTER,
        path="AccessConfig/AuthenticationMode",
        settings=("cluster.authentication_mode",),
        reason="EKS goes from the ConfigMap to access entries and never back",
        way="set it back to API",
        is_broken_by=turns_back,
    ),
    Fixed(
        type=CLUSTER,
        path="Version",
        settings=("cluster.version",),
        reason="CloudFormation takes a control plane to a newer version only",
        way="EKS itself goes back one version within seven days: docs/runbooks/upgrade.md",
        is_broken_by=falls,
    ),
    Fixed(
        type=CLUSTER,
        path="Version",
        settings=("cluster.version",),
        reason="EKS goes one minor version at a time",
        way="deploy each version in between",
        is_broken_by=jumps,
    ),
    Fixed(type=VPC, path="CidrBlock", settings=("network.cidr",), reason=NEW_NETWORK, way=SECOND_PLATFORM),
    Fixed(
        type=SUBNET,
        path="CidrBlock",
        settings=("network.cidr", "network.public_subnet_prefix", "network.private_subnet_prefix"),
        reason=NEW_NETWORK,
        way=SECOND_PLATFORM,
    ),
    Fixed(
        type=SUBNET,
        path="AvailabilityZone",
        settings=("availability_zones",),
        reason=NEW_NETWORK,
        way="keep the zones in their order, and append only",
    ),
    Fixed(
        type=REPOSITORY,
        path="EncryptionConfiguration",
        settings=("storage.customer_managed_key",),
        reason=NEW_REPOSITORY,
        way=SECOND_PLATFORM,
    ),
    _inside(REPOSITORY, "RepositoryName", NEW_REPOSITORY),
    _inside(GROUP, "GroupDescription", NEW_GROUP),
    _inside(GROUP, "GroupName", NEW_GROUP),
    _inside(GROUP, "VpcId", NEW_GROUP),
    _inside("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", NEW_DATABASE),
    _inside("AWS::SecretsManager::Secret", "Name", OTHER_VALUE),
    _inside("AWS::SecretsManager::Secret", "GenerateSecretString", OTHER_VALUE),
)

STAYS: dict[str, tuple[str, str]] = {
    FILE_SYSTEM: ("storage", "the platform's data is in it"),
    DATABASE: ("database", "the platform's data is in it"),
    VAULT: ("backup.frequency", "backups are in it, which stay there until their time"),
    "AWS::SecretsManager::Secret": ("", "Airflow can't do without it"),
    CLUSTER: ("cluster", "everything runs on it"),
    REPOSITORY: ("images.repository", "pods may run images that are in it"),
    SUBNET: ("availability_zones", "nodes, file system and database have network interfaces in it: append zones only"),
    VPC: ("network", "everything stands in it"),
}
"""Types of which none may leave a template while it is deployed: the setting, and why."""
