"""Rules on the FSx for Lustre file system: the table `settings.facts.lustre.LUSTRE`, read from every side."""

from collections.abc import Iterator

from settings.facts.lustre import LUSTRE, LustreKind
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation


def _kind(environment: AwsEnvironment) -> LustreKind | None:
    return LUSTRE.get((environment.storage.deployment_type, environment.storage.storage_type))


def _name(environment: AwsEnvironment) -> str:
    return f"{environment.storage.deployment_type} on {environment.storage.storage_type}"


def kind_exists(environment: AwsEnvironment) -> Iterator[Violation]:
    """HDD is for PERSISTENT_1 only."""
    storage = environment.storage
    if _kind(environment) is None:
        offered = " or ".join(on for deployment, on in LUSTRE if deployment == storage.deployment_type)
        yield Violation(
            "storage.storage_type", f"must be {offered} for {storage.deployment_type}", storage.storage_type
        )


def throughput_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """FSx sells steps of throughput, and none for SCRATCH_2."""
    throughput, kind = environment.storage.throughput_mbps_per_tib, _kind(environment)
    if kind and throughput not in kind.throughputs:
        offered = ", ".join(str(each) for each in kind.throughputs)
        rule = "must be left out" if kind.throughputs == (None,) else f"must be one of {offered}"
        yield Violation("storage.throughput_mbps_per_tib", f"{rule} for {_name(environment)}", throughput)


def capacity_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """FSx sells whole servers and disks."""
    storage, kind = environment.storage, _kind(environment)
    throughput = storage.throughput_mbps_per_tib
    if not kind or throughput not in kind.throughputs or kind.allows_capacity(storage.storage_capacity_gib, throughput):
        return
    step = kind.capacity_step_gib[throughput]
    first = f"{kind.first_capacity_gib} or " if kind.first_capacity_gib else ""
    rule = f"must be {first}a multiple of {step} for {_name(environment)}"
    if kind.first_capacity_gib is None:
        rule += f" with {throughput} MB/s for each TiB"
    yield Violation("storage.storage_capacity_gib", rule, storage.storage_capacity_gib)


def read_cache_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """The drive cache stands in front of hard disks."""
    kind = _kind(environment)
    if environment.storage.hdd_read_cache and kind and not kind.read_cache:
        yield Violation("storage.hdd_read_cache", f"must be false for {_name(environment)}", True)


def backups_are_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """SCRATCH_2 has no backups."""
    kind, days = _kind(environment), environment.storage.backup_retention_days
    if days and kind and not kind.backups:
        yield Violation("storage.backup_retention_days", f"must be 0 or left out for {_name(environment)}", days)


def backup_time_needs_backups(environment: AwsEnvironment) -> Iterator[Violation]:
    """FSx refuses a time for backups that are off."""
    storage = environment.storage
    if storage.backup_start_time is not None and not storage.backups:
        why = "storage.s3.enabled is true" if storage.s3.enabled else "storage.backup_retention_days is 0"
        yield Violation("storage.backup_start_time", f"must be left out where {why}", storage.backup_start_time)


def customer_key_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """Scratch file systems are always encrypted with a key of FSx's own."""
    kind = _kind(environment)
    if environment.storage.customer_managed_key and kind and not kind.customer_managed_key:
        yield Violation("storage.customer_managed_key", f"must be false for {_name(environment)}", True)
