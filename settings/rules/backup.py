"""Rules on backup sets."""

from collections.abc import Iterator

from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation


def scheduled_backups_are_of_kept_data(environment: AwsEnvironment) -> Iterator[Violation]:
    """A vault that holds backups can't be deleted with its stack (DeleteBackupVault, AWS Backup API reference)."""
    frequency = environment.backup.frequency
    if frequency and not environment.retain_data:
        yield Violation("backup.frequency", "must be left out where retain_data is false", frequency)


def lock_is_of_scheduled_backups(environment: AwsEnvironment) -> Iterator[Violation]:
    """There is no vault without them."""
    backup = environment.backup
    if backup.lock and backup.frequency is None:
        yield Violation("backup.lock", "must be left out where backup.frequency is", backup.lock)


def shared_backups_have_a_key(environment: AwsEnvironment) -> Iterator[Violation]:
    """Of AWS's own keys no other account can use one ("Sharing encrypted snapshots", Amazon RDS user guide)."""
    backup = environment.backup
    if backup.accounts and backup.kms_key_arn is None:
        yield Violation("backup.kms_key_arn", "must name a key where backup.accounts names accounts", None)


def backup_key_is_of_the_region(environment: AwsEnvironment) -> Iterator[Violation]:
    """RDS encrypts a snapshot with keys of its region only."""
    key, region = environment.backup.kms_key_arn, environment.region
    if key and key.split(":")[3] != region:
        yield Violation("backup.kms_key_arn", f"must be a key in {region}, the environment's region", key)
