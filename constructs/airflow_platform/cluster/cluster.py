"""The EKS cluster."""

from collections.abc import Mapping, Sequence

import cdk8s
from aws_cdk import Annotations, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.cloudformation import resource
from airflow_platform.cluster.access import grant_people_access
from airflow_platform.cluster.manifest import ManifestHandler
from airflow_platform.cluster.upgrade_gate import UpgradeGate
from airflow_platform.house import Key, LogGroup
from settings.model.cluster import ClusterSettings, EndpointSettings

LOG_TYPES = {
    "api": eks.ClusterLoggingTypes.API,
    "audit": eks.ClusterLoggingTypes.AUDIT,
    "authenticator": eks.ClusterLoggingTypes.AUTHENTICATOR,
    "controllerManager": eks.ClusterLoggingTypes.CONTROLLER_MANAGER,
    "scheduler": eks.ClusterLoggingTypes.SCHEDULER,
}

EVERYWHERE = "0.0.0.0/0"


class AirflowCluster(Construct):
    """An EKS control plane, who may reach it, and the way for charts onto it.

    The name is physical: EKS writes its logs to a group of that name, subnets are tagged with it, and roles name it
    before it exists. Node groups and add-ons are constructs of their own.

    `removal_policy` is that of the key that encrypts Kubernetes Secrets, and of the control-plane logs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        settings: ClusterSettings,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        control_plane_security_group: ec2.ISecurityGroup,
        kubectl_handler_security_group: ec2.ISecurityGroup,
        role: iam.IRole,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = name

        # EKS makes this group itself when it is missing: then it has no retention, and no stack deletes it. It goes
        # with the cluster whatever is retained: one that stayed would stand in the way of the next cluster's. EKS may
        # make it again for a late record: `make destroy` and `make deploy` delete it then.
        log_group = LogGroup(
            self,
            "ControlPlaneLogs",
            name=f"/aws/eks/{name}/cluster",
            retention_days=settings.log_retention_days,
        )
        self.eks_cluster = eks.Cluster(
            self,
            "Resource",
            cluster_name=name,
            version=eks.KubernetesVersion.of(settings.version),
            vpc=vpc,
            vpc_subnets=[ec2.SubnetSelection(subnets=list(subnets))],
            security_group=control_plane_security_group,
            role=role,
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            # Both of these replace the cluster when they are changed.
            bootstrap_self_managed_addons=False,
            bootstrap_cluster_creator_admin_permissions=False,
            endpoint_access=endpoint_access(settings.endpoint),
            secrets_encryption_key=self._secrets_key(removal_policy) if settings.secrets_encryption else None,
            cluster_logging=[LOG_TYPES[log_type] for log_type in settings.control_plane_logs],
            output_config_command=False,
        )
        # Without NAT the private subnets are isolated ones, and the settings' rules see to the endpoints.
        Annotations.of(self.eks_cluster).acknowledge_warning("@aws-cdk/aws-eks:isolatedSubnetsForKubectlPrivateSubnets")
        cfn_cluster = resource(self.eks_cluster, eks.CfnCluster)
        # CDK's class knows API only.
        cfn_cluster.add_property_override("AccessConfig.AuthenticationMode", settings.authentication_mode)
        # Unsaid, it is EXTENDED, which is charged for without a word.
        cfn_cluster.upgrade_policy = eks.CfnCluster.UpgradePolicyProperty(support_type=settings.support.upper())
        # Said also where it is all or none: CloudFormation refuses a template without the ranges that the one before it
        # had, and EKS would keep them (aws/aws-cdk#37926).
        cfn_cluster.add_property_override("ResourcesVpcConfig.PublicAccessCidrs", public_ranges(settings.endpoint))
        gate = UpgradeGate(self, "UpgradeGate", name=name, settings=settings)
        cfn_cluster.node.add_dependency(log_group, gate.resource)

        grant_people_access(self.eks_cluster, admins=settings.access.admins, viewers=settings.access.viewers)
        from_inside_only = settings.endpoint.access in ("private", "public_limited")
        self._manifests = ManifestHandler(
            self,
            "ManifestHandler",
            cluster=self.eks_cluster,
            cluster_name=name,
            version=settings.version,
            log_retention_days=settings.log_retention_days,
            vpc=vpc if from_inside_only else None,
            subnets=list(subnets),
            security_group=kubectl_handler_security_group,
        )

    def _secrets_key(self, removal_policy: RemovalPolicy) -> Key:
        return Key(self, "SecretsKey", description=f"Kubernetes Secrets of {self.name}", removal_policy=removal_policy)

    def add_manifest(
        self, scope: Construct, construct_id: str, chart: cdk8s.Chart, *, timeout_minutes: int
    ) -> eks.KubernetesManifest:
        """Deploy a chart, as a resource of the stack of `scope` that is complete when the chart runs.

        Order manifests with `node.add_dependency`: they are made in that order and deleted in the reverse one.

        Raises:
            ManifestTooLargeError: the chart does not fit into one resource.
        """
        return self._manifests.add_manifest(scope, construct_id, chart, timeout_minutes=timeout_minutes)

    def add_pod_identities(self, *, namespace: str, roles: Mapping[str, iam.IRole]) -> None:
        """Give the pods of ServiceAccounts their AWS roles. A pod gets its role when it is made: do this before."""
        for service_account, role in roles.items():
            eks.CfnPodIdentityAssociation(
                self,
                "Identity" + "".join(part.capitalize() for part in service_account.split("-")),
                cluster_name=self.eks_cluster.cluster_name,
                namespace=namespace,
                service_account=service_account,
                role_arn=role.role_arn,
            )

    @property
    def kubeconfig_command(self) -> str:
        """The command that gives a person kubectl access."""
        return f"aws eks update-kubeconfig --region {Stack.of(self).region} --name {self.name}"


def endpoint_access(settings: EndpointSettings) -> eks.EndpointAccess:
    """From where the Kubernetes API can be reached. Limited to ranges, nodes need the private endpoint."""
    both = eks.EndpointAccess.PUBLIC_AND_PRIVATE
    return {
        "public": eks.EndpointAccess.PUBLIC,
        "private": eks.EndpointAccess.PRIVATE,
        "public_and_private": both,
        "public_limited": both.only_from(*settings.public_cidrs),
    }[settings.access]


def public_ranges(settings: EndpointSettings) -> list[str]:
    """Who may reach the public endpoint, if there is one."""
    if settings.access == "public_limited":
        return list(settings.public_cidrs)
    return [] if settings.access == "private" else [EVERYWHERE]
