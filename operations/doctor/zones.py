"""The zones of the environment: whether EKS is in them, and what they offer."""

from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.facts import REGION_SERVICES, SERVICES, ZONES_WITHOUT_EKS

OTHER_ZONES = (
    "name other zones in availability_zones (before the first deployment; a deployed subnet can't move to another zone)"
)


def zones(context: Context) -> Answer:
    """Whether the account has the zones, and EKS takes subnets in them."""
    answer = context.client("ec2").describe_availability_zones()
    found = {zone["ZoneName"]: zone for zone in answer["AvailabilityZones"]}
    answers = []
    for name in context.zones:
        zone = found.get(name)
        if zone is None or zone.get("ZoneType", "availability-zone") != "availability-zone":
            others = ", ".join(sorted(set(found) - set(context.zones))) or "none"
            answers.append(
                Answer.failed(f"{name} is no zone of this account; others: {others}", f"{OTHER_ZONES}; use {others}")
            )
        elif zone.get("ZoneId") in ZONES_WITHOUT_EKS:
            answers.append(Answer.failed(f"{name} is {zone['ZoneId']} in this account: EKS isn't in it", OTHER_ZONES))
        elif zone.get("State", "available") != "available":
            answers.append(Answer.warned(f"{name} is {zone['State']}", "wait, or " + OTHER_ZONES))
    names = ", ".join(f"{name} is {found[name]['ZoneId']}" for name in context.zones if name in found)
    return worst(answers, Answer.passed(names))


def instance_types(context: Context) -> Answer:
    """Whether each node group finds one of its instance types in each of its zones, and the controller its own."""
    cluster = context.settings.cluster
    wanted = {each for group in cluster.node_groups.values() for each in group.instance_types}
    if cluster.controller.enabled:
        wanted.add(cluster.controller.instance_type)
    offered = _offers(context, sorted(wanted))
    answers = []
    for name, group in cluster.node_groups.items():
        for zone in group.zones or context.zones:
            missing = [each for each in group.instance_types if (each, zone) not in offered]
            path = f"cluster.node_groups.{name}.instance_types"
            if len(missing) == len(group.instance_types):
                answers.append(
                    Answer.failed(f"{zone} has none of {', '.join(missing)}", f"add a type to {path} that it has")
                )
            elif missing:
                answers.append(
                    Answer.warned(f"{zone} lacks {', '.join(missing)}", f"add types to {path}, or take these away")
                )
    controller, first = cluster.controller, context.zones[0]
    if controller.enabled and (controller.instance_type, first) not in offered:
        answers.append(
            Answer.failed(f"{first} has no {controller.instance_type}", "change cluster.controller.instance_type")
        )
    return worst(answers, Answer.passed(f"{', '.join(sorted(wanted))} in {', '.join(context.zones)}"))


def _offers(context: Context, types: list[str]) -> set[tuple[str, str]]:
    """Instance type and zone of what EC2 offers."""
    pages = (
        context.client("ec2")
        .get_paginator("describe_instance_type_offerings")
        .paginate(LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": types}])
    )
    return {(each["InstanceType"], each["Location"]) for page in pages for each in page["InstanceTypeOfferings"]}


def database_class(context: Context) -> Answer:
    """Whether RDS offers the instance class in zones of the environment, for this version of PostgreSQL."""
    settings = context.settings.database
    pages = (
        context.client("rds")
        .get_paginator("describe_orderable_db_instance_options")
        .paginate(Engine="postgres", DBInstanceClass=settings.instance_class, Vpc=True)
    )
    options = [option for page in pages for option in page["OrderableDBInstanceOptions"] if _fits(option, settings)]
    zones = {zone["Name"] for option in options for zone in option.get("AvailabilityZones") or ()} & set(context.zones)
    named = f"{settings.instance_class} with PostgreSQL {settings.engine_version} on gp3"
    if len(zones) < 1 + settings.multi_az:
        needed = "two zones" if settings.multi_az else "any zone"
        return Answer.failed(
            f"RDS has no {named} in {needed} of {', '.join(context.zones)}",
            f"change database.instance_class: `aws rds describe-orderable-db-instance-options --engine postgres"
            f" --region {context.settings.region}` lists them",
        )
    return Answer.passed(f"{named} in {', '.join(sorted(zones))}")


def _fits(option: dict[str, Any], settings: Any) -> bool:
    version = str(option.get("EngineVersion", ""))
    return (
        (version == settings.engine_version or version.startswith(f"{settings.engine_version}."))
        and option.get("StorageType", "gp3") == "gp3"
        and (not settings.multi_az or option.get("MultiAZCapable", True))
    )


def services(context: Context) -> Answer:
    """Whether the region has EKS and FSx for Lustre. What a zone has of a service, no API tells."""
    region = context.settings.region
    missing = [what for what, names in SERVICES.items() if not any(_is_in_region(context, name) for name in names)]
    if missing:
        return Answer.failed(f"{region} has no {', '.join(missing)}", "choose another region")
    return Answer.passed(f"{', '.join(SERVICES)} in {region}; of its zones AWS tells nothing")


def _is_in_region(context: Context, service: str) -> bool:
    name = REGION_SERVICES.format(region=context.settings.region, service=service)
    try:
        context.client("ssm").get_parameter(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return False
        raise
    return True


CHECKS = (
    Check("zones", "zones", zones, ("ec2:DescribeAvailabilityZones",)),
    Check("zones", "services", services, ("ssm:GetParameter",)),
    Check("zones", "instance types", instance_types, ("ec2:DescribeInstanceTypeOfferings",)),
    Check("zones", "database class", database_class, ("rds:DescribeOrderableDBInstanceOptions",)),
)
