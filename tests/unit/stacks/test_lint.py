"""Templates of settings that neither environment has."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import aws_environment
from tests.support.lint import lint
from tests.unit.stacks.conftest import templates_of

HDD = {
    "deployment_type": "PERSISTENT_1",
    "storage_type": "HDD",
    "storage_capacity_gib": 6000,
    "throughput_mbps_per_tib": 12,
    "hdd_read_cache": True,
    "customer_managed_key": True,
}
SCRATCH = {"deployment_type": "SCRATCH_2", "throughput_mbps_per_tib": None, "backup_retention_days": 0}
VARIANTS: dict[str, dict[str, Any]] = {
    "scratch without NAT": {
        "storage": SCRATCH,
        "network": {"nat_gateways": 0, "interface_endpoints": True, "flow_logs_retention_days": None},
        "database": {"backup_retention_days": 0, "engine_version": "14"},
    },
    "hdd with cache and keys": {
        "storage": HDD,
        "availability_zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        "network": {"nat_gateways": 3},
        "database": {"customer_managed_key": True, "multi_az": True},
        "cluster": {"controller": {"enabled": True}},
        "account": "111122223333",
        "retain_data": False,
    },
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_should_satisfy_cfn_lint(variant: str, tmp_path: Path) -> None:
    templates = templates_of(aws_environment(**VARIANTS[variant]))
    assert lint(templates, region="eu-central-1", folder=tmp_path) == []
