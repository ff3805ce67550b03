"""Airflow on the cluster."""

import cdk8s
from constructs import Construct, IConstruct

from k8s.airflow.release import release
from k8s.bindings import FrontDoor, PlatformBindings
from k8s.names import NAMESPACE, WEB_SERVICE
from settings import AwsEnvironment, task_slots
from settings.facts.front_door import NODE_PORT
from settings.facts.service_cidrs import SERVICE_CIDRS
from stacks.base import PlatformStack
from stacks.offers import ClusterOffer, DatabaseOffer, StorageOffer


class AirflowStack(PlatformStack):
    """The charts, bound to AWS, applied step by step; and what a person needs next, as outputs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: AwsEnvironment,
        cluster: ClusterOffer,
        storage: StorageOffer,
        database: DatabaseOffer,
    ) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="airflow", description="Airflow on EKS: Airflow itself"
        )
        bindings = PlatformBindings(
            volume=storage.volume,
            secrets=database.secrets,
            in_cluster_database=None,
            database_authorities=database.authorities,
            task_slots=task_slots(settings),
            database_cidrs=(settings.network.cidr,),
            kubernetes_api_cidrs=(settings.network.cidr, *SERVICE_CIDRS),
            front_door=(
                FrontDoor(node_port=NODE_PORT, node_cidrs=(settings.network.cidr,))
                if settings.access.has_load_balancer
                else None
            ),
            task_tolerations=tuple(
                sorted({taint.key for group in settings.cluster.node_groups.values() for taint in group.taints})
            ),
        )
        manifests: dict[str, IConstruct] = {}
        airflow = settings.airflow_as_reached
        for step in release(cdk8s.App(), airflow=airflow, bindings=bindings):
            manifest = cluster.add_manifest(
                self, step.id, step.chart, timeout_minutes=settings.airflow.rollout_timeout_minutes
            )
            manifest.node.add_dependency(*[manifests[earlier] for earlier in step.after])
            manifests[step.id] = manifest

        self.add_outputs(
            PortForwardCommand=f"kubectl --namespace {NAMESPACE} port-forward service/{WEB_SERVICE} 8080:8080",
            AirflowUrl=airflow.base_url,
            AdminUser=settings.airflow.admin.username,
        )
