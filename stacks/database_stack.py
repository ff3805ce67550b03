"""The metadata database, and Airflow's secrets."""

from constructs import Construct

from airflow_platform.database.airflow_secrets import AirflowSecrets
from airflow_platform.database.metadata_database import MetadataDatabase
from airflow_platform.house import Key
from k8s.airflow.secret_readers import secret_readers
from k8s.bindings import SecretsManagerSecrets
from settings.facts import rds_certificates
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.offers import DatabaseOffer, NetworkOffer, RolesOffer


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
        network: NetworkOffer,
        roles: RolesOffer,
    ) -> None:
        super().__init__(
            scope, construct_id, settings=settings, part="database", description="Airflow on EKS: the metadata database"
        )
        removal_policy = data_removal_policy(settings)
        key = None
        if settings.database.customer_managed_key:
            key = Key(self, "Key", description="Airflow metadata database and secrets", removal_policy=removal_policy)
        secrets = AirflowSecrets(self, "Secrets", encryption_key=key, removal_policy=removal_policy)
        for reader in secret_readers():
            secrets.grant_read(reader.id, roles.secret_readers[reader.account], reader.secrets)
        MetadataDatabase(
            self,
            "MetadataDatabase",
            settings=settings.database,
            vpc=network.vpc,
            subnets=network.private_subnets,
            security_group=network.security_groups.database,
            credentials=secrets.by_key["database"],
            encryption_key=key,
            name_prefix=platform_name(settings),
            removal_policy=removal_policy,
        )
        self.offer = DatabaseOffer(
            secrets=SecretsManagerSecrets(arns={key: each.secret_arn for key, each in secrets.by_key.items()}),
            authorities=rds_certificates.bundle(settings.region),
        )
        admin_password = secrets.by_key["admin_password"]
        self.add_outputs(
            AdminPasswordCommand=(
                f"aws secretsmanager get-secret-value --region {self.region} --query SecretString --output text"
                f" --secret-id {admin_password.secret_arn}"
            )
        )
