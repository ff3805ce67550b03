"""Interface endpoints, which take the place of NAT for calls to AWS."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from settings.facts.endpoints import INTERFACE_ENDPOINTS, InterfaceEndpoint


class InterfaceEndpoints(Construct):
    """An interface endpoint for every AWS service that the platform calls from its private subnets.

    About 7 USD a month for each service and zone, and a price for each GB. HTTPS from inside the VPC only. `more` are
    those that settings bring.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        more: Sequence[InterfaceEndpoint] = (),
    ) -> None:
        super().__init__(scope, construct_id)

        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="Interface endpoints of the Airflow platform",
            allow_all_outbound=False,
        )
        ec2.CfnSecurityGroupIngress(
            self,
            "HttpsFromVpc",
            group_id=self.security_group.security_group_id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ip=vpc.vpc_cidr_block,
            description="HTTPS from the VPC",
        )
        for row in (*INTERFACE_ENDPOINTS, *more):
            ec2.InterfaceVpcEndpoint(
                self,
                row.id,
                vpc=vpc,
                service=ec2.InterfaceVpcEndpointAwsService(row.service),
                subnets=ec2.SubnetSelection(subnets=list(subnets)),
                security_groups=[self.security_group],
                open=False,  # the rule above, not one that CDK adds
            )
