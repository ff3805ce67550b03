"""EC2's network: what stands on what, and so what can't be deleted (DependencyViolation)."""

import ipaddress
import secrets
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from standins.aws.ledger import LEDGER, RefusedError, on_create, on_delete
from standins.aws.resources.interfaces import groups_of, subnets_of
from standins.aws.resources.record import register

Json = dict[str, Any]

GROUP, SUBNET, VPC = "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC"
RULES = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")

register(
    "AWS::EC2::EIP",
    "eipalloc",
    lambda physical_id, _: {"AllocationId": physical_id, "PublicIp": "198.51.100.7"},
    replacing=("Domain",),
)
register(
    "AWS::EC2::NatGateway",
    "nat",
    lambda physical_id, _: {"NatGatewayId": physical_id},
    replacing=("AllocationId", "SubnetId", "ConnectivityType"),
)
register(
    "AWS::EC2::FlowLog",
    "fl",
    lambda physical_id, _: {"Id": physical_id},
    replacing=(
        "ResourceId", "ResourceType", "TrafficType", "LogGroupName", "LogDestination", "LogDestinationType",
        "LogFormat", "DeliverLogsPermissionArn",
    ),
)  # fmt: skip
for _rule in RULES:
    register(
        _rule,
        "sgr",
        lambda physical_id, _: {"Id": physical_id},
        replacing=(
            "GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "SourceSecurityGroupId",
            "DestinationSecurityGroupId", "SourcePrefixListId", "DestinationPrefixListId",
        ),
    )  # fmt: skip

_vpc = _RESOURCE_HANDLERS[VPC]


def _vpc_create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    physical_id, attributes = _vpc["create"](logical_id, properties, stack)
    return physical_id, {**attributes, "CidrBlock": properties["CidrBlock"]}


def _vpc_update(physical_id: str, old: Json, new: Json, stack: str, logical_id: str) -> tuple[str, Json]:
    new_id, attributes = _vpc["update"](physical_id, old, new, stack, logical_id)
    return new_id, {**attributes, "CidrBlock": new["CidrBlock"]}


# The emulator's VPC has no attribute with its range.
_RESOURCE_HANDLERS[VPC] = {**_vpc, "create": _vpc_create, "update": _vpc_update, "update_with_logical_id": True}


def _users(extract: Any, physical_id: str) -> list[str]:
    return [f"{r.type} {r.physical_id}" for r in list(LEDGER.resources.values()) if physical_id in extract(r)]


def _violation(what: str, physical_id: str, users: list[str]) -> None:
    if users:
        raise RefusedError(
            f"DependencyViolation: The {what} '{physical_id}' has dependencies and cannot be deleted: "
            + ", ".join(users)
        )


@on_delete(SUBNET)
def _subnet_is_free(physical_id: str) -> None:
    _violation("subnet", physical_id, _users(subnets_of, physical_id))


@on_delete(GROUP)
def _group_is_free(physical_id: str) -> None:
    users = _users(groups_of, physical_id)
    for rule in LEDGER.of(*RULES):
        other = rule.properties.get("SourceSecurityGroupId") or rule.properties.get("DestinationSecurityGroupId")
        if other == physical_id and rule.properties["GroupId"] != physical_id:
            users.append(f"a rule of security group {rule.properties['GroupId']}")
    _violation("security group", physical_id, users)


@on_delete(VPC)
def _vpc_is_empty(physical_id: str) -> None:
    users = [
        f"{r.type} {r.physical_id}"
        for r in LEDGER.of(SUBNET, GROUP, "AWS::EC2::RouteTable", "AWS::EC2::VPCEndpoint")
        if r.properties.get("VpcId") == physical_id
    ]
    users += [
        f"internet gateway {r.properties['InternetGatewayId']}"
        for r in LEDGER.of("AWS::EC2::VPCGatewayAttachment")
        if r.properties["VpcId"] == physical_id
    ]
    _violation("vpc", physical_id, users)


