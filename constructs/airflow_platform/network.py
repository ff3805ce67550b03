"""The VPC that everything stands in."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Tags
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from airflow_platform.flow_logs import FlowLogs
from airflow_platform.interface_endpoints import InterfaceEndpoints
from settings.network import NetworkSettings

MOST_ZONES = 3


class Network(Construct):
    """A VPC with a public and a private subnet in each zone, tagged for load balancers and node autoscalers.

    The addresses of three zones are set aside from the start, so that a third zone, appended later, moves no subnet.
    Whether there are NAT gateways changes routes only: the subnets keep their ids and ranges.

    With `removal_policy` RETAIN the VPC and its private subnets outlive the stack: a retained file system and database
    keep network interfaces in them. Everything around them (gateways, routes, endpoints, public subnets) goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: NetworkSettings,
        availability_zones: Sequence[str],
        cluster_name: str,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)

        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(settings.cidr),
            availability_zones=list(availability_zones),
            reserved_azs=MOST_ZONES - len(availability_zones),
            nat_gateways=settings.nat_gateways,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=settings.public_subnet_prefix,
                    map_public_ip_on_launch=True,
                ),
                ec2.SubnetConfiguration(
                    name="Private",
                    subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS
                    if settings.nat_gateways
                    else ec2.SubnetType.PRIVATE_ISOLATED,
                    cidr_mask=settings.private_subnet_prefix,
                ),
            ],
            # The alternative is a Lambda with the right to change security groups, run once. Nothing of the platform is
            # ever in the VPC's default group: every network interface names its groups.
            restrict_default_security_group=False,
        )
        self.public_subnets = self.vpc.public_subnets
        self.private_subnets = self.vpc.select_subnets(subnet_group_name="Private").subnets

        self._tag_subnets(cluster_name)
        self._retain(removal_policy)

        # Free, and image layers and log exports would pay for NAT without it.
        self.vpc.add_gateway_endpoint("S3Endpoint", service=ec2.GatewayVpcEndpointAwsService.S3)
        if settings.interface_endpoints:
            InterfaceEndpoints(self, "InterfaceEndpoints", vpc=self.vpc, subnets=self.private_subnets)
        if settings.flow_logs_retention_days is not None:
            FlowLogs(self, "FlowLogs", vpc=self.vpc, retention_days=settings.flow_logs_retention_days)

    def private_subnet(self, availability_zone: str) -> ec2.ISubnet:
        """The private subnet of a zone of the network."""
        return next(subnet for subnet in self.private_subnets if subnet.availability_zone == availability_zone)

    def _tag_subnets(self, cluster_name: str) -> None:
        """The tags by which the AWS Load Balancer Controller and Karpenter find subnets (Amazon EKS user guide)."""
        for subnet in [*self.public_subnets, *self.private_subnets]:
            Tags.of(subnet).add(f"kubernetes.io/cluster/{cluster_name}", "shared")
        for subnet in self.public_subnets:
            Tags.of(subnet).add("kubernetes.io/role/elb", "1")
        for subnet in self.private_subnets:
            Tags.of(subnet).add("kubernetes.io/role/internal-elb", "1")
            Tags.of(subnet).add("karpenter.sh/discovery", cluster_name)

    def _retain(self, removal_policy: RemovalPolicy) -> None:
        for construct in [self.vpc, *self.private_subnets]:
            # The resource itself: on the VPC or a subnet as a whole the policy would reach gateways and routes too.
            resource = construct.node.find_child("Subnet" if construct is not self.vpc else "Resource")
            assert isinstance(resource, (ec2.CfnVPC, ec2.CfnSubnet))
            resource.apply_removal_policy(removal_policy)
