"""Every change of a file system setting deploys, or is refused before anything is touched: never by FSx, half-way."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import SettingsError, load_aws_environment
from stacks import NetworkStack, StorageStack
from standins.aws.loopback import ROOT
from standins.aws.lustre import problems
from tests.support.environments import environment_file
from tests.support.synth import cdk_app, template_of

Json = dict[str, Any]
SSD_1 = {"deployment_type": "PERSISTENT_1", "throughput_mbps_per_tib": 100}
HDD = {**SSD_1, "storage_type": "HDD", "throughput_mbps_per_tib": 12, "storage_capacity_gib": 6000}
UNLINKED = {"s3": {"enabled": False}}
SCRATCH = {"deployment_type": "SCRATCH_2", "throughput_mbps_per_tib": None, "backup_retention_days": 0}

CHANGES: dict[str, Json] = {
    "nothing": {},
    **{
        f"PERSISTENT_2 at {value}": {"throughput_mbps_per_tib": value} for value in (125, 250, 500, 1000, 200, 12, None)
    },
    **{f"PERSISTENT_1 at {v}": {**SSD_1, "throughput_mbps_per_tib": v} for v in (50, 100, 200, 125, 1000, None)},
    **{f"SSD of {value} GiB": {"storage_capacity_gib": value} for value in (1200, 2400, 3600, 4800, 6000, 7200)},
    **{f"HDD of {value} GiB": {**HDD, "storage_capacity_gib": value} for value in (6000, 12000, 1200, 1800, 7200)},
    "HDD at 40": {**HDD, "throughput_mbps_per_tib": 40, "storage_capacity_gib": 1800},
    "HDD at 40, odd": {**HDD, "throughput_mbps_per_tib": 40, "storage_capacity_gib": 6000},
    "HDD with cache": {**HDD, "hdd_read_cache": True},
    "HDD at SSD's throughput": {**HDD, "throughput_mbps_per_tib": 100},
    "HDD on PERSISTENT_2": {"storage_type": "HDD", "storage_capacity_gib": 6000},
    "cache on SSD": {"hdd_read_cache": True},
    "SCRATCH_2": SCRATCH,
    "SCRATCH_2 with throughput": {**SCRATCH, "throughput_mbps_per_tib": 125},
    "SCRATCH_2 with backups": {**SCRATCH, "backup_retention_days": 7},
    "SCRATCH_2 on HDD": {**SCRATCH, "storage_type": "HDD", "storage_capacity_gib": 6000},
    "SCRATCH_2 with a key": {**SCRATCH, "customer_managed_key": True},
    "no compression": {"compression": "NONE"},
    "no backups": {**UNLINKED, "backup_retention_days": 0},
    "long backups": {**UNLINKED, "backup_retention_days": 90},
    "backups at three": {**UNLINKED, "backup_retention_days": 7, "backup_start_time": "03:00"},
    "a time for no backups": {**UNLINKED, "backup_retention_days": 0, "backup_start_time": "03:00"},
    "backups of a linked one": {"backup_retention_days": 7},
    "a time for backups of a linked one": {"backup_start_time": "03:00"},
    "a window": {"maintenance_window": "1:23:30"},
    "no window": {"maintenance_window": "8:25:00"},
    "the other zone": {"availability_zone": "us-east-1b"},
    "a zone elsewhere": {"availability_zone": "us-east-1f"},
    "a key": {"customer_managed_key": True},
}
REFUSED = {
    "PERSISTENT_2 at 200", "PERSISTENT_2 at 12", "PERSISTENT_2 at None",
    "PERSISTENT_1 at 125", "PERSISTENT_1 at 1000", "PERSISTENT_1 at None",
    "SSD of 3600 GiB", "SSD of 6000 GiB", "HDD of 1200 GiB", "HDD of 1800 GiB", "HDD of 7200 GiB",
    "HDD at 40, odd", "HDD at SSD's throughput", "HDD on PERSISTENT_2", "cache on SSD",
    "SCRATCH_2 with throughput", "SCRATCH_2 with backups", "SCRATCH_2 on HDD", "SCRATCH_2 with a key",
    "a time for no backups", "backups of a linked one", "a time for backups of a linked one",
    "no window", "a zone elsewhere",
}  # fmt: skip


def file_system(folder: Path, changes: Json) -> Json:
    """The file system's properties as CloudFormation would get them. Raises SettingsError."""
    settings = yaml.safe_load(environment_file("dev").read_text())
    settings["storage"] = {**settings["storage"], **changes}
    path = folder / "dev.yaml"
    path.write_text(yaml.safe_dump(settings))
    environment = load_aws_environment(str(path), ROOT)
    app = cdk_app()
    network = NetworkStack(app, "NetworkStack", settings=environment)
    template = template_of(StorageStack(app, "StorageStack", settings=environment, network=network.offer))
    [found] = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::FSx::FileSystem"]
    return dict(found)


@pytest.mark.parametrize("change", sorted(CHANGES.keys() - REFUSED))
def test_should_make_what_fsx_takes(change: str, tmp_path: Path) -> None:
    assert list(problems(file_system(tmp_path, CHANGES[change]))) == []


@pytest.mark.parametrize("change", sorted(REFUSED))
def test_should_refuse_at_synth_what_fsx_would_refuse(change: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        file_system(tmp_path, CHANGES[change])
