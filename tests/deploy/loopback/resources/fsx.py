"""FSx for Lustre: which configurations the service takes, and what it checks of the network."""

from collections.abc import Iterator
from typing import Any

from tests.deploy.loopback.ledger import LEDGER, RefusedError, on_create, on_update
from tests.deploy.loopback.resources.network import GROUP, RULES, SUBNET
from tests.deploy.loopback.resources.record import register

Json = dict[str, Any]
FILE_SYSTEM = "AWS::FSx::FileSystem"
LNET_PORT = 988
THROUGHPUT = {
    ("PERSISTENT_2", "SSD"): (125, 250, 500, 1000),
    ("PERSISTENT_1", "SSD"): (50, 100, 200),
    ("PERSISTENT_1", "HDD"): (12, 40),
}

register(
    FILE_SYSTEM,
    "fs",
    lambda physical_id, _: {
        "DNSName": f"{physical_id}.fsx.us-east-1.amazonaws.com",
        "LustreMountName": physical_id[-8:],
        "ResourceARN": f"arn:aws:fsx:us-east-1:000000000000:file-system/{physical_id}",
    },
    replacing=(
        "BackupId", "FileSystemType", "FileSystemTypeVersion", "KmsKeyId", "SecurityGroupIds", "StorageType",
        "SubnetIds",
    ),
)  # fmt: skip


def problems(properties: Json) -> Iterator[str]:
    """What CreateFileSystem refuses."""
    lustre = properties.get("LustreConfiguration") or {}
    kind, storage = lustre.get("DeploymentType"), properties.get("StorageType", "SSD")
    throughput, capacity = lustre.get("PerUnitStorageThroughput"), int(properties.get("StorageCapacity", 0))
    if kind == "SCRATCH_2":
        if throughput is not None:
            yield "PerUnitStorageThroughput is not supported on SCRATCH file systems"
        if storage != "SSD":
            yield "SCRATCH_2 file systems have SSD storage"
        if properties.get("KmsKeyId"):
            yield "KmsKeyId is supported on persistent file systems only"
        if int(lustre.get("AutomaticBackupRetentionDays") or 0):
            yield "automatic backups are not supported on SCRATCH file systems"
    elif (kind, storage) not in THROUGHPUT:
        yield f"{kind} does not support {storage} storage"
    elif throughput is None or int(throughput) not in THROUGHPUT[kind, storage]:
        yield f"PerUnitStorageThroughput of {kind} on {storage} must be one of {THROUGHPUT[kind, storage]}"
    if storage == "HDD":
        step = 6000 if str(throughput) == "12" else 1800
        if capacity % step or not capacity:
            yield f"StorageCapacity {capacity} is not a multiple of {step}"
        if lustre.get("DriveCacheType") not in ("NONE", "READ"):
            yield "DriveCacheType is required for HDD storage"
    else:
        if capacity != 1200 and (capacity % 2400 or not capacity):
            yield f"StorageCapacity {capacity} must be 1200 or a multiple of 2400"
        if lustre.get("DriveCacheType"):
            yield "DriveCacheType is for HDD storage only"
    if lustre.get("ImportPath") and kind == "PERSISTENT_2":
        yield "ImportPath is not supported on PERSISTENT_2"
    if lustre.get("DailyAutomaticBackupStartTime") and not int(lustre.get("AutomaticBackupRetentionDays") or 0):
        yield "DailyAutomaticBackupStartTime needs automatic backups"


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


@on_update(FILE_SYSTEM)
def _file_system_change_is_valid(old: Json, new: Json) -> None:
    for problem in problems(new):
        raise RefusedError(f"InvalidParameterValue: {problem}")
    if int(new["StorageCapacity"]) < int(old["StorageCapacity"]):
        raise RefusedError("BadRequest: StorageCapacity can only grow")
