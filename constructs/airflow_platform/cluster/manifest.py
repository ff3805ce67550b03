"""Kubernetes manifests as CloudFormation resources."""

import copy
import json
from typing import Any

import cdk8s
from aws_cdk import CfnResource, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer
from aws_cdk.lambda_layer_kubectl_v36 import KubectlV36Layer
from constructs import Construct, Node

from airflow_platform.cluster.access import CLUSTER_ADMIN, grant_cluster_access
from airflow_platform.handler_function import HandlerFunction
from airflow_platform.handlers.limits import ANSWER_SECONDS, DELETE_SECONDS, WORK_SECONDS
from airflow_platform.handlers.manifest.objects import OWNER
from settings.facts.versions import KubernetesVersion
from settings.model.base import LogRetentionDays

MAX_MANIFEST_BYTES = 120 * 1024
"""An update's event carries the new manifest and the old one, and Lambda takes 256 KiB for an event."""


class ManifestTooLargeError(ValueError):
    """A chart that does not fit into one resource."""


def kubectl_layer(scope: Construct, construct_id: str, version: KubernetesVersion) -> lambda_.ILayerVersion:
    """kubectl within one minor version of the cluster, older or newer (Kubernetes "Version Skew Policy").

    One layer serves three versions of the cluster, so most upgrades of it leave the handler as it is.
    """
    if version == "1.34":
        return KubectlV35Layer(scope, construct_id)
    return KubectlV36Layer(scope, construct_id)


class ManifestHandler(Construct):
    """The function that applies manifests, waits for them and deletes them; one for the cluster.

    It stands outside of the VPC, whose network interfaces are slow to go, unless the Kubernetes API can only be reached
    from inside: then it takes `subnets` and `security_group`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.Cluster,
        cluster_name: str,
        version: KubernetesVersion,
        log_retention_days: LogRetentionDays,
        vpc: ec2.IVpc | None,
        subnets: list[ec2.ISubnet],
        security_group: ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        function = HandlerFunction(
            self,
            "Function",
            package="manifest",
            description=f"Applies Kubernetes manifests to {cluster_name}",
            log_retention_days=log_retention_days,
            layers=[kubectl_layer(self, "Kubectl", version)],
            environment={
                "CLUSTER_NAME": cluster.cluster_name,
                "CLUSTER_ENDPOINT": cluster.cluster_endpoint,
                "CLUSTER_CERTIFICATE": cluster.cluster_certificate_authority_data,
            },
            vpc=vpc,
            vpc_subnets=subnets,
            security_group=security_group,
        )
        assert function.role is not None
        function.add_to_role_policy(
            iam.PolicyStatement(
                sid="DoesTheClusterExist", actions=["eks:DescribeCluster"], resources=[cluster.cluster_arn]
            )
        )
        function.add_to_role_policy(
            iam.PolicyStatement(
                sid="IsThisARollback",
                actions=["cloudformation:DescribeStacks"],
                # The platform's stacks: their names begin with the cluster's.
                resources=[
                    stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{cluster_name}-*/*")
                ],
            )
        )
        grant_cluster_access(cluster, "ManifestHandlerAccess", function.role.role_arn, CLUSTER_ADMIN)
        # An import of our own cluster: CDK's class then uses our function instead of making its own two, and the
        # resource can stand in any stack.
        self._cluster = eks.Cluster.from_cluster_attributes(
            self,
            "Target",
            cluster_name=cluster.cluster_name,
            kubectl_provider=eks.KubectlProvider.from_kubectl_provider_attributes(
                self, "Provider", service_token=function.function_arn
            ),
        )

    def add_manifest(
        self, scope: Construct, construct_id: str, chart: cdk8s.Chart, *, timeout_minutes: int
    ) -> eks.KubernetesManifest:
        """A chart as a resource in the stack of `scope`.

        The resource is complete when the chart's Jobs have succeeded and its workloads are available, or fails after
        `timeout_minutes`. Its path names the owner of the objects on the cluster.

        Raises:
            ManifestTooLargeError: the chart does not fit into one resource.
        """
        path = f"{Node.of(scope).path}/{construct_id}"
        objects = [owned_by(path, obj) for obj in chart.to_json()]
        size = len(json.dumps(Stack.of(scope).resolve(Stack.of(scope).to_json_string(objects))))
        if size > MAX_MANIFEST_BYTES:
            raise ManifestTooLargeError(
                f"Manifest {path} has {size} bytes, and one resource holds {MAX_MANIFEST_BYTES}: split its chart in two"
            )
        manifest = eks.KubernetesManifest(
            scope, construct_id, cluster=self._cluster, manifest=objects, overwrite=True, prune=False
        )
        custom_resource = manifest.node.default_child
        assert isinstance(custom_resource, CfnResource)
        timeout_seconds = timeout_minutes * 60
        custom_resource.add_property_override("TimeoutSeconds", timeout_seconds)
        # CloudFormation's own limit, for a function that could not answer; without it that is an hour.
        longest = max(timeout_seconds + WORK_SECONDS, DELETE_SECONDS)
        custom_resource.add_property_override("ServiceTimeout", longest + ANSWER_SECONDS)
        return manifest


def owned_by(path: str, obj: dict[str, Any]) -> dict[str, Any]:
    """An object that says which manifest it belongs to: only that one deletes it."""
    owned = copy.deepcopy(obj)
    owned["metadata"].setdefault("annotations", {})[OWNER] = path
    return owned
