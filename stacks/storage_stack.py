"""The file system, the bucket that it is linked to, and where images are kept."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from constructs import Construct

from airflow_platform.storage.data_bucket import DataBucket, let_links_use
from airflow_platform.storage.file_system import FileSystem
from airflow_platform.storage.image_repository import ImageRepository
from airflow_platform.storage.links import Links, links_of
from k8s.bindings import FsxVolume
from settings.images import DOCKER_HUB, cache_prefix
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.offers import NetworkOffer, StorageOffer


class StorageStack(PlatformStack):
    """The file system for DAGs, logs and data sets, in one zone, and its links to S3; images, where settings say so."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AwsEnvironment, network: NetworkOffer) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="storage", description="Airflow on EKS: the file system"
        )
        file_system = FileSystem(
            self,
            "FileSystem",
            settings=settings.storage,
            subnet=network.private_subnet(settings.storage_zone),
            security_group=network.security_groups.file_system,
            name=platform_name(settings),
            removal_policy=data_removal_policy(settings),
            backup_id=settings.restore.file_system_backup,
        )
        self.offer = StorageOffer(
            volume=FsxVolume(
                file_system_id=file_system.file_system_id,
                dns_name=file_system.dns_name,
                mount_name=file_system.mount_name,
                subnet_id=file_system.subnet_id,
                security_group_id=file_system.security_group_id,
            )
        )
        self.add_outputs(FileSystemId=file_system.file_system_id)
        if settings.images.repository:
            repository = ImageRepository(
                self,
                "Images",
                customer_managed_key=settings.storage.customer_managed_key,
                removal_policy=data_removal_policy(settings),
            )
            self.add_outputs(ImageRepository=repository.uri)
        if credential := settings.images.pull_through_cache.docker_hub_credential_arn:
            ecr.CfnPullThroughCacheRule(
                self,
                "DockerHub",
                ecr_repository_prefix=cache_prefix(settings),
                upstream_registry="docker-hub",
                upstream_registry_url=DOCKER_HUB,
                credential_arn=credential,
            )
        if settings.storage.s3.enabled:
            self._link(settings, file_system)

    def _link(self, settings: AwsEnvironment, file_system: FileSystem) -> None:
        """Link the file system to its bucket, and tell where DAGs go. (No other stack imports anything of this.)"""
        bucket = self._bucket(settings, file_system)
        links = Links(
            self,
            "Links",
            file_system_id=file_system.file_system_id,
            links=links_of(settings.storage, bucket.bucket_name),
        )
        # With its policy: FSx looks whether it may use the bucket when a link is made.
        links.node.add_dependency(bucket)
        dags = f"s3://{bucket.bucket_name}/dags/"
        self.add_outputs(
            DataBucket=bucket.bucket_name,
            DagsUri=dags,
            SyncDagsCommand=f"aws s3 sync --region {self.region} dags/ {dags} --delete",
        )

    def _bucket(self, settings: AwsEnvironment, file_system: FileSystem) -> s3.IBucket:
        existing = settings.storage.s3.bucket
        if existing is not None:
            return s3.Bucket.from_bucket_name(self, "ExistingBucket", existing)
        if file_system.key:
            let_links_use(file_system.key)
        return DataBucket(
            self,
            "Bucket",
            encryption_key=file_system.key,
            previous_version_days=settings.storage.s3.previous_version_days,
            removal_policy=data_removal_policy(settings),
        )
