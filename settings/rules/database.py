"""Rules on the metadata database."""

from collections.abc import Iterator

from settings.facts import offers, rds_certificates
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation


def storage_can_grow(environment: AwsEnvironment) -> Iterator[Violation]:
    """RDS wants room of at least 10% for storage autoscaling."""
    database = environment.database
    least = -(-database.allocated_storage_gib * 11 // 10)
    if database.max_allocated_storage_gib < least:
        rule = f"must be at least {least}, 10% over database.allocated_storage_gib"
        yield Violation("database.max_allocated_storage_gib", rule, database.max_allocated_storage_gib)


def retained_data_has_backups(environment: AwsEnvironment) -> Iterator[Violation]:
    """Data worth keeping when the stack goes is worth keeping when a disk or a hand slips."""
    if environment.retain_data and environment.database.backup_retention_days == 0:
        yield Violation("database.backup_retention_days", "must be at least 1 where retain_data is true", 0)


def region_has_certificates(environment: AwsEnvironment) -> Iterator[Violation]:
    """Pods verify the database's certificate, so they have to know who signs those of the region."""
    if environment.region in offers.regions() and environment.region not in rds_certificates.regions():
        file = f"settings/facts/rds_certificates/{environment.region}.pem"
        command = f"`python -m operations.certificates {environment.region}`"
        rule = f"must be a region whose RDS certificates are known: {command} fetches them into {file}"
        yield Violation("region", rule, environment.region)
