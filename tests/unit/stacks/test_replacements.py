"""A change that would replace data is seen here before a user sees it."""

import json
from typing import Any

import pytest

from tests.support.environments import AWS_ENVIRONMENTS, aws_environment
from tests.unit.stacks.conftest import Templates, templates_of
from tests.unit.stacks.replacements import record, replacing


@pytest.fixture(scope="module")
def before() -> dict[str, dict[str, dict[str, Any]]]:
    return replacing(templates_of(aws_environment()))


@pytest.mark.parametrize("environment", AWS_ENVIRONMENTS)
def test_should_replace_no_data_of_a_live_platform(environment: str, all_templates: dict[str, Templates]) -> None:
    """Renamed, moved or changed like this, each of these would be made anew: a new file system is an empty one."""
    assert replacing(all_templates[environment]) == json.loads(record(environment).read_text())


def test_should_see_every_kind_of_data() -> None:
    found = replacing(templates_of(aws_environment(storage={"customer_managed_key": True})))
    types = {name.split()[0] for resources in found.values() for name in resources}
    assert {
        "AWS::FSx::FileSystem",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBSubnetGroup",
        "AWS::KMS::Key",
        "AWS::SecretsManager::Secret",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
    } <= types


@pytest.mark.parametrize(
    "change",
    [
        {"storage": {"throughput_mbps_per_tib": 250}},
        {"storage": {"customer_managed_key": True}},
        {"storage": {"availability_zone": "eu-central-1b"}},
        {"database": {"customer_managed_key": True}},
        {"restore": {"database_snapshot": "kept"}},
        {"restore": {"file_system_backup": "backup-0123456789abcdef0"}},
        {"network": {"cidr": "10.1.0.0/16"}},
        {"network": {"private_subnet_prefix": 20}},
        {"availability_zones": ["eu-central-1b", "eu-central-1a"]},
    ],
)
def test_should_see_a_change_that_replaces(
    change: dict[str, Any], before: dict[str, dict[str, dict[str, Any]]]
) -> None:
    assert replacing(templates_of(aws_environment(**change))) != before


@pytest.mark.parametrize(
    "change",
    [
        {"storage": {"storage_capacity_gib": 4800}},
        {"storage": {"compression": "NONE", "backup_retention_days": 30, "maintenance_window": "1:01:00"}},
        {"database": {"instance_class": "db.m7g.large", "multi_az": True, "allocated_storage_gib": 50}},
        {"database": {"backup_retention_days": 30, "max_allocated_storage_gib": 500}},
        {"network": {"nat_gateways": 0, "interface_endpoints": True}},
        {"network": {"nat_gateways": 2, "flow_logs_retention_days": None}},
        {"tags": {"team": "data"}},
        {"retain_data": False},
        {"airflow": {"version": "3.3.3"}},
        {"cluster": {"version": "1.35", "controller": {"enabled": True}}},
    ],
)
def test_should_keep_all_data_through_the_usual_changes(
    change: dict[str, Any], before: dict[str, dict[str, dict[str, Any]]]
) -> None:
    after = replacing(templates_of(aws_environment(**change)))
    for stack, resources in before.items():
        # A change may add something (an endpoint's security group); what was there stays as it is.
        assert resources.items() <= after[stack].items()
