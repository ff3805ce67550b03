"""The network."""

from constructs import Construct

from airflow_platform.network.network import Network
from airflow_platform.network.security_groups import SecurityGroups
from settings.facts.endpoints import STORE_ENDPOINTS
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.offers import NetworkOffer, SecurityGroupsOffer


class NetworkStack(PlatformStack):
    """The VPC, and the security groups with all rules between them."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AwsEnvironment) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="network", description="Airflow on EKS: the network"
        )
        removal_policy = data_removal_policy(settings)
        network = Network(
            self,
            "Network",
            settings=settings.network,
            availability_zones=settings.availability_zones,
            name=platform_name(settings),
            removal_policy=removal_policy,
            more_endpoints=STORE_ENDPOINTS.get(str(settings.airflow.secrets_backend.service), ()),
        )
        groups = SecurityGroups(self, "SecurityGroups", vpc=network.vpc, removal_policy=removal_policy)
        offered = SecurityGroupsOffer(
            nodes=groups.nodes,
            file_system=groups.file_system,
            database=groups.database,
            control_plane=groups.control_plane,
            kubectl_handler=groups.kubectl_handler,
            controller=groups.controller,
        )
        self.offer = NetworkOffer(
            vpc=network.vpc,
            private_subnets=network.private_subnets,
            public_subnets=network.public_subnets,
            security_groups=offered,
        )
        self.export_all(
            network.vpc.vpc_id,
            *(subnet.subnet_id for subnet in (*network.private_subnets, *network.public_subnets)),
            *(group.security_group_id for group in vars(offered).values()),
        )
