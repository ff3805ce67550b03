"""The roles."""

from constructs import Construct

from airflow_platform.iam.roles import Roles
from k8s.airflow.components import reads_secrets
from k8s.names import ADMIN_USER, NAMESPACE
from settings.facts.addons import FSX_CSI_DRIVER
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
            secrets_readers=reads_secrets(),
            admin_password_readers=[ADMIN_USER],
        )
        self.offer = RolesOffer(
            cluster=roles.cluster,
            worker=roles.worker,
            controller=roles.controller,
            addons={FSX_CSI_DRIVER.name: roles.fsx_csi_driver},
            secrets_reader=roles.secrets_reader,
            admin_password_reader=roles.admin_password_reader,
        )
        attached_elsewhere = (roles.controller, roles.secrets_reader, roles.admin_password_reader)
        self.export_all(
            *(role.role_arn for role in (roles.cluster, roles.worker, roles.fsx_csi_driver, *attached_elsewhere)),
            *(role.role_name for role in attached_elsewhere),
        )
