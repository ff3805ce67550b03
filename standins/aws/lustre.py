"""Which configurations of FSx for Lustre the service takes.

Source: CreateFileSystem, Amazon FSx API reference; "Managing storage capacity", FSx for Lustre user guide.
Written down here a second time, apart from the settings' own rules, so that each checks the other.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
THROUGHPUT = {
    ("PERSISTENT_2", "SSD"): (125, 250, 500, 1000),
    ("PERSISTENT_1", "SSD"): (50, 100, 200),
    ("PERSISTENT_1", "HDD"): (12, 40),
}


def problems(properties: Json) -> Iterator[str]:
    """What CreateFileSystem refuses."""
    lustre = properties.get("LustreConfiguration") or {}
    kind, storage = str(lustre.get("DeploymentType")), str(properties.get("StorageType", "SSD"))
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
