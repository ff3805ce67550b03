"""The load balancer: listeners, rules, target group and security group."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from constructs import Construct

from airflow_platform.front_door.access_logs import AccessLogs
from settings.facts.front_door import DRAIN_SECONDS, IDLE_SECONDS, NODE_PORT, TLS_POLICY

HTTPS, HTTP = 443, 80
OF_TASKS = ("/execution", "/execution/*")
"""Paths of the API of tasks, as they are written; k8s/airflow/scripts/front.py refuses other spellings."""


class LoadBalancer(Construct):
    """An Application Load Balancer (about 17 USD a month, and its use) that takes HTTPS for one name from `cidrs`.

    Whatever is not for that name, or is for the API of tasks, gets a 404 of its own. Plain HTTP is sent to HTTPS. It is
    not protected from deletion, which would let no stack go.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        is_public: bool,
        host_name: str,
        health_path: str,
        certificate_arn: str,
        cidrs: Sequence[str],
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        nodes: ec2.ISecurityGroup,
        access_logs: AccessLogs | None,
    ) -> None:
        super().__init__(scope, construct_id)
        group = self._security_group(vpc, cidrs, nodes)
        balancer = elb.CfnLoadBalancer(
            self,
            "Resource",
            type="application",
            scheme="internet-facing" if is_public else "internal",
            ip_address_type="ipv4",
            subnets=[subnet.subnet_id for subnet in subnets],
            security_groups=[group.security_group_id],
            load_balancer_attributes=_attributes(elb.CfnLoadBalancer.LoadBalancerAttributeProperty, _kept(access_logs)),
        )
        if access_logs:
            balancer.node.add_dependency(access_logs)  # it writes a test object at once
        self.target_group = self._target_group(vpc, health_path)
        self.arn, self.dns_name = balancer.ref, balancer.attr_dns_name
        self.hosted_zone_id = balancer.attr_canonical_hosted_zone_id
        self._add_https(host_name, certificate_arn)
        self._add_http(host_name)

    def _security_group(self, vpc: ec2.IVpc, cidrs: Sequence[str], nodes: ec2.ISecurityGroup) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Airflow load balancer", allow_all_outbound=False
        )
        for cidr in cidrs:
            for port in (HTTPS, HTTP):
                group.add_ingress_rule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(port), f"Port {port}")
        ec2.CfnSecurityGroupEgress(
            self,
            "ToNodes",
            group_id=group.security_group_id,
            destination_security_group_id=nodes.security_group_id,
            description="Airflow, at a port of the nodes",
            ip_protocol="tcp",
            from_port=NODE_PORT,
            to_port=NODE_PORT,
        )
        ec2.CfnSecurityGroupIngress(
            self,
            "FromLoadBalancer",
            group_id=nodes.security_group_id,
            source_security_group_id=group.security_group_id,
            description="Airflow, from the load balancer",
            ip_protocol="tcp",
            from_port=NODE_PORT,
            to_port=NODE_PORT,
        )
        return group

    def _target_group(self, vpc: ec2.IVpc, health_path: str) -> elb.CfnTargetGroup:
        return elb.CfnTargetGroup(
            self,
            "TargetGroup",
            target_type="instance",
            port=NODE_PORT,
            protocol="HTTP",
            protocol_version="HTTP1",
            vpc_id=vpc.vpc_id,
            # What the readiness probe asks. Every node answers while any pod is ready, so a node that does not is one.
            health_check_path=health_path,
            health_check_protocol="HTTP",
            health_check_interval_seconds=10,
            health_check_timeout_seconds=5,
            healthy_threshold_count=2,
            unhealthy_threshold_count=2,
            matcher=elb.CfnTargetGroup.MatcherProperty(http_code="200"),
            target_group_attributes=_attributes(
                elb.CfnTargetGroup.TargetGroupAttributeProperty,
                {
                    "deregistration_delay.timeout_seconds": DRAIN_SECONDS,
                    # A log that is followed holds its connection for minutes: the next request goes elsewhere.
                    "load_balancing.algorithm.type": "least_outstanding_requests",
                    "stickiness.enabled": "false",
                },
            ),
        )

    def _add_https(self, host_name: str, certificate_arn: str) -> None:
        listener = elb.CfnListener(
            self,
            "Https",
            load_balancer_arn=self.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificates=[elb.CfnListener.CertificateProperty(certificate_arn=certificate_arn)],
            default_actions=[
                elb.CfnListener.ActionProperty(
                    type="fixed-response",
                    fixed_response_config=elb.CfnListener.FixedResponseConfigProperty(status_code="404"),
                )
            ],
            listener_attributes=_attributes(
                elb.CfnListener.ListenerAttributeProperty,
                {
                    "routing.http.response.server.enabled": "false",
                    "routing.http.response.strict_transport_security.header_value": "max-age=31536000",
                    "routing.http.response.x_content_type_options.header_value": "nosniff",
                },
            ),
        )
        elb.CfnListenerRule(
            self,
            "NotForTasks",
            listener_arn=listener.ref,
            priority=1,
            conditions=[
                elb.CfnListenerRule.RuleConditionProperty(
                    field="path-pattern",
                    path_pattern_config=elb.CfnListenerRule.PathPatternConfigProperty(values=list(OF_TASKS)),
                )
            ],
            actions=[
                elb.CfnListenerRule.ActionProperty(
                    type="fixed-response",
                    fixed_response_config=elb.CfnListenerRule.FixedResponseConfigProperty(status_code="404"),
                )
            ],
        )
        elb.CfnListenerRule(
            self,
            "ForPeople",
            listener_arn=listener.ref,
            priority=2,
            conditions=[
                elb.CfnListenerRule.RuleConditionProperty(
                    field="host-header",
                    host_header_config=elb.CfnListenerRule.HostHeaderConfigProperty(values=[host_name]),
                )
            ],
            actions=[elb.CfnListenerRule.ActionProperty(type="forward", target_group_arn=self.target_group.ref)],
        )

    def _add_http(self, host_name: str) -> None:
        elb.CfnListener(
            self,
            "Http",
            load_balancer_arn=self.arn,
            port=HTTP,
            protocol="HTTP",
            default_actions=[
                elb.CfnListener.ActionProperty(
                    type="redirect",
                    redirect_config=elb.CfnListener.RedirectConfigProperty(
                        protocol="HTTPS", port=str(HTTPS), host=host_name, status_code="HTTP_301"
                    ),
                )
            ],
        )


def _kept(access_logs: AccessLogs | None) -> dict[str, Any]:
    """The load balancer's attributes."""
    logged = {} if access_logs is None else {"access_logs.s3.bucket": access_logs.bucket.bucket_name}
    return {
        "access_logs.s3.enabled": "false" if access_logs is None else "true",
        **logged,
        "deletion_protection.enabled": "false",
        "idle_timeout.timeout_seconds": IDLE_SECONDS,
        "routing.http.desync_mitigation_mode": "strictest",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        # Airflow's front knows by these headers that a request came from outside, and by the last address from whom.
        "routing.http.xff_header_processing.mode": "append",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http2.enabled": "true",
    }


def _attributes(type_: Any, values: Mapping[str, Any]) -> list[Any]:
    return [type_(key=key, value=str(value)) for key, value in values.items()]
