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
from settings.facts import addons as facts
from settings.facts.addons import Addon
from settings.facts.versions import KubernetesVersion
from settings.model.base import LogRetentionDays
from settings.model.cluster import AddonsSettings


class Addons(Construct):
    """What the cluster needs beside its nodes: the table `settings.facts.addons`.

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
        roles: Mapping[str, iam.IRole],
        nodes_are_tainted: bool,
        log_retention_days: LogRetentionDays,
    ) -> None:
        """`roles`: EKS's name of an add-on -> the AWS role of its ServiceAccount."""
        super().__init__(scope, construct_id)
        self._cluster = cluster
        self._version = version
        self._node_groups = [group.resource for group in node_groups]
        self._mover = self._version_mover(log_retention_days)

        for row in (row for row in facts.ADDONS if row.before_nodes):
            addon = self._addon(row, None, row.configuration_values(nodes_are_tainted=nodes_are_tainted))
            self._move(row, addon, getattr(settings, row.setting).version)
            for group in self._node_groups:
                group.add_resource_dependency(addon)
        for row in (row for row in facts.ADDONS if not row.before_nodes):
            identity = self._identity(row, roles) if row.service_account else None
            version = getattr(settings, row.setting).version
            addon = self._addon(row, version, row.configuration_values(nodes_are_tainted=nodes_are_tainted))
            for earlier in (*([identity] if identity else []), *self._node_groups):
                addon.add_resource_dependency(earlier)
            if version is None:
                self._move(row, addon, None)

    def _identity(self, row: Addon, roles: Mapping[str, iam.IRole]) -> eks.CfnPodIdentityAssociation:
        """The add-on's AWS role. It comes before the add-on: a pod gets its role when it is made."""
        return eks.CfnPodIdentityAssociation(
            self,
            f"{row.id}Identity",
            cluster_name=self._cluster.eks_cluster.cluster_name,
            namespace="kube-system",
            service_account=str(row.service_account),
            role_arn=roles[row.name].role_arn,
        )

    def _addon(self, row: Addon, version: str | None, configuration: Mapping[str, Any]) -> eks.CfnAddon:
        return eks.CfnAddon(
            self,
            row.id,
            cluster_name=self._cluster.eks_cluster.cluster_name,
            addon_name=row.name,
            addon_version=version,
            configuration_values=json.dumps(configuration) if configuration else None,
            resolve_conflicts="OVERWRITE",
        )

    def _move(self, row: Addon, addon: eks.CfnAddon, version: str | None) -> None:
        """Move an add-on after the nodes: to its pin, or to the default of the cluster's version."""
        properties = {
            "ClusterName": self._cluster.eks_cluster.cluster_name,
            "AddonName": row.name,
            "KubernetesVersion": self._version,  # a changed property is what makes CloudFormation call
            "TimeoutSeconds": MOVE_SECONDS,
            **({"AddonVersion": version} if version else {}),
        }
        move = CustomResource(
            self,
            f"{row.id}Version",
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
