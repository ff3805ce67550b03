"""The FSx for Lustre file system."""

from typing import Annotated, Any, Literal

from pydantic import Field

from settings.facts.lustre import LUSTRE, MOST_DATA_LINKS, LustreKind
from settings.model.base import AsTuple, Form, Settings, ZoneName, time_of_day

DeploymentType = Literal["PERSISTENT_2", "PERSISTENT_1", "SCRATCH_2"]
StorageType = Literal["SSD", "HDD"]

# Of names that are keys in S3, paths in POSIX and parts of an id: one separator between letters and digits.
_FOLDER = r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*"
_BUCKET = r"[a-z0-9]([a-z0-9-]|\.(?=[a-z0-9])){1,61}[a-z0-9]"
_KEY_PART = r"(?!\.{1,2}(/|$))[A-Za-z0-9._=@+-]+"
_KEY = rf"{_KEY_PART}(/{_KEY_PART})*/?"

BucketName = Annotated[str, Form(_BUCKET, "must be the name of an S3 bucket, such as my-company-airflow", 63)]
FolderPath = Annotated[
    str,
    Form(rf"{_FOLDER}(/{_FOLDER})*", "must be a folder without / at its ends, such as features or team/features", 120),
]
S3Place = Annotated[
    str,
    Form(
        rf"s3://{_BUCKET}(/({_KEY})?)?|{_KEY}",
        "must be s3://<bucket>/<prefix>/, or a prefix in the platform's bucket, such as features/",
        900,
    ),
]


def _kind(data: dict[str, Any]) -> LustreKind | None:
    return LUSTRE.get((data.get("deployment_type", ""), data.get("storage_type", "")))


def _smallest_throughput(data: dict[str, Any]) -> int | None:
    kind = _kind(data)
    return kind.throughputs[0] if kind else None


def _smallest_capacity(data: dict[str, Any]) -> int:
    kind, throughput = _kind(data), data.get("throughput_mbps_per_tib")
    return kind.smallest_capacity_gib(throughput) if kind and throughput in kind.throughputs else 1200


class S3Settings(Settings):
    """The S3 bucket that the file system is linked to: DAGs arrive from it, logs leave to it."""

    enabled: bool = True
    """S3 is the truth, the file system a cache of it. FSx makes no backups of a linked file system."""

    bucket: BucketName | None = None
    """An existing bucket, in the environment's region; nothing of it is changed. Default: one of the platform's own."""

    previous_version_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that the platform's bucket keeps what was overwritten or deleted in it."""


class DataLink(Settings):
    """A folder of data sets for tasks, linked to a place in S3."""

    path: FolderPath
    """Folder, which tasks see as /opt/airflow/data/<path>."""

    s3: S3Place
    """Where in S3: s3://<bucket>/<prefix>/, or a prefix in the platform's bucket."""

    direction: Literal["import", "export", "both"] = "import"
    """`import`: what changes in S3 arrives, and tasks read only. `export`: what tasks write leaves. `both`: both."""

    @property
    def imports(self) -> bool:
        """Whether what changes in S3 arrives in the folder."""
        return self.direction != "export"

    @property
    def exports(self) -> bool:
        """Whether tasks may write to the folder, and what they write leaves to S3."""
        return self.direction != "import"


def _week_of_backups(data: dict[str, Any]) -> int:
    kind, s3 = _kind(data), data.get("s3")
    linked = isinstance(s3, S3Settings) and s3.enabled
    return 7 if kind and kind.backups and not linked else 0


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

    s3: S3Settings = S3Settings()

    data: Annotated[tuple[DataLink, ...], AsTuple, Field(max_length=MOST_DATA_LINKS)] = ()
    """Folders of data sets, linked to S3 beside DAGs and logs: a file system has 8 links at most."""

    backup_retention_days: Annotated[int, Field(ge=0, le=90)] | None = Field(default_factory=_week_of_backups)
    """Days that automatic daily backups are kept; 0 turns them off. Default 7; none with S3 links and on SCRATCH_2.
    `null` says nothing to FSx: for the one deployment between taking the links away and turning backups on."""

    backup_start_time: Annotated[str, time_of_day("05:00")] | None = None
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
    """Encrypt file system and bucket with a KMS key of our own instead of AWS's (persistent types only)."""

    @property
    def backups(self) -> bool:
        """Whether FSx makes automatic backups."""
        return bool(self.backup_retention_days)
