"""The platform's IAM roles."""

from collections.abc import Mapping

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.iam.fsx_csi_driver_role import FsxCsiDriverRole
from airflow_platform.iam.pod_identity import PodIdentityRole


class Roles(Construct):
    """A role for the cluster, its nodes, the controller machine, and each workload that needs AWS.

    They name no resource, and so wait for none: what a role may do with a concrete secret is a policy in that secret's
    stack, attached to the role. The controller's exists whether or not the machine does: what a stack offers follows
    no setting. `secret_readers` has the ServiceAccount of each construct id. With `pull_through_prefix` nodes may let
    ECR fetch images from elsewhere, into repositories that begin so.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster_name: str,
        airflow_namespace: str,
        pull_through_prefix: str | None,
        secret_readers: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        # By name: the cluster is made after its role.
        cluster_arn = Stack.of(self).format_arn(
            service="eks",
            resource="cluster",
            resource_name=cluster_name,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

        self.cluster = iam.Role(
            self,
            "Cluster",
            description="The EKS control plane",
            assumed_by=iam.ServicePrincipal("eks.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AmazonEKSClusterPolicy")],
        )
        self.worker = iam.Role(
            self,
            "Worker",
            description="The EKS nodes",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(name)
                for name in (
                    "AmazonEKSWorkerNodePolicy",
                    "AmazonEKS_CNI_Policy",
                    "AmazonEC2ContainerRegistryReadOnly",
                )
            ],
        )
        if pull_through_prefix:
            self._let_nodes_pull_through(pull_through_prefix)
        self.fsx_csi_driver = FsxCsiDriverRole(self, "FsxCsiDriver", cluster_arn=cluster_arn)
        scope_of_readers = Construct(self, "SecretReaders")
        self.secret_readers = {
            account: PodIdentityRole(
                scope_of_readers,
                reader_id,
                description=f"Pods of {account}: reads their secrets",
                cluster_arn=cluster_arn,
                namespace=airflow_namespace,
                service_accounts=[account],
            )
            for reader_id, account in secret_readers.items()
        }
        """The role of each ServiceAccount whose pods read secrets."""
        self.controller = self._controller(cluster_arn)

    def _let_nodes_pull_through(self, prefix: str) -> None:
        """What the managed policy of a node lacks: ECR makes a repository and fetches an image as who pulls first."""
        repositories = Stack.of(self).format_arn(
            service="ecr", resource="repository", resource_name=f"{prefix}/*", arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        self.worker.add_to_policy(
            iam.PolicyStatement(
                sid="PullThroughCache",
                actions=["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
                resources=[repositories],
            )
        )

    def _controller(self, cluster_arn: str) -> iam.Role:
        role = iam.Role(
            self,
            "Controller",
            description="The controller machine",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSSMManagedInstanceCore")],
        )
        role.add_to_policy(
            iam.PolicyStatement(sid="Kubeconfig", actions=["eks:DescribeCluster"], resources=[cluster_arn])
        )
        return role
