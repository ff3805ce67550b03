"""The file system, and where images are kept."""

from aws_cdk import aws_ecr as ecr
from constructs import Construct

from airflow_platform.storage.file_system import FileSystem
from airflow_platform.storage.image_repository import ImageRepository
from k8s.bindings import FsxVolume
from settings.images import DOCKER_HUB, cache_prefix
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.offers import NetworkOffer, StorageOffer


class StorageStack(PlatformStack):
    """The file system for DAGs and task logs, in the private subnet of one zone; images, where the settings say so."""

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
