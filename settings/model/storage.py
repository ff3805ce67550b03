"""The FSx for Lustre file system."""

from typing import Annotated, Any, Literal

from pydantic import Field

from settings.facts.lustre import LUSTRE, LustreKind
from settings.model.base import Form, Settings, ZoneName

DeploymentType = Literal["PERSISTENT_2", "PERSISTENT_1", "SCRATCH_2"]
StorageType = Literal["SSD", "HDD"]


def _kind(data: dict[str, Any]) -> LustreKind | None:
    return LUSTRE.get((data.get("deployment_type", ""), data.get("storage_type", "")))


def _smallest_throughput(data: dict[str, Any]) -> int | None:
    kind = _kind(data)
    return kind.throughputs[0] if kind else None


def _smallest_capacity(data: dict[str, Any]) -> int:
    kind, throughput = _kind(data), data.get("throughput_mbps_per_tib")
    return kind.smallest_capacity_gib(throughput) if kind and throughput in kind.throughputs else 1200


def _week_of_backups(data: dict[str, Any]) -> int:
    kind = _kind(data)
    return 7 if kind and kind.backups else 0


class StorageSettings(Settings):
    """The FSx for Lustre file system that holds DAGs and task logs.

    Deployment type, storage type, throughput, drive cache, zone and key can't be changed here once it is deployed:
    CloudFormation would make a new, empty file system in its place (AWS::FSx::FileSystem, CloudFormation template
    reference). FSx itself can change the throughput of SSD storage in place: docs/runbooks/storage.md. Defaults that
    depend on the deployment type are the cheapest that it allows.
    """

    deployment_type: DeploymentType = "PERSISTENT_2"
    """SCRATCH_2 keeps no second copy of the data."""

    storage_type: StorageType = "SSD"
    """HDD is for PERSISTENT_1 only."""

    throughput_mbps_per_tib: int | None = Field(default_factory=_smallest_throughput)
    """MB/s for each TiB. PERSISTENT_2: 125, 250, 500, 1000. PERSISTENT_1: SSD 50, 100, 200; HDD 12, 40. Default the
    smallest. SCRATCH_2 has no such setting."""

    storage_capacity_gib: Annotated[int, Field(ge=1200, le=1_008_000)] = Field(default_factory=_smallest_capacity)
    """Capacity in GiB. SSD: 1200, 2400 and then steps of 2400. HDD: steps of 6000 (12 MB/s per TiB) or 1800 (40).
    Default the smallest."""

    hdd_read_cache: bool = False
    """An SSD read cache of 20% of the capacity in front of HDD storage."""

    compression: Literal["LZ4", "NONE"] = "LZ4"
    """Data compression; task logs shrink well."""

    backup_retention_days: Annotated[int, Field(ge=0, le=90)] = Field(default_factory=_week_of_backups)
    """Days that automatic daily backups are kept; 0 turns them off. Default 7; SCRATCH_2 has none."""

    backup_start_time: (
        Annotated[str, Form(r"([01][0-9]|2[0-3]):[0-5][0-9]", 'must be a time of day, such as "05:00"', 5)] | None
    ) = None
    """UTC time of day of the daily backup, "HH:MM"; default: AWS chooses."""

    maintenance_window: Annotated[
        str,
        Form(
            r"[1-7]:([01][0-9]|2[0-3]):[0-5][0-9]",
            'must be a day from 1 (Monday) to 7 and a time of day, such as "7:03:00"',
            7,
        ),
    ] = "7:03:00"
    """Start of the weekly 30-minute maintenance window in UTC, "d:HH:MM", d from 1 (Monday) to 7."""

    availability_zone: ZoneName | None = None
    """The one zone that the file system lives in; default the environment's first."""

    customer_managed_key: bool = False
    """Encrypt with a KMS key of our own instead of the AWS managed one (persistent types only)."""
