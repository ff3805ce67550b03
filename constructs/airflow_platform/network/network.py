"""The VPC that everything stands in."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Tags
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from airflow_platform.cloudformation import ignore_lint, resource
from airflow_platform.network.flow_logs import FlowLogs
from airflow_platform.network.interface_endpoints import InterfaceEndpoints
from settings.facts.endpoints import InterfaceEndpoint
from settings.facts.zones import MOST_ZONES
from settings.model.network import NetworkSettings


class Network(Construct):
    """A VPC with a public and a private subnet in each zone, tagged for load balancers and node autoscalers.

    The addresses of three zones are set aside from the start, so that a third zone, appended later, moves no subnet.
    Whether there are NAT gateways changes routes only: the subnets keep their ids and ranges.

    `name` is the cluster's name, by which the tags know the subnets, and the beginning of theirs. `more_endpoints` come
    with the interface endpoints.

    Retained (`removal_policy`), the VPC and its private subnets outlive the stack: a retained file system and database
    keep network interfaces in them. Everything around them (gateways, routes, endpoints, public subnets) goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: NetworkSettings,
        availability_zones: Sequence[str],
        name: str,
        removal_policy: RemovalPolicy,
        more_endpoints: Sequence[InterfaceEndpoint] = (),
    ) -> None:
        super().__init__(scope, construct_id)

        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=name,
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

        resource(self.vpc, ec2.CfnVPC).apply_removal_policy(removal_policy)
        for tier, subnets in {"public": self.public_subnets, "private": self.private_subnets}.items():
            for subnet in subnets:
                Tags.of(subnet).add("Name", f"{name}-{tier}-{subnet.availability_zone}")
                self._describe(resource(subnet, ec2.CfnSubnet), name=name, tier=tier)
        for subnet in self.private_subnets:
            resource(subnet, ec2.CfnSubnet).apply_removal_policy(removal_policy)

        # Free, and image layers and log exports would pay for NAT without it.
        self.vpc.add_gateway_endpoint("S3Endpoint", service=ec2.GatewayVpcEndpointAwsService.S3)
        if settings.interface_endpoints:
            InterfaceEndpoints(
                self, "InterfaceEndpoints", vpc=self.vpc, subnets=self.private_subnets, more=more_endpoints
            )
        if settings.flow_logs_retention_days is not None:
            FlowLogs(self, "FlowLogs", vpc=self.vpc, retention_days=settings.flow_logs_retention_days)

    def _describe(self, subnet: ec2.CfnSubnet, *, name: str, tier: str) -> None:
        """The tags by which the AWS Load Balancer Controller and Karpenter find subnets."""
        tags = {f"kubernetes.io/cluster/{name}": "shared"}
        if tier == "public":
            tags["kubernetes.io/role/elb"] = "1"
        else:
            tags["kubernetes.io/role/internal-elb"] = "1"
            tags["karpenter.sh/discovery"] = name
        for key, value in tags.items():
            Tags.of(subnet).add(key, value)
        # Zones are named on purpose: Fn::GetAZs may list them in another order some day, and move every subnet.
        ignore_lint(subnet, "W3010")