@on_delete("AWS::EC2::EIP")
def _address_is_free(physical_id: str) -> None:
    for gateway in LEDGER.of("AWS::EC2::NatGateway"):
        if gateway.properties.get("AllocationId") == physical_id:
            raise RefusedError(f"InvalidIPAddress.InUse: {physical_id} is in use by {gateway.physical_id}")


@on_delete("AWS::EC2::VPCGatewayAttachment")
def _no_public_address_is_mapped(physical_id: str) -> None:
    attachment = LEDGER.find("AWS::EC2::VPCGatewayAttachment", physical_id)
    for gateway in LEDGER.of("AWS::EC2::NatGateway"):
        subnet = LEDGER.find(SUBNET, gateway.properties["SubnetId"])
        if attachment and subnet and subnet.properties["VpcId"] == attachment.properties["VpcId"]:
            vpc = attachment.properties["VpcId"]
            raise RefusedError(
                f"DependencyViolation: Network {vpc} has some mapped public address(es) ({gateway.physical_id})"
            )


@on_delete("AWS::EC2::RouteTable")
def _route_table_is_free(physical_id: str) -> None:
    associations = LEDGER.of("AWS::EC2::SubnetRouteTableAssociation")
    _violation(
        "routeTable", physical_id, [a.physical_id for a in associations if a.properties["RouteTableId"] == physical_id]
    )


@on_create(SUBNET)
def _subnet_is_in_its_vpc(properties: Json) -> None:
    vpc = LEDGER.require(VPC, properties["VpcId"], "InvalidVpcID.NotFound")
    wanted = ipaddress.ip_network(properties["CidrBlock"])
    if not wanted.subnet_of(ipaddress.ip_network(vpc.properties["CidrBlock"])):  # type: ignore[arg-type]
        raise RefusedError(f"InvalidSubnet.Range: The CIDR '{wanted}' is invalid")
    for other in LEDGER.of(SUBNET):
        same_vpc = other.properties["VpcId"] == properties["VpcId"]
        if same_vpc and wanted.overlaps(ipaddress.ip_network(other.properties["CidrBlock"])):
            raise RefusedError(f"InvalidSubnet.Conflict: The CIDR '{wanted}' conflicts with {other.physical_id}")


@on_create("AWS::EC2::NatGateway")
def _nat_gateway_can_stand(properties: Json) -> None:
    LEDGER.require(SUBNET, properties["SubnetId"], "InvalidSubnetID.NotFound")
    LEDGER.require("AWS::EC2::EIP", properties["AllocationId"], "InvalidAllocationID.NotFound")


@on_create(*RULES)
def _rule_is_new_and_its_groups_exist(properties: Json) -> None:
    for field in ("GroupId", "SourceSecurityGroupId", "DestinationSecurityGroupId"):
        if properties.get(field):
            require_group(properties[field])
    mine = {k: str(v) for k, v in properties.items() if k != "Description"}
    for other in LEDGER.of(*RULES):
        if {k: str(v) for k, v in other.properties.items() if k != "Description"} == mine:
            raise RefusedError(f"InvalidPermission.Duplicate: the specified rule {mine} already exists")


def require_group(group_id: str) -> None:
    """Raises RefusedError for a security group that is neither a stack's nor an EKS cluster's own."""
    clusters = LEDGER.of("AWS::EKS::Cluster")
    if not any(cluster.attributes.get("ClusterSecurityGroupId") == group_id for cluster in clusters):
        LEDGER.require(GROUP, group_id, "InvalidGroup.NotFound")


@on_create("AWS::EC2::FlowLog")
def _flow_log_has_a_place(properties: Json) -> None:
    LEDGER.require(VPC, properties["ResourceId"], "InvalidVpcId.NotFound")
    LEDGER.require("AWS::Logs::LogGroup", properties["LogGroupName"], "LogDestinationNotFoundException")


def new_group_id() -> str:
    """An id for the security group that EKS makes for a cluster."""
    return f"sg-{secrets.token_hex(9)[:17]}"
