"""The EKS add-ons, in an order that can be made, upgraded and deleted."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.cluster.cluster import AirflowCluster
from airflow_platform.cluster.node_group import ManagedNodeGroup
from airflow_platform.handler_function import HandlerFunction
from airflow_platform.handlers.limits import MOVE_ANSWER_SECONDS, MOVE_SECONDS
from settings.model.base import LogRetentionDays
from settings.model.cluster import AddonSettings, AddonsSettings, KubernetesVersion

FSX_CONTROLLER = "fsx-csi-controller-sa"


class Addons(Construct):
    """What the cluster needs beside its nodes.

    **Made**: nodes become ready with vpc-cni, kube-proxy and the Pod Identity agent, so these come before the node
    groups. coredns and the CSI drivers have pods that only nodes can run, so they come after, side by side: nodes
    start with a taint that the FSx driver's node pod takes away and that coredns does not tolerate, and the driver's
    controller may want DNS, so whichever waited for the other could wait for ever.

    **Upgraded**: control plane, node groups, add-ons. An add-on made before the nodes cannot carry a version, or its
    version would move before them; one without a pin has EKS's default for the cluster's version of Kubernetes, which
    EKS does not move by itself. Custom::AddonVersion moves both kinds after the node groups.

    **Deleted**: the reverse of how they are made: what runs on nodes goes while there are nodes, the network last.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: AddonsSettings,
        cluster: AirflowCluster,
        version: KubernetesVersion,
        node_groups: Sequence[ManagedNodeGroup],
        fsx_csi_driver_role: iam.IRole,
        nodes_are_tainted: bool,
        log_retention_days: LogRetentionDays,
    ) -> None:
        super().__init__(scope, construct_id)
        self._cluster = cluster
        self._version = version
        self._node_groups = [group.resource for group in node_groups]
        self._mover = self._version_mover(log_retention_days)

        # Kubernetes' NetworkPolicy objects do nothing without this.
        self.vpc_cni = self._before_nodes("VpcCni", "vpc-cni", settings.vpc_cni, {"enableNetworkPolicy": "true"})
        self.kube_proxy = self._before_nodes("KubeProxy", "kube-proxy", settings.kube_proxy)
        self.pod_identity_agent = self._before_nodes(
            "PodIdentityAgent", "eks-pod-identity-agent", settings.eks_pod_identity_agent
        )
        for group in self._node_groups:
            for addon in (self.vpc_cni, self.kube_proxy, self.pod_identity_agent):
                group.add_resource_dependency(addon)

        fsx_identity = eks.CfnPodIdentityAssociation(
            self,
            "FsxCsiDriverIdentity",
            cluster_name=cluster.eks_cluster.cluster_name,
            namespace="kube-system",
            service_account=FSX_CONTROLLER,
            role_arn=fsx_csi_driver_role.role_arn,
        )
        # No configuration: its node pods tolerate every taint by themselves, and EKS refuses a key that the schema of
        # the add-on's version lacks. An autoscaler that evicts node pods has to be told itself to leave these alone.
        self.fsx_csi_driver = self._after_nodes("FsxCsiDriver", "aws-fsx-csi-driver", settings.aws_fsx_csi_driver)
        # A pod gets its role when it is made.
        self.fsx_csi_driver.add_resource_dependency(fsx_identity)
        self.secrets_store = self._after_nodes(
            "SecretsStore",
            "aws-secrets-store-csi-driver-provider",
            settings.aws_secrets_store_csi_driver_provider,
            # Its node pods tolerate no taint of themselves, and pods on a tainted node mount secrets too.
            {"tolerations": [{"operator": "Exists"}]} if nodes_are_tainted else None,
        )
        self.coredns = self._after_nodes("CoreDns", "coredns", settings.coredns)

    def _before_nodes(
        self, addon_id: str, name: str, settings: AddonSettings, configuration: Mapping[str, Any] | None = None
    ) -> eks.CfnAddon:
        addon = self._addon(addon_id, name, None, configuration)
        self._move(addon_id, addon, settings.version)
        return addon

    def _after_nodes(
        self, addon_id: str, name: str, settings: AddonSettings, configuration: Mapping[str, Any] | None = None
    ) -> eks.CfnAddon:
        addon = self._addon(addon_id, name, settings.version, configuration)
        for group in self._node_groups:
            addon.add_resource_dependency(group)
        if settings.version is None:
            self._move(addon_id, addon, None)
        return addon

    def _addon(
        self, addon_id: str, name: str, version: str | None, configuration: Mapping[str, Any] | None
    ) -> eks.CfnAddon:
        return eks.CfnAddon(
            self,
            addon_id,
            cluster_name=self._cluster.eks_cluster.cluster_name,
            addon_name=name,
            addon_version=version,
            configuration_values=json.dumps(configuration) if configuration else None,
            resolve_conflicts="OVERWRITE",
        )

    def _move(self, addon_id: str, addon: eks.CfnAddon, version: str | None) -> None:
        """Move an add-on after the nodes: to its pin, or to the default of the cluster's version."""
        properties = {
            "ClusterName": self._cluster.eks_cluster.cluster_name,
            "AddonName": addon.addon_name,
            "KubernetesVersion": self._version,  # a changed property is what makes CloudFormation call
            "TimeoutSeconds": MOVE_SECONDS,
            **({"AddonVersion": version} if version else {}),
        }
        move = CustomResource(
            self,
            f"{addon_id}Version",
            resource_type="Custom::AddonVersion",
            service_token=self._mover.function_arn,
            service_timeout=Duration.seconds(MOVE_SECONDS + MOVE_ANSWER_SECONDS),
            properties=properties,
        )
        for earlier in (addon, *self._node_groups):
            move.node.add_dependency(earlier)

    def _version_mover(self, log_retention_days: LogRetentionDays) -> HandlerFunction:
        function = HandlerFunction(
            self,
            "VersionMover",
            package="addon_version",
            description=f"Moves the add-ons of {self._cluster.name} to their versions",
            log_retention_days=log_retention_days,
        )
        addons = Stack.of(self).format_arn(service="eks", resource="addon", resource_name=f"{self._cluster.name}/*")
        for statement in (
            iam.PolicyStatement(actions=["eks:DescribeCluster"], resources=[self._cluster.eks_cluster.cluster_arn]),
            # EKS checks UpdateAddon on the cluster, DescribeAddon on the add-on.
            iam.PolicyStatement(
                actions=["eks:DescribeAddon", "eks:UpdateAddon"],
                resources=[self._cluster.eks_cluster.cluster_arn, addons],
            ),
            iam.PolicyStatement(actions=["eks:DescribeAddonVersions"], resources=["*"]),  # of no cluster
        ):
            function.add_to_role_policy(statement)
        return function
