"""The FSx for Lustre file system."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Settings


class StorageSettings(Settings):
    """The FSx for Lustre file system that holds DAGs and task logs.

    Deployment type, storage type, throughput, drive cache, zone and key can't be changed on a live file system: AWS
    would make a new, empty one in its place (AWS::FSx::FileSystem, CloudFormation template reference).
    """

    deployment_type: Literal["PERSISTENT_2", "PERSISTENT_1", "SCRATCH_2"] = "PERSISTENT_2"
    """SCRATCH_2 keeps no second copy of the data."""

    storage_type: Literal["SSD", "HDD"] = "SSD"
    """HDD is for PERSISTENT_1 only."""

    storage_capacity_gib: Annotated[int, Field(ge=1200, le=1_008_000)] = 1200
    """Capacity in GiB. SSD: 1200, 2400 and then steps of 2400. HDD: steps of 6000 (12 MB/s per TiB) or 1800 (40)."""

    throughput_mbps_per_tib: Annotated[int, Field(ge=1)] | None = 125
    """MB/s for each TiB. PERSISTENT_2: 125, 250, 500, 1000. PERSISTENT_1: SSD 50, 100, 200; HDD 12, 40. SCRATCH_2: null."""

    hdd_read_cache: bool = False
    """An SSD read cache of 20% of the capacity in front of HDD storage."""

    compression: Literal["LZ4", "NONE"] = "LZ4"
    """Data compression; task logs shrink well."""

    backup_retention_days: Annotated[int, Field(ge=0, le=90)] = 7
    """Days that automatic daily backups are kept; 0 turns them off (SCRATCH_2 has none)."""

    backup_start_time: str | None = None
    """UTC time of day of the daily backup, "HH:MM"; default: AWS chooses."""

    maintenance_window: str = "7:03:00"
    """Start of the weekly 30-minute maintenance window in UTC, "d:HH:MM", d from 1 (Monday) to 7."""

    availability_zone: str | None = None
    """The one zone that the file system lives in; default the environment's first."""

    customer_managed_key: bool = False
    """Encrypt with a KMS key of our own instead of the AWS managed one (persistent types only)."""
