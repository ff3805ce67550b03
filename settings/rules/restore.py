"""Rules on what a platform is brought up from."""

from collections.abc import Iterator

from settings.facts.lustre import LUSTRE
from settings.facts.secrets import SECRETS
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation

SNAPSHOT = "restore.database_snapshot"
ADOPTED = tuple(row.key for row in SECRETS if not row.username)
"""Secrets whose values a restored platform goes on with. Credentials of the database, which have a username, are given
to it anew."""


def restored_parts_have_a_database(environment: AwsEnvironment) -> Iterator[Violation]:
    """Secrets, key and files go with the database whose content names them."""
    restore = environment.restore
    parts = [name for name, value in restore if value and name != "database_snapshot"]
    if parts and restore.database_snapshot is None:
        named = " and ".join(f"restore.{name}" for name in parts)
        yield Violation(SNAPSHOT, f"must name a snapshot where {named} is set", None)


def restored_database_has_its_fernet_key(environment: AwsEnvironment) -> Iterator[Violation]:
    """A new key reads none of the connections and variables that are in the database."""
    restore = environment.restore
    if restore.database_snapshot and "fernet_key" not in restore.secrets:
        rule = f"must name fernet_key where {SNAPSHOT} is set: without it no connection in the database can be read"
        yield Violation("restore.secrets", rule, sorted(restore.secrets))


def restored_secrets_are_the_platforms(environment: AwsEnvironment) -> Iterator[Violation]:
    """Nobody would read another one."""
    for key in environment.restore.secrets:
        if key not in ADOPTED:
            yield Violation(f"restore.secrets.{key}", f"must be one of {', '.join(ADOPTED)}", key)


def restored_parts_are_of_the_account_and_region(environment: AwsEnvironment) -> Iterator[Violation]:
    """A pod reads no secret of another region, and CloudFormation restores no snapshot of one."""
    restore = environment.restore
    arns = {f"restore.secrets.{key}": arn for key, arn in restore.secrets.items()}
    if restore.kms_key_arn:
        arns["restore.kms_key_arn"] = restore.kms_key_arn
    if restore.database_snapshot and ":" in restore.database_snapshot:
        arns[SNAPSHOT] = restore.database_snapshot
    for path, arn in arns.items():
        region, account = arn.split(":")[3:5]
        if region != environment.region:
            yield Violation(path, f"must be of region {environment.region}", arn)
        elif environment.account is not None and account != environment.account:
            yield Violation(path, f"must be of account {environment.account}: `make restore` copies a set's", arn)


def restored_database_keeps_its_key(environment: AwsEnvironment) -> Iterator[Violation]:
    """RDS restores a database with its snapshot's key, and no other one can be said."""
    restore, customer_managed = environment.restore, environment.database.customer_managed_key
    if restore.database_snapshot and customer_managed and restore.kms_key_arn is None:
        rule = "must name the snapshot's key where database.customer_managed_key is true: a restored database keeps it"
        yield Violation("restore.kms_key_arn", rule, None)
    if restore.kms_key_arn and not customer_managed:
        rule = "must be left out where database.customer_managed_key is false"
        yield Violation("restore.kms_key_arn", rule, restore.kms_key_arn)


def restored_file_system_is_persistent(environment: AwsEnvironment) -> Iterator[Violation]:
    """FSx has no backups of the others."""
    backup, storage = environment.restore.file_system_backup, environment.storage
    kind = LUSTRE.get((storage.deployment_type, storage.storage_type))
    if backup and kind and not kind.backups:
        rule = f"must be left out for {storage.deployment_type}, of which there are no backups"
        yield Violation("restore.file_system_backup", rule, backup)
