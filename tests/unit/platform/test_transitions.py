"""Every change of a setting deploys, or is refused by the setting's name before anything changes.

Pairs of templates: what an environment has deployed, and what the changed one would deploy. What CloudFormation does
with such a pair is rehearsed (tests/deploy/test_life_of_changes.py) for some; here every setting has a row.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from operations.changes.compare import Templates, refusals
from settings import AwsEnvironment
from tests.support.platform import build

ADMIN, OTHER = "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:user/someone"
ZONES = [f"eu-central-1{letter}" for letter in "abc"]
BASE: dict[str, Any] = {
    "name": "test",
    "region": "eu-central-1",
    "availability_zones": ZONES[:2],
    "cluster": {"version": "1.35", "access": {"admins": [ADMIN]}},
    "storage": {"storage_capacity_gib": 2400},
    "database": {"allocated_storage_gib": 40, "engine_version": "16"},
}

DEPLOYS: dict[str, Any] = {
    "tags": {"team": "data"},
    "retain_data": False,
    "network.nat_gateways": 2,
    "network.interface_endpoints": True,
    "network.flow_logs_retention_days": None,
    "cluster.support": "extended",
    "cluster.endpoint.access": "private",
    "cluster.access.admins": [OTHER],
    "cluster.access.viewers": [OTHER],
    "cluster.control_plane_logs": [],
    "cluster.log_retention_days": 90,
    "cluster.addons.vpc_cni.version": "v1.20.4-eksbuild.2",
    "cluster.addons.kube_proxy.version": "v1.34.1-eksbuild.2",
    "cluster.addons.eks_pod_identity_agent.version": "v1.3.9-eksbuild.3",
    "cluster.addons.coredns.version": "v1.12.4-eksbuild.1",
    "cluster.addons.aws_fsx_csi_driver.version": "v1.9.0-eksbuild.1",
    "cluster.addons.aws_secrets_store_csi_driver_provider.version": "v2.1.1-eksbuild.1",
    "cluster.controller.enabled": True,
    "cluster.controller.instance_type": "t3.micro",
    "cluster.node_groups": {"workers": {}, "more": {"instance_types": ["m7g.large"]}},
    "storage.compression": "NONE",
    "storage.backup_retention_days": 0,
    "storage.backup_start_time": "03:00",
    "storage.maintenance_window": "1:01:00",
    "database.instance_class": "db.m7g.large",
    "database.max_allocated_storage_gib": 500,
    "database.multi_az": True,
    "database.backup_retention_days": 30,
    "database.log_retention_days": 90,
    "database.support": "extended",
    "airflow.version": "3.3.3",
    "airflow.accept_unsupported": True,
    "airflow.image": "registry.example.com/airflow:1",
    "airflow.task_images": ["registry.example.com/team/"],
    "airflow.base_url": "https://airflow.example.com",
    "airflow.api_server": {"replicas": 2, "cpu_millicores": 600, "memory_mib": 3000},
    "airflow.scheduler": {"replicas": 2, "cpu_millicores": 600, "memory_mib": 3000},
    "airflow.dag_processor": {"replicas": 2, "cpu_millicores": 600, "memory_mib": 3000},
    "airflow.triggerer": {"replicas": 2, "cpu_millicores": 600, "memory_mib": 3000},
    "airflow.worker": {"cpu_millicores": 300, "memory_mib": 600, "termination_grace_seconds": 60},
    "airflow.admin": {"username": "other", "email": "other@example.com"},
    "airflow.parallelism": 3,
    "airflow.max_active_tasks_per_dag": 3,
    "airflow.dag_refresh_seconds": 60,
    "airflow.task_queued_timeout_seconds": 1200,
    "airflow.rollout_timeout_minutes": 10,
    "airflow.config": {"email.from_email": "airflow@example.com"},
}
"""Setting -> another value, to which and back from which it deploys."""

ONE_WAY: dict[str, Any] = {
    "availability_zones": ZONES,
    "cluster.version": "1.36",
    "storage.storage_capacity_gib": 4800,
    "database.allocated_storage_gib": 100,
    "database.engine_version": "17",
}
"""Setting -> another value, to which it deploys; the way back is refused."""

REFUSED: dict[str, Any] = {
    "network.cidr": "10.1.0.0/16",
    "network.public_subnet_prefix": 25,
    "network.private_subnet_prefix": 20,
    "cluster.secrets_encryption": False,
    "storage.deployment_type": "SCRATCH_2",
    "storage.throughput_mbps_per_tib": 250,
    "storage.availability_zone": ZONES[1],
    "storage.customer_managed_key": True,
    "database.customer_managed_key": True,
}
"""Setting -> another value, refused both ways."""

ELSEWHERE = {
    "platform": "another kind of environment",
    "name": "another platform beside this one",
    "account": "another platform beside this one",
    "region": "another platform beside this one",
    "cluster.endpoint.public_cidrs": "with cluster.endpoint.access, below",
    "cluster.authentication_mode": "below: EKS goes one way",
    "storage.storage_type": "below: on PERSISTENT_1",
    "storage.hdd_read_cache": "below: on HDD",
}
"""Settings whose transition is no row of its own."""


def environment(**changes: Any) -> dict[str, Any]:
    """The base with settings changed, by their paths."""
    data: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in BASE.items()}
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return data


def templates(data: Mapping[str, Any]) -> Templates:
    return build(AwsEnvironment.model_validate(data))


def settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every setting that has a value of its own, by its path."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_of(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


@pytest.fixture(scope="module")
def base() -> Templates:
    return templates(BASE)


@pytest.fixture(scope="module")
def all_changed() -> Templates:
    """One environment with all of the changes that deploy: what refuses one of them alone refuses it here."""
    return templates(environment(**DEPLOYS))


def paths(deployed: Templates, wanted: Templates) -> list[str]:
    return [violation.path for violation in refusals(deployed, wanted)]


def test_should_have_a_row_for_every_setting() -> None:
    rows = {*DEPLOYS, *ONE_WAY, *REFUSED, *ELSEWHERE}
    missing = [
        path
        for path in settings_of(AwsEnvironment)
        if not any(path == row or path.startswith(f"{row}.") for row in rows)
    ]
    assert missing == []


def test_should_deploy_every_change_and_its_way_back(base: Templates, all_changed: Templates) -> None:
    assert refusals(base, all_changed) == []
    assert refusals(all_changed, base) == []


def test_should_change_every_stack_but_the_roles(base: Templates, all_changed: Templates) -> None:
    """Rows that change no template would prove nothing. Roles follow no setting but the name."""
    assert [stack for stack in base if base[stack] == all_changed[stack]] == ["IamStack"]


@pytest.mark.parametrize(("setting", "value"), ONE_WAY.items())
def test_should_deploy_one_way_and_refuse_the_way_back_by_name(base: Templates, setting: str, value: Any) -> None:
    changed = templates(environment(**{setting: value}))
    assert paths(base, changed) == []
    assert setting in paths(changed, base)


@pytest.mark.parametrize(("setting", "value"), REFUSED.items())
def test_should_refuse_by_name_what_only_a_replacement_could_change(base: Templates, setting: str, value: Any) -> None:
    changed = templates(environment(**{setting: value}))
    for deployed, wanted in ((base, changed), (changed, base)):
        found = refusals(deployed, wanted)
        assert any(setting in violation.path for violation in found), found
        assert all("The way: " in violation.rule for violation in found)


@pytest.mark.parametrize("access", ["public", "private", "public_limited"])
def test_should_move_the_endpoint_from_anywhere_to_anywhere(base: Templates, access: str) -> None:
    ranges = {"cluster.endpoint.public_cidrs": ["198.51.100.0/24"]} if access == "public_limited" else {}
    changed = templates(environment(**{"cluster.endpoint.access": access, **ranges}))
    assert paths(base, changed) == paths(changed, base) == []


def test_should_go_from_the_config_map_to_access_entries_and_not_back(base: Templates) -> None:
    changed = templates(environment(**{"cluster.authentication_mode": "API_AND_CONFIG_MAP"}))
    assert paths(changed, base) == []
    assert paths(base, changed) == ["cluster.authentication_mode"]


def test_should_refuse_to_change_disks_and_their_cache() -> None:
    ssd = templates(environment(storage={"deployment_type": "PERSISTENT_1"}))
    hdd = templates(environment(storage={"deployment_type": "PERSISTENT_1", "storage_type": "HDD"}))
    kind = {"deployment_type": "PERSISTENT_1", "storage_type": "HDD", "hdd_read_cache": True}
    cached = templates(environment(storage=kind))
    assert "storage.storage_type" in paths(ssd, hdd)
    assert paths(hdd, cached) == paths(cached, hdd) == ["storage.hdd_read_cache"]


def test_should_refuse_to_skip_a_version_of_kubernetes(base: Templates) -> None:
    older = templates(environment(**{"cluster.version": "1.34"}))
    newer = templates(environment(**{"cluster.version": "1.36"}))
    assert paths(older, base) == []
    assert paths(older, newer) == ["cluster.version"]


def test_should_add_rename_and_remove_node_groups(base: Templates) -> None:
    renamed = templates(environment(**{"cluster.node_groups": {"others": {}}}))
    assert paths(base, renamed) == paths(renamed, base) == []


def test_should_refuse_to_move_a_zone(base: Templates) -> None:
    moved = templates(environment(availability_zones=ZONES[1::-1]))
    assert "availability_zones" in paths(base, moved)
