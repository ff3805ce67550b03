"""The roles."""

from constructs import Construct

from airflow_platform.iam.roles import Roles
from k8s.airflow.secret_readers import secret_readers
from k8s.names import NAMESPACE
from settings.facts.addons import FSX_CSI_DRIVER
from settings.images import cache_prefix, has_cache
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, platform_name
from stacks.offers import RolesOffer


class IamStack(PlatformStack):
    """Every role that another stack's resource, or a pod, takes on. Depends on nothing."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AwsEnvironment) -> None:
        super().__init__(scope, construct_id, settings=settings, part="iam", description="Airflow on EKS: the roles")
        roles = Roles(
            self,
            "Roles",
            cluster_name=platform_name(settings),
            airflow_namespace=NAMESPACE,
            pull_through_prefix=cache_prefix(settings) if has_cache(settings) else None,
            secret_readers={reader.id: reader.account for reader in secret_readers()},
        )
        self.offer = RolesOffer(
            cluster=roles.cluster,
            worker=roles.worker,
            controller=roles.controller,
            addons={FSX_CSI_DRIVER.name: roles.fsx_csi_driver},
            secret_readers=roles.secret_readers,
        )
        attached_elsewhere = (roles.controller, *roles.secret_readers.values())
        self.export_all(
            *(role.role_arn for role in (roles.cluster, roles.worker, roles.fsx_csi_driver, *attached_elsewhere)),
            *(role.role_name for role in attached_elsewhere),
        )
