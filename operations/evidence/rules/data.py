"""What holds data: encrypted, kept, backed up; and logs, which end some day."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from operations.evidence.finding import Rule
from operations.evidence.subject import Resource, Subject

DATABASE, FILE_SYSTEM = "AWS::RDS::DBInstance", "AWS::FSx::FileSystem"
SECRET, KEY, BUCKET = "AWS::SecretsManager::Secret", "AWS::KMS::Key", "AWS::S3::Bucket"
REPOSITORY = "AWS::ECR::Repository"
HOLDS_DATA = (DATABASE, FILE_SYSTEM, SECRET, KEY, BUCKET, REPOSITORY, "AWS::Backup::BackupVault")
KEPT = ("Retain", "RetainExceptOnCreate")


def _disks_are_encrypted(properties: Mapping[str, Any]) -> bool:
    disks = [disk.get("Ebs", {}) for disk in properties.get("BlockDeviceMappings", ())]
    # Without a mapping the image decides: a disk that nobody said to encrypt.
    return bool(disks) and all(disk.get("Encrypted") is True for disk in disks)


ENCRYPTED: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    # A restored one has its snapshot's encryption, and may not say so; `make deploy` looks at the snapshot.
    DATABASE: lambda properties: (
        properties.get("StorageEncrypted") is True or bool(properties.get("DBSnapshotIdentifier"))
    ),
    BUCKET: lambda properties: "BucketEncryption" in properties,
    "AWS::EFS::FileSystem": lambda properties: properties.get("Encrypted") is True,
    "AWS::SNS::Topic": lambda properties: "KmsMasterKeyId" in properties,
    "AWS::SQS::Queue": lambda properties: (
        "KmsMasterKeyId" in properties or bool(properties.get("SqsManagedSseEnabled"))
    ),
}
"""Type -> whether it is encrypted. FSx for Lustre and Secrets Manager encrypt in any case."""


def _log_retention(subject: Subject) -> Iterator[tuple[str, str]]:
    for group in subject.resources("AWS::Logs::LogGroup"):
        if not group.properties.get("RetentionInDays"):
            yield group.name, "keeps its events for ever: no RetentionInDays"


def _encrypted(subject: Subject) -> Iterator[tuple[str, str]]:
    for resource in subject.resources(*ENCRYPTED):
        if not ENCRYPTED[resource.type](resource.properties):
            yield resource.name, f"{resource.type} is not encrypted at rest"
    for machine, data in subject.machines:
        if not _disks_are_encrypted(data):
            yield machine.name, "its disks are not encrypted, or the image decides"


def _kept(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.settings.retain_data:
        return
    for resource in subject.resources(*HOLDS_DATA):
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.body.get(policy) not in KEPT:
                yield resource.name, f"retain_data is true, and {policy} is {resource.body.get(policy, 'Delete')}"


def _backed_up(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.settings.retain_data:
        return
    for database in subject.resources(DATABASE):
        if not database.properties.get("BackupRetentionPeriod"):
            yield database.name, "retain_data is true, and the database has no backups"
    for file_system in subject.resources(FILE_SYSTEM):
        if not _is_linked(subject, file_system):
            lustre = file_system.properties["LustreConfiguration"]
            if lustre["DeploymentType"].startswith("SCRATCH"):
                yield file_system.name, f"retain_data is true, and {lustre['DeploymentType']} loses files with a server"
            elif not lustre.get("AutomaticBackupRetentionDays"):
                yield file_system.name, "retain_data is true, and the file system has no backups"


def _is_linked(subject: Subject, file_system: Resource) -> bool:
    """Whether S3 has what is in it: FSx makes no backups of such a file system."""
    own = subject.references.text(file_system.stack, {"Ref": file_system.logical_id})
    links = subject.resources("AWS::FSx::DataRepositoryAssociation")
    return any(subject.text(link, link.properties["FileSystemId"]) == own for link in links)


def _database_tls(subject: Subject) -> Iterator[tuple[str, str]]:
    groups = {
        subject.references.text(each.stack, {"Ref": each.logical_id}): each
        for each in subject.resources("AWS::RDS::DBParameterGroup")
    }
    for database in subject.resources(DATABASE):
        group = groups.get(subject.text(database, database.properties.get("DBParameterGroupName", "")))
        if group is None or str(group.properties["Parameters"].get("rds.force_ssl")) != "1":
            yield database.name, "takes connections without TLS: rds.force_ssl is not 1"


def _images(subject: Subject) -> Iterator[tuple[str, str]]:
    for repository in subject.resources(REPOSITORY):
        if repository.properties.get("ImageTagMutability") != "IMMUTABLE":
            yield repository.name, "a tag can be pushed over, and a pod run another image than was tried"
        if repository.properties.get("ImageScanningConfiguration", {}).get("ScanOnPush") is not True:
            yield repository.name, "images are not scanned when they are pushed"
        if repository.properties.get("EmptyOnDelete"):
            yield repository.name, "CloudFormation deletes its images without a question: EmptyOnDelete"


RULES = (
    Rule("log-retention", "Every log group has an end of retention", _log_retention, ("AU-11",)),
    Rule("data-encrypted", "Whatever holds data is encrypted at rest", _encrypted, ("SC-28",)),
    Rule("data-kept", "With retain_data nothing that holds data goes with a stack", _kept, ("CP-9",)),
    Rule("data-backed-up", "With retain_data database and file system have backups", _backed_up, ("CP-9", "CP-10")),
    Rule("database-tls", "The database refuses connections without TLS", _database_tls, ("SC-8",)),
    Rule("image-repository", "Images are scanned, and tags never move", _images, ("RA-5", "SI-7")),
)
