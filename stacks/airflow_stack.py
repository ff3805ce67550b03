"""Airflow on the cluster."""

import cdk8s
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from airflow_platform.iam.store_readers import StoreReaders
from k8s.airflow import components
from k8s.airflow.pods.secrets_backend import prefixes
from k8s.airflow.release import release
from k8s.airflow.secret_readers import secret_readers
from k8s.bindings import DataFolder, FrontDoor, PlatformBindings, Toleration
from k8s.names import NAMESPACE, WEB_SERVICE
from settings import AwsEnvironment, task_slots
from settings.facts.front_door import NODE_PORT
from settings.facts.service_cidrs import SERVICE_CIDRS
from settings.images import airflow_as_pulled
from settings.placement import groups_of
from stacks.base import PlatformStack
from stacks.offers import ClusterOffer, DatabaseOffer, RolesOffer, StorageOffer


class AirflowStack(PlatformStack):
    """The charts, bound to AWS, applied step by step; and what a person needs next, as outputs.

    The right to read the store of connections and variables comes and goes with a setting, and so stands here, with
    those who use it: it is there before their pods, and goes after them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: AwsEnvironment,
        roles: RolesOffer,
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
            data_folders=tuple(DataFolder(path=link.path, writable=link.exports) for link in settings.storage.data),
            logs_are_exported=settings.storage.s3.enabled,
            database_cidrs=(settings.network.cidr,),
            kubernetes_api_cidrs=(settings.network.cidr, *SERVICE_CIDRS),
            aws_region=settings.region,
            aws_cidrs=(settings.network.cidr,) if settings.network.interface_endpoints else ("0.0.0.0/0",),
            front_door=(
                FrontDoor(node_port=NODE_PORT, node_cidrs=(settings.network.cidr,))
                if settings.access.has_load_balancer
                else None
            ),
            task_tolerations=tuple(
                sorted({taint.key for group in settings.cluster.node_groups.values() for taint in group.taints})
            ),
            task_profile_tolerations={
                name: tuple(
                    Toleration(key=taint.key, value=taint.value, effect=taint.effect)
                    for group in groups_of(settings, profile).values()
                    for taint in group.taints
                )
                for name, profile in settings.airflow.task_profiles.items()
            },
        )
        store = StoreReaders(self, "StoreReaders", settings=settings.airflow.secrets_backend)
        for row in components.COMPONENTS:
            read = prefixes(settings.airflow, row.looks_up)
            store.grant_read(row.id, roles.secret_readers[row.name], list(read.values()))
        airflow = airflow_as_pulled(settings)
        before_pods = [store, *self._login_rights(settings, roles)]
        manifests: dict[str, IConstruct] = {}
        for step in release(cdk8s.App(), airflow=airflow, bindings=bindings):
            manifest = cluster.add_manifest(
                self, step.id, step.chart, timeout_minutes=settings.airflow.rollout_timeout_minutes
            )
            manifest.node.add_dependency(*([manifests[earlier] for earlier in step.after] or before_pods))
            manifests[step.id] = manifest

        self.add_outputs(
            PortForwardCommand=f"kubectl --namespace {NAMESPACE} port-forward service/{WEB_SERVICE} 8080:8080",
            AirflowUrl=airflow.base_url,
            AdminUser=settings.airflow.admin.username,
            # `make dags` checks files with what is deployed, not with what the file says meanwhile.
            AirflowVersion=settings.airflow.version,
            AirflowImage=airflow.image_of_pods,
        )

    def _login_rights(self, settings: AwsEnvironment, roles: RolesOffer) -> list[IConstruct]:
        """The right to read the client secret of the login, a secret of the user's own, for who mounts it.

        It comes and goes with the setting, and so stands here, with those who use it: there before their pods.
        """
        arn = settings.airflow.login.client_secret_arn
        if arn is None:
            return []
        policy = iam.Policy(
            self,
            "LoginClientSecretPolicy",
            roles=[roles.secret_readers[reader.account] for reader in secret_readers() if reader.has_the_login],
            statements=[
                iam.PolicyStatement(
                    actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], resources=[arn]
                )
            ],
        )
        return [policy]
