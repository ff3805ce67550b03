"""Flow logs of the VPC."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.house import LogGroup
from settings.model.base import LogRetentionDays


class FlowLogs(Construct):
    """A record of the VPC's traffic in CloudWatch Logs, kept for `retention_days`.

    The role that writes it cannot make it again, so a late record
    does not bring a deleted log group back.
    """

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, retention_days: LogRetentionDays) -> None:
        super().__init__(scope, construct_id)

        role = iam.Role(
            self,
            "Role",
            description="Writes the VPC flow logs",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            ),
        )
        log_group = LogGroup(self, "LogGroup", retention_days=retention_days)
        ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group, role),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
