"""The cluster."""

from constructs import Construct

from airflow_platform.cluster.addons import Addons
from airflow_platform.cluster.cluster import AirflowCluster
from airflow_platform.cluster.node_group import ManagedNodeGroup
from k8s.airflow.components import reads_secrets
from k8s.names import ADMIN_USER, NAMESPACE
from settings.facts.addons import FSX_CSI_DRIVER
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.iam_stack import IamStack
from stacks.network_stack import NetworkStack


class ClusterStack(PlatformStack):
    """The EKS cluster, its node groups and add-ons, the AWS roles of Airflow's pods, and the controller machine."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: AwsEnvironment,
        network: NetworkStack,
        iam: IamStack,
    ) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="cluster", description="Airflow on EKS: the cluster"
        )
        vpc, subnets = network.network.vpc, network.network.private_subnets
        groups, roles = network.security_groups, iam.roles

        self.cluster = AirflowCluster(
            self,
            "Cluster",
            name=platform_name(settings),
            settings=settings.cluster,
            vpc=vpc,
            subnets=subnets,
            control_plane_security_group=groups.control_plane,
            kubectl_handler_security_group=groups.kubectl_handler,
            role=roles.cluster,
            removal_policy=data_removal_policy(settings),
        )
        self.cluster.add_pod_identities(
            namespace=NAMESPACE,
            roles={**dict.fromkeys(reads_secrets(), roles.secrets_reader), ADMIN_USER: roles.admin_password_reader},
        )
        group_scope = Construct(self, "NodeGroups")
        node_groups = [
            ManagedNodeGroup(
                group_scope,
                name,
                name=name,
                settings=group,
                cluster=self.cluster,
                version=settings.cluster.version,
                role=roles.worker,
                subnets=subnets,
                security_group=groups.nodes,
                tags=settings.tags,
            )
            for name, group in settings.cluster.node_groups.items()
        ]
        Addons(
            self,
            "Addons",
            settings=settings.cluster.addons,
            cluster=self.cluster,
            version=settings.cluster.version,
            node_groups=node_groups,
            roles={FSX_CSI_DRIVER.name: roles.fsx_csi_driver},
            nodes_are_tainted=any(group.taints for group in settings.cluster.node_groups.values()),
            log_retention_days=settings.cluster.log_retention_days,
        )
        if roles.controller:
            self.cluster.add_controller(
                subnet=subnets[0],
                security_group=groups.controller,
                role=roles.controller,
            )
        self.add_outputs(KubeconfigCommand=self.cluster.kubeconfig_command)
        if self.cluster.controller_session_command:
            self.add_outputs(ControllerSessionCommand=self.cluster.controller_session_command)
