"""The metadata database, and Airflow's secrets."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from airflow_platform.database.airflow_secrets import AirflowSecrets
from airflow_platform.database.metadata_database import MetadataDatabase
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.iam_stack import IamStack
from stacks.network_stack import NetworkStack


class DatabaseStack(PlatformStack):
    """The metadata database, its credentials and Airflow's keys: what Airflow must never lose, in one place.

    A key of our own encrypts both: the credentials are as good as the data.
    """

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
            scope, construct_id, settings=settings, part="database", description="Airflow on EKS: the metadata database"
        )
        removal_policy = data_removal_policy(settings)
        key = None
        if settings.database.customer_managed_key:
            key = kms.Key(
                self,
                "Key",
                description="Airflow metadata database and secrets",
                enable_key_rotation=True,
                removal_policy=removal_policy,
            )
        self.secrets = AirflowSecrets(self, "Secrets", encryption_key=key, removal_policy=removal_policy)
        self.secrets.grant_components(iam.roles.secrets_reader)
        self.secrets.grant_admin_user_job(iam.roles.admin_password_reader)
        self.metadata_database = MetadataDatabase(
            self,
            "MetadataDatabase",
            settings=settings.database,
            vpc=network.network.vpc,
            subnets=network.network.private_subnets,
            security_group=network.security_groups.database,
            credentials=self.secrets.by_key["database"],
            encryption_key=key,
            name_prefix=platform_name(settings),
            removal_policy=removal_policy,
        )
        admin_password = self.secrets.by_key["admin_password"]
        self.add_outputs(
            AdminPasswordCommand=(
                f"aws secretsmanager get-secret-value --region {self.region} --query SecretString --output text"
                f" --secret-id {admin_password.secret_arn}"
            )
        )
