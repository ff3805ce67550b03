"""The metadata database, and Airflow's secrets."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from airflow_platform.database.airflow_secrets import AirflowSecrets
from airflow_platform.database.metadata_database import MetadataDatabase
from airflow_platform.database.scheduled_backups import ScheduledBackups
from airflow_platform.house import Key
from k8s.airflow.secret_readers import readers_of
from k8s.bindings import SecretsManagerSecrets
from settings.facts import rds_certificates
from settings.model.environment import AwsEnvironment
from stacks.base import PlatformStack, data_removal_policy, platform_name
from stacks.offers import DatabaseOffer, NetworkOffer, RolesOffer

RESTORED = "Restored"
"""In the template's metadata: secrets and key that a restored database goes on with; operations/changes/restored.py
holds later files to it."""


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
        restore = settings.restore
        key: kms.IKey | None = None
        if restore.kms_key_arn:
            key = kms.Key.from_key_arn(self, "Key", restore.kms_key_arn)
        elif settings.database.customer_managed_key:
            key = Key(self, "Key", description="Airflow metadata database and secrets", removal_policy=removal_policy)
        secrets = AirflowSecrets(
            self, "Secrets", encryption_key=key, removal_policy=removal_policy, adopted=restore.secrets
        )
        for reader in readers_of(settings.airflow):
            secrets.grant_read(reader.id, roles.secret_readers[reader.account], reader.secrets)
        database = MetadataDatabase(
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
            snapshot=restore.database_snapshot,
        )
        if settings.backup.frequency:
            ScheduledBackups(
                self,
                "ScheduledBackups",
                settings=settings.backup,
                database_arn=database.instance.instance_arn,
                name=database.name,
                removal_policy=removal_policy,
            )
        if restore.database_snapshot:  # for `make deploy`, which holds later files to it
            self.template_options.metadata = {
                RESTORED: {"secrets": restore.secrets, "kms_key_arn": restore.kms_key_arn}
            }
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
