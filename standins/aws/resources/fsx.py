"""FSx for Lustre: which configurations the service takes, and what it checks of the network."""

from typing import Any

from standins.aws.ledger import LEDGER, RefusedError, on_create, on_update
from standins.aws.lustre import problems
from standins.aws.resources.network import GROUP, RULES, SUBNET
from standins.aws.resources.record import register

Json = dict[str, Any]
FILE_SYSTEM = "AWS::FSx::FileSystem"
LNET_PORT = 988
REPLACING = (
    "BackupId", "FileSystemType", "FileSystemTypeVersion", "KmsKeyId", "SecurityGroupIds", "StorageType", "SubnetIds",
)  # fmt: skip
REPLACING_PARTS = ("DeploymentType", "PerUnitStorageThroughput", "DriveCacheType")
"""Of LustreConfiguration."""

register(
    FILE_SYSTEM,
    "fs",
    lambda physical_id, _: {
        "DNSName": f"{physical_id}.fsx.us-east-1.amazonaws.com",
        "LustreMountName": physical_id[-8:],
        "ResourceARN": f"arn:aws:fsx:us-east-1:000000000000:file-system/{physical_id}",
    },
    replacing=(*REPLACING, *(f"LustreConfiguration.{part}" for part in REPLACING_PARTS)),
)


@on_create(FILE_SYSTEM)
def _file_system_is_valid(properties: Json) -> None:
    for problem in problems(properties):
        raise RefusedError(f"InvalidParameterValue: {problem}")
    [subnet_id] = properties["SubnetIds"]
    subnet = LEDGER.require(SUBNET, subnet_id, "InvalidNetworkSettings")
    groups = [LEDGER.require(GROUP, group, "InvalidNetworkSettings") for group in properties["SecurityGroupIds"]]
    for group in groups:
        if group.properties["VpcId"] != subnet.properties["VpcId"]:
            raise RefusedError(f"InvalidNetworkSettings: {group.physical_id} is not in the VPC of {subnet_id}")
    for direction in RULES:
        if not any(_lets_lustre_through(direction, group.physical_id) for group in groups):
            raise RefusedError(
                f"InvalidNetworkSettings: the security groups {properties['SecurityGroupIds']} do not permit Lustre "
                f"LNET network traffic on port {LNET_PORT} ({direction.rpartition('::')[2]})"
            )


def _lets_lustre_through(direction: str, group_id: str) -> bool:
    """To or from itself, as CreateFileSystem checks it; by a rule of its own or in the group's own properties."""
    group = LEDGER.find(GROUP, group_id)
    rules = [r.properties for r in LEDGER.of(direction) if r.properties["GroupId"] == group_id]
    rules += (group.properties.get(direction.rpartition("::")[2]) or []) if group else []
    for rule in rules:
        peer = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId") or rule.get("CidrIp")
        everything = str(rule.get("IpProtocol")) == "-1"
        inside = int(rule.get("FromPort", 0)) <= LNET_PORT <= int(rule.get("ToPort", 65535))
        if (everything or inside) and peer in (group_id, "0.0.0.0/0", "10.0.0.0/16"):
            return True
    return False


def is_replaced(old: Json, new: Json) -> bool:
    """Whether a change makes a new file system."""
    before, after = (each.get("LustreConfiguration") or {} for each in (old, new))
    return any(before.get(name) != after.get(name) for name in REPLACING_PARTS) or any(
        old.get(name) != new.get(name) for name in REPLACING
    )


@on_update(FILE_SYSTEM)
def _file_system_change_is_valid(old: Json, new: Json) -> None:
    for problem in problems(new):
        raise RefusedError(f"InvalidParameterValue: {problem}")
    if int(new["StorageCapacity"]) < int(old["StorageCapacity"]) and not is_replaced(old, new):
        raise RefusedError("BadRequest: StorageCapacity can only grow")
