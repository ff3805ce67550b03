"""What gives a target group the nodes of node groups."""

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.cluster.node_group import ManagedNodeGroup
from airflow_platform.handler_function import HandlerFunction
from airflow_platform.handlers.limits import ATTACH_SECONDS, DETACH_SECONDS, SOURCE_ANSWER_SECONDS
from settings.model.base import LogRetentionDays


class TrafficSources(Construct):
    """A function that attaches a target group to the Auto Scaling groups of node groups, and detaches it.

    It asks EKS for them: no property names them, and a node group that is replaced has others.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, cluster_name: str, log_retention_days: LogRetentionDays
    ) -> None:
        super().__init__(scope, construct_id)
        self._cluster_name = cluster_name
        self._function = HandlerFunction(
            self,
            "Function",
            package="traffic_source",
            description=f"Attaches the nodes of {cluster_name} to a load balancer",
            log_retention_days=log_retention_days,
        )
        stack = Stack.of(self)
        node_groups = stack.format_arn(service="eks", resource="nodegroup", resource_name=f"{cluster_name}/*")
        groups = stack.format_arn(
            service="autoscaling", resource="autoScalingGroup", resource_name="*:autoScalingGroupName/*"
        ).replace("autoScalingGroup/*", "autoScalingGroup:*")
        for statement in (
            iam.PolicyStatement(actions=["eks:DescribeNodegroup"], resources=[node_groups]),
            iam.PolicyStatement(
                actions=["autoscaling:AttachTrafficSources", "autoscaling:DetachTrafficSources"],
                resources=[groups],
                # EKS's own tag on the groups that it makes.
                conditions={"StringEquals": {"aws:ResourceTag/eks:cluster-name": cluster_name}},
            ),
            # Auto Scaling knows no resource to limit what is only described to.
            iam.PolicyStatement(actions=["autoscaling:DescribeTrafficSources"], resources=["*"]),
        ):
            self._function.add_to_role_policy(statement)

    def attach(
        self, scope: Construct, construct_id: str, node_group: ManagedNodeGroup, target_group: elb.CfnTargetGroup
    ) -> None:
        """Give a target group the nodes of a group, those that come later too."""
        properties = {
            "ClusterName": self._cluster_name,
            "NodegroupName": node_group.resource.attr_nodegroup_name,
            "NodegroupArn": node_group.resource.attr_arn,  # another one with each replacement
            "TargetGroupArn": target_group.ref,
        }
        CustomResource(
            scope,
            construct_id,
            resource_type="Custom::TrafficSource",
            service_token=self._function.function_arn,
            service_timeout=Duration.seconds(ATTACH_SECONDS + DETACH_SECONDS + SOURCE_ANSWER_SECONDS),
            properties=properties,
        )
