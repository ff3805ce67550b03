"""A load balancer before Airflow, with all that it needs."""

from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_route53 as route53
from constructs import Construct

from airflow_platform.cluster.node_group import ManagedNodeGroup
from airflow_platform.front_door.access_logs import AccessLogs
from airflow_platform.front_door.load_balancer import LoadBalancer
from airflow_platform.front_door.traffic_sources import TrafficSources
from airflow_platform.front_door.web_acl import WebAcl
from settings.model.access import FrontDoorSettings
from settings.model.base import LogRetentionDays


class FrontDoor(Construct):
    """HTTPS at a name of its own, to a port of the nodes, and nothing else.

    All of it belongs to CloudFormation, so nothing in the cluster can make, change or orphan it, and a stack that goes
    takes it along. It stands in the node groups' own stack: they come and go with settings, and what another stack
    imports can't go.

    A load balancer's scheme can't change, and a target group has one load balancer. So with another mode all of that is
    made anew beside what there is, under ids of the mode; the record and the certificate are of the name, stay, and
    lead to the new one before the old one goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: FrontDoorSettings,
        host_name: str,
        health_path: str,
        cluster_name: str,
        vpc: ec2.IVpc,
        public_subnets: Sequence[ec2.ISubnet],
        private_subnets: Sequence[ec2.ISubnet],
        nodes: ec2.ISecurityGroup,
        node_groups: Mapping[str, ManagedNodeGroup],
        log_retention_days: LogRetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        """`health_path`: what a node answers with 200 while Airflow runs. `nodes`: the group that every node carries.
        `log_retention_days`: of the function's log. `removal_policy`: of the log of requests.
        """
        super().__init__(scope, construct_id)
        is_public = settings.mode == "internet"
        logs = None
        if settings.access_logs_days is not None:
            logs = AccessLogs(self, "AccessLogs", days=settings.access_logs_days, removal_policy=removal_policy)
        of_the_mode = Construct(self, "Internet" if is_public else "Internal")
        self.load_balancer = LoadBalancer(
            of_the_mode,
            "LoadBalancer",
            is_public=is_public,
            host_name=host_name,
            health_path=health_path,
            certificate_arn=settings.certificate_arn or self._certificate(host_name, str(settings.hosted_zone_id)),
            cidrs=settings.cidrs,
            vpc=vpc,
            subnets=public_subnets if is_public else private_subnets,
            nodes=nodes,
            access_logs=logs,
        )
        if settings.waf:
            acl = WebAcl(self, "WebAcl", requests_per_five_minutes=settings.waf_requests_per_five_minutes)
            acl.protect(of_the_mode, self.load_balancer.arn)
        sources = TrafficSources(
            self, "TrafficSources", cluster_name=cluster_name, log_retention_days=log_retention_days
        )
        attached = Construct(of_the_mode, "Attached")
        for name in settings.node_groups or node_groups:
            sources.attach(attached, name, node_groups[name], self.load_balancer.target_group)
        if settings.hosted_zone_id is not None:
            self._record(host_name, settings.hosted_zone_id)

    def _certificate(self, host_name: str, zone_id: str) -> str:
        """One that ACM validates by a record in the zone, and renews as long as that is there. Free."""
        certificate = acm.CfnCertificate(
            self,
            "Certificate",
            domain_name=host_name,
            validation_method="DNS",
            domain_validation_options=[
                acm.CfnCertificate.DomainValidationOptionProperty(domain_name=host_name, hosted_zone_id=zone_id)
            ],
            key_algorithm="EC_prime256v1",
        )
        return certificate.ref

    def _record(self, host_name: str, zone_id: str) -> None:
        """The name, as an alias: its answers follow the load balancer's addresses. Free."""
        route53.CfnRecordSet(
            self,
            "Record",
            name=f"{host_name}.",
            type="A",
            hosted_zone_id=zone_id,
            alias_target=route53.CfnRecordSet.AliasTargetProperty(
                dns_name=self.load_balancer.dns_name,
                hosted_zone_id=self.load_balancer.hosted_zone_id,
                evaluate_target_health=False,
            ),
        )
