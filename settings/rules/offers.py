"""Rules on what AWS offers: what does not exist is refused here, and not minutes into a deployment."""

import difflib
from collections.abc import Iterator

from settings.facts import offers
from settings.facts.instance_types import facts_of
from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings
from settings.reading.violations import Violation
from settings.rules.shared import of_each_group


def region_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """A region has all services that the platform is made of, or none of it can be deployed there."""
    known, region = offers.regions(), environment.region
    if region not in known:
        near = difflib.get_close_matches(region, known, n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]}?" if near else ""
        source = offers.source_of("regions")
        yield Violation("region", f"must be a region that has EKS, FSx and RDS, as {source} knows them{hint}", region)


@of_each_group
def instance_types_are_offered(environment: AwsEnvironment, path: str, group: NodeGroupSettings) -> Iterator[Violation]:
    """EKS would make the group, and no node would ever come."""
    for index, instance_type in enumerate(group.instance_types):
        if facts_of(instance_type):  # another rule tells of the others
            yield from _offered("instance_types", f"{path}.instance_types[{index}]", instance_type, environment.region)


def controller_type_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """As for nodes."""
    controller = environment.cluster.controller
    if controller.enabled and facts_of(controller.instance_type):
        path = "cluster.controller.instance_type"
        yield from _offered("instance_types", path, controller.instance_type, environment.region)


def database_class_is_offered(environment: AwsEnvironment) -> Iterator[Violation]:
    """RDS refuses a class that it does not offer for PostgreSQL in the region."""
    path, instance_class = "database.instance_class", environment.database.instance_class
    yield from _offered("database_classes", path, instance_class, environment.region)


WORDS = {"instance_types": "an EC2 instance type", "database_classes": "an RDS class for PostgreSQL"}


def _offered(kind: str, path: str, name: str, region: str) -> Iterator[Violation]:
    """A violation if a region, or AWS as a whole where the region's offers are not known, has no such thing."""
    if region not in offers.regions():
        return  # the region is refused
    places, source = offers.places_of(kind, name), offers.source_of(kind)
    if not places:
        near = difflib.get_close_matches(name, offers.names(kind), n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield Violation(path, f"must be {WORDS[kind]} that exists, as {source} knows them{hint}", name)
    elif region in offers.described_regions(kind) and region not in places:
        size = name.rpartition(".")[2]
        alike = (each for each in offers.names(kind) if each.endswith(f".{size}"))
        there = [each for each in alike if region in offers.places_of(kind, each)]
        near = difflib.get_close_matches(name, there, n=1, cutoff=0.0)
        hint = f"; the nearest there is {near[0]}" if near else ""
        yield Violation(path, f"must be {WORDS[kind]} that {region} offers, as {source} knows them{hint}", name)
