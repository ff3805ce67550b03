"""The file system."""

from constructs import Construct

from airflow_platform.storage.file_system import FileSystem
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.network_stack import NetworkStack


class StorageStack(PlatformStack):
    """The file system for DAGs and task logs, in the private subnet of one zone."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AwsEnvironment, network: NetworkStack) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="storage", description="Airflow on EKS: the file system"
        )
        self.file_system = FileSystem(
            self,
            "FileSystem",
            settings=settings.storage,
            subnet=network.network.private_subnet(settings.storage_zone),
            security_group=network.security_groups.file_system,
            name=platform_name(settings),
            removal_policy=data_removal_policy(settings),
        )
        self.add_outputs(FileSystemId=self.file_system.file_system_id)
