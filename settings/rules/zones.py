"""Rules on region and availability zones."""

from collections.abc import Iterator

from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation
from settings.rules.shared import repeats


def zones_belong_to_the_region(environment: AwsEnvironment) -> Iterator[Violation]:
    """A zone's name is its region's and a letter."""
    for index, zone in enumerate(environment.availability_zones):
        if zone[:-1] != environment.region:
            rule = f"must be a zone of region {environment.region}, such as {environment.region}a"
            yield Violation(f"availability_zones[{index}]", rule, zone)


def zones_are_named_once(environment: AwsEnvironment) -> Iterator[Violation]:
    """Two subnets of one kind in a zone would be a false promise of availability."""
    yield from repeats("availability_zones", environment.availability_zones, "zones")


def file_system_zone_is_of_the_environment(environment: AwsEnvironment) -> Iterator[Violation]:
    """The file system needs a subnet."""
    zone = environment.storage.availability_zone
    if zone is not None and zone not in environment.availability_zones:
        known = ", ".join(environment.availability_zones)
        yield Violation("storage.availability_zone", f"must be one of availability_zones ({known})", zone)
