"""The cluster."""

from constructs import Construct

from airflow_platform.cluster.addons import Addons
from airflow_platform.cluster.cluster import AirflowCluster
from airflow_platform.cluster.controller import Controller
from airflow_platform.cluster.node_group import ManagedNodeGroup
from airflow_platform.front_door.front_door import FrontDoor
from airflow_platform.iam.credential_reader_role import CredentialReaderRole
from airflow_platform.iam.task_role import TaskRole
from k8s.airflow.charts.git_sync import credential_files
from k8s.airflow.components import HEALTH_PATH
from k8s.airflow.pods.task_profiles import account_of, task_roles
from k8s.airflow.secret_readers import readers_of
from k8s.names import GIT_SYNC, NAMESPACE
from settings.facts.zones import CONTROL_PLANE_ZONES
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.offers import ClusterOffer, NetworkOffer, RolesOffer


class ClusterStack(PlatformStack):
    """The EKS cluster, its node groups and add-ons, the AWS roles of Airflow's pods, the controller machine, and the
    load balancer before the nodes."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: AwsEnvironment,
        network: NetworkOffer,
        roles: RolesOffer,
    ) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="cluster", description="Airflow on EKS: the cluster"
        )
        vpc, subnets, groups = network.vpc, network.private_subnets, network.security_groups

        cluster = AirflowCluster(
            self,
            "Cluster",
            name=platform_name(settings),
            settings=settings.cluster,
            vpc=vpc,
            subnets=subnets[:CONTROL_PLANE_ZONES],
            control_plane_security_group=groups.control_plane,
            kubectl_handler_security_group=groups.kubectl_handler,
            role=roles.cluster,
            removal_policy=data_removal_policy(settings),
        )
        readers = {each.account: roles.secret_readers[each.account] for each in readers_of(settings.airflow)}
        cluster.add_pod_identities(namespace=NAMESPACE, roles=readers)
        if credentials := credential_files(settings.airflow):
            git_sync = CredentialReaderRole(
                self,
                "GitSyncRole",
                cluster_arn=cluster.eks_cluster.cluster_arn,
                namespace=NAMESPACE,
                service_account=GIT_SYNC,
                secret_names=list(credentials),
                keys=[
                    git.credential_kms_key_arn
                    for git in settings.airflow.git_bundles.values()
                    if git.credential_kms_key_arn
                ],
            )
            cluster.add_pod_identities(namespace=NAMESPACE, roles={GIT_SYNC: git_sync})
        role_scope = Construct(self, "TaskRoles")
        for profile, role in task_roles(settings.airflow).items():
            TaskRole(
                role_scope,
                profile,
                settings=role,
                cluster_name=cluster.eks_cluster.cluster_name,
                cluster_arn=cluster.eks_cluster.cluster_arn,
                namespace=NAMESPACE,
                service_account=account_of(profile),
            )
        group_scope = Construct(self, "NodeGroups")
        node_groups = {
            name: ManagedNodeGroup(
                group_scope,
                name,
                name=name,
                settings=group,
                cluster=cluster,
                version=settings.cluster.version,
                role=roles.worker,
                subnets=subnets,
                security_group=groups.nodes,
                tags=settings.tags,
            )
            for name, group in settings.cluster.node_groups.items()
        }
        Addons(
            self,
            "Addons",
            settings=settings.cluster.addons,
            cluster=cluster,
            version=settings.cluster.version,
            node_groups=list(node_groups.values()),
            roles=roles.addons,
            nodes_are_tainted=settings.cluster.nodes_are_tainted,
            log_retention_days=settings.cluster.log_retention_days,
        )
        controller = None
        if settings.cluster.controller.enabled:
            controller = Controller(
                cluster,
                "Controller",
                instance_type=settings.cluster.controller.instance_type,
                cluster=cluster,
                version=settings.cluster.version,
                vpc=vpc,
                subnet=subnets[0],
                security_group=groups.controller,
                role=roles.controller,
            )
        door = None
        if settings.access.has_load_balancer and settings.access.host_name:
            door = FrontDoor(
                self,
                "FrontDoor",
                settings=settings.access,
                host_name=settings.access.host_name,
                health_path=HEALTH_PATH,
                cluster_name=platform_name(settings),
                vpc=vpc,
                public_subnets=network.public_subnets,
                private_subnets=subnets,
                nodes=groups.nodes,
                node_groups=node_groups,
                log_retention_days=settings.cluster.log_retention_days,
                removal_policy=data_removal_policy(settings),
            )
        self.offer: ClusterOffer = cluster
        self.add_outputs(KubeconfigCommand=cluster.kubeconfig_command)
        if controller:
            self.add_outputs(ControllerSessionCommand=controller.session_command)
        if door:
            self.add_outputs(LoadBalancerName=door.load_balancer.dns_name)
