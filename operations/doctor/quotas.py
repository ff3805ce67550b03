"""Quotas of the account against what the environment takes, beside what runs in the account already."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check
from operations.doctor.context import Context
from operations.doctor.facts import ADDRESSES, ON_DEMAND, SPOT, VPCS, Quota
from operations.doctor.need import is_standard, vcpus_of, virtual_cpus

Json = dict[str, Any]


def _limit(context: Context, quota: Quota) -> float:
    """The account's quota, or AWS's default for one that was never changed."""
    client, question = context.client("service-quotas"), {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        value = client.get_service_quota(**question)["Quota"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchResourceException":
            raise
        value = client.get_aws_default_service_quota(**question)["Quota"]["Value"]
    return float(value)


def _more(context: Context, quota: Quota, wanted: int) -> str:
    """The command that asks for a larger quota."""
    return (
        f"aws service-quotas request-service-quota-increase --region {context.settings.region}"
        f" --service-code {quota.service} --quota-code {quota.code} --desired-value {wanted}"
    )


def _instances(context: Context) -> Iterator[Json]:
    """Running instances of others than this platform."""
    pages = (
        context.client("ec2")
        .get_paginator("describe_instances")
        .paginate(Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}])
    )
    for page in pages:
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags") or ()}
                clusters = (tags.get("eks:cluster-name"), tags.get("aws:eks:cluster-name"))
                stack = f"{context.platform}-cluster"
                if context.platform not in clusters and tags.get("aws:cloudformation:stack-name") != stack:
                    yield instance


def _vcpus(context: Context, quota: Quota, capacity_type: str) -> Answer:
    need, is_spot = virtual_cpus(context.settings, capacity_type), capacity_type == "spot"
    others = sum(
        _vcpus_of_instance(instance)
        for instance in _instances(context)
        if (instance.get("InstanceLifecycle") == "spot") == is_spot and is_standard(instance["InstanceType"])
    )
    limit = _limit(context, quota)
    have = f"{limit:.0f} vCPU, {others} of them taken by others"
    wants = f"{need.full_size} at full size, {need.during_update} while all node groups are updated"
    increase = _more(context, quota, others + need.during_update)
    if others + need.full_size > limit:
        return Answer.failed(f"{quota.name}: {have}; the platform takes {wants}", increase)
    if others + need.during_update > limit:
        return Answer.warned(
            f"{quota.name}: {have}; the platform takes {wants}: an update at full size fails", increase
        )
    if need.of_other_quotas:
        return Answer.warned(
            f"{', '.join(need.of_other_quotas)} of node groups are counted by a quota that was not asked",
            "look at the quotas of their families: `aws service-quotas list-service-quotas --service-code ec2`",
        )
    return Answer.passed(f"{have}; the platform takes {wants}")


def _vcpus_of_instance(instance: Json) -> int:
    options = instance.get("CpuOptions") or {}
    told = int(options.get("CoreCount") or 0) * int(options.get("ThreadsPerCore") or 1)
    return told or vcpus_of(instance["InstanceType"])


def on_demand(context: Context) -> Answer:
    """Virtual CPUs of on-demand instances."""
    return _vcpus(context, ON_DEMAND, "on_demand")


def no_spot(context: Context) -> str | None:
    """Without a spot group the quota is not touched."""
    groups = context.settings.cluster.node_groups.values()
    return None if any(group.capacity_type == "spot" for group in groups) else "no node group is of spot instances"


def spot(context: Context) -> Answer:
    """Virtual CPUs of spot instances."""
    return _vcpus(context, SPOT, "spot")


def no_nat(context: Context) -> str | None:
    """Only NAT gateways take addresses."""
    return None if context.settings.network.nat_gateways else "there are no NAT gateways"


def addresses(context: Context) -> Answer:
    """Elastic IP addresses of the NAT gateways."""
    own = set(context.resources("network", "AWS::EC2::EIP"))
    found = context.client("ec2").describe_addresses()["Addresses"]
    others = sum(not {each.get("PublicIp"), each.get("AllocationId")} & own for each in found)
    return _counted(context, ADDRESSES, others, context.settings.network.nat_gateways, "network.nat_gateways")


def vpcs(context: Context) -> Answer:
    """VPCs of the region."""
    own = set(context.resources("network", "AWS::EC2::VPC"))
    pages = context.client("ec2").get_paginator("describe_vpcs").paginate()
    others = sum(vpc["VpcId"] not in own for page in pages for vpc in page["Vpcs"])
    return _counted(context, VPCS, others, 1, "a VPC")


def _counted(context: Context, quota: Quota, others: int, need: int, what: str) -> Answer:
    limit = _limit(context, quota)
    told = f"{limit:.0f} allowed, {others} taken by others; the platform takes {need} ({what})"
    if others + need > limit:
        return Answer.failed(f"{quota.name}: {told}", f"free some, or {_more(context, quota, others + need)}")
    return Answer.passed(told)


LIMIT = ("servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota")
OWN = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")

CHECKS = (
    Check("quotas", "on-demand vCPU", on_demand, (*LIMIT, "ec2:DescribeInstances")),
    Check("quotas", "spot vCPU", spot, (*LIMIT, "ec2:DescribeInstances"), no_spot),
    Check("quotas", "Elastic IPs", addresses, (*LIMIT, *OWN, "ec2:DescribeAddresses"), no_nat),
    Check("quotas", "VPCs", vpcs, (*LIMIT, *OWN, "ec2:DescribeVpcs")),
)
