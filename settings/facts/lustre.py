"""What FSx for Lustre offers, as one table."""

from dataclasses import dataclass
from types import MappingProxyType

LUSTRE_VERSION = "2.15"
"""AL2023's Lustre client refuses servers before 2.12, and FSx makes 2.10 unless told otherwise."""

MOST_LINKS = 8
"""Data repository associations of one file system (CreateDataRepositoryAssociation, FSx API reference)."""

PLATFORM_FOLDERS = ("dags", "logs", "bundles")
"""Folders of the file system that are the platform's own."""

PLATFORM_LINKS = ("dags", "logs")
"""Those of them that are linked to S3."""

MOST_DATA_LINKS = MOST_LINKS - len(PLATFORM_LINKS)


@dataclass(frozen=True)
class LustreKind:
    """What FSx allows for one deployment type on one storage type."""

    capacity_step_gib: MappingProxyType[int | None, int]
    """Step of the capacity by throughput, in MB/s for each TiB; None where the throughput can't be set."""

    first_capacity_gib: int | None = None
    """A first capacity below one step."""

    read_cache: bool = False
    backups: bool = True
    customer_managed_key: bool = True

    @property
    def throughputs(self) -> tuple[int | None, ...]:
        """What can be chosen, the cheapest first."""
        return tuple(self.capacity_step_gib)

    def allows_capacity(self, capacity_gib: int, throughput: int | None) -> bool:
        """Whether a file system of this size can be made."""
        return capacity_gib == self.first_capacity_gib or capacity_gib % self.capacity_step_gib[throughput] == 0

    def smallest_capacity_gib(self, throughput: int | None) -> int:
        """The smallest file system."""
        return self.first_capacity_gib or self.capacity_step_gib[throughput]


def _ssd(*throughputs: int | None) -> MappingProxyType[int | None, int]:
    return MappingProxyType(dict.fromkeys(throughputs, 2400))


LUSTRE: MappingProxyType[tuple[str, str], LustreKind] = MappingProxyType(
    {
        ("PERSISTENT_2", "SSD"): LustreKind(_ssd(125, 250, 500, 1000), first_capacity_gib=1200),
        ("PERSISTENT_1", "SSD"): LustreKind(_ssd(50, 100, 200), first_capacity_gib=1200),
        ("PERSISTENT_1", "HDD"): LustreKind(MappingProxyType({12: 6000, 40: 1800}), read_cache=True),
        ("SCRATCH_2", "SSD"): LustreKind(
            _ssd(None), first_capacity_gib=1200, backups=False, customer_managed_key=False
        ),
    }
)
"""All that FSx for Lustre offers here; what is not in it is refused (AWS::FSx::FileSystem LustreConfiguration,
CloudFormation template reference; CreateFileSystem, FSx API reference). Each can be linked to S3; SCRATCH_1 and
Intelligent-Tiering, which can't, are not offered ("Using data repositories", FSx for Lustre user guide)."""
