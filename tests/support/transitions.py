"""Every setting, and a transition of it: the one table that all tests of changes walk.

`tests/unit/platform/test_transitions.py` compares templates, row by row; `tests/deploy/test_life_of_changes.py` deploys
the same rows, many at a time.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from tests.support.front_door import INTERNET

ADMIN, *OTHERS = (f"arn:aws:iam::111122223333:{name}" for name in ("role/Admin", "user/one", "user/two"))
ZONES = [f"us-east-1{letter}" for letter in "abc"]
BASE: dict[str, Any] = {
    "name": "test",
    "region": "us-east-1",
    "availability_zones": ZONES[:2],
    "cluster": {"version": "1.35", "access": {"admins": [ADMIN]}},
    "storage": {"storage_capacity_gib": 2400},
    "database": {"allocated_storage_gib": 40, "engine_version": "16"},
}

READ = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::data/*"]}

DEPLOYS: dict[str, Any] = {
    "tags": {"team": "data"},
    "retain_data": False,
    "network.nat_gateways": 2,
    "network.interface_endpoints": True,
    "network.flow_logs_retention_days": None,
    "cluster.support": "extended",
    "cluster.endpoint.access": "private",
    "cluster.access.admins": OTHERS[:1],
    "cluster.access.viewers": OTHERS[1:],
    "cluster.control_plane_logs": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    "cluster.log_retention_days": 90,
    # Pins that the loopback AWS offers for 1.35: the gate before the cluster asks for them.
    "cluster.addons.vpc_cni.version": "v1.2.1-eksbuild.1",
    "cluster.addons.kube_proxy.version": "v1.2.1-eksbuild.1",
    "cluster.addons.eks_pod_identity_agent.version": "v1.2.1-eksbuild.1",
    "cluster.addons.coredns.version": "v1.2.1-eksbuild.1",
    "cluster.addons.aws_fsx_csi_driver.version": "v1.2.1-eksbuild.1",
    "cluster.addons.aws_secrets_store_csi_driver_provider.version": "v1.2.1-eksbuild.1",
    "cluster.controller.enabled": True,
    "cluster.controller.instance_type": "t3.micro",
    "cluster.node_groups": {"workers": {}, "more": {"instance_types": ["m7g.large"]}},
    "storage.compression": "NONE",
    "storage.s3.previous_version_days": 7,
    "storage.data": [
        {"path": "features", "s3": "features/"},
        {"path": "team/models", "s3": "models/", "direction": "both"},
    ],
    "storage.maintenance_window": "1:01:00",
    "database.instance_class": "db.m7g.large",
    "database.max_allocated_storage_gib": 500,
    "database.multi_az": True,
    "database.backup_retention_days": 30,
    "database.log_retention_days": 90,
    "database.support": "extended",
    "images.registry_prefix": "registry.example.com/mirror",
    "access": INTERNET,
    "airflow.version": "3.3.3",
    "airflow.accept_unsupported": True,
    "airflow.task_images": ["registry.example.com/team/"],
    "airflow.image": "registry.example.com/airflow:1",
    "airflow.base_url": "https://airflow.example.com",
    "airflow.api_server": {"replicas": 2, "cpu_millicores": 300, "memory_mib": 1280},
    "airflow.scheduler": {"replicas": 2, "cpu_millicores": 300, "memory_mib": 1280},
    "airflow.dag_processor": {"replicas": 2, "cpu_millicores": 300, "memory_mib": 1280},
    "airflow.triggerer": {"replicas": 2, "cpu_millicores": 300, "memory_mib": 1280},
    "airflow.worker": {
        "cpu_millicores": 300,
        "memory_mib": 600,
        "termination_grace_seconds": 60,
        "role": {"statements": [READ]},
    },
    "airflow.task_profiles": {
        "large": {"memory_mib": 4096, "role": {"managed_policies": ["AmazonS3ReadOnlyAccess"], "statements": [READ]}},
        "other": {"image": "registry.example.com/other:1"},
    },
    "airflow.admin": {"username": "other", "email": "other@example.com"},
    "airflow.dag_bundles": {
        "dags-folder": {"folder": "."},
        "team": {
            "git": {
                "url": "https://git.example.com/team/dags.git",
                "credential": "team/git-token",
                "credential_kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d",
            }
        },
        "built-in": {"image": "/opt/dags"},
    },
    "airflow.git_sync": {"cpu_millicores": 60, "memory_mib": 300, "keep_days": 60, "egress_cidrs": ["198.51.100.0/24"]},
    "airflow.housekeeping": {
        "metadata_retention_days": None,
        "archive_retention_days": 0,
        "log_retention_days": 90,
        "pod_retention_days": 1,
        "start_time": "23:50",
    },
    "airflow.secrets_backend": {
        "service": "secrets_manager",
        "connections_prefix": "team/connections",
        "variables_prefix": None,
        "cache_seconds": 60,
        "kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
    "airflow.login": {
        "issuer": "https://login.example.com/realms/main",
        "client_id": "airflow",
        "client_secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:airflow/login-AbCdEf",
        "name": "keycloak",
        "scopes": ["openid"],
        "username_claim": "sub",
        "group_claims": ["realm_access.roles"],
        "roles": {"airflow-admins": "Admin"},
        "default_role": "Viewer",
        "administrator": False,
        "service_users": ["ci"],
        "egress_cidrs": ["198.51.100.0/24"],
    },
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
    "images.repository": True,
    "backup.frequency": "daily",
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
    "storage.s3.bucket": "airflow-test-ours",
    "database.customer_managed_key": True,
    "restore.database_snapshot": "airflow-test-20261124-050000",
    "restore.file_system_backup": "backup-0123456789abcdef0",
}
"""Setting -> another value, refused both ways."""

ELSEWHERE = {
    "platform": "another kind of environment",
    "name": "another platform beside this one",
    "account": "another platform beside this one",
    "region": "another platform beside this one",
    "cluster.endpoint.public_cidrs": "with cluster.endpoint.access public_limited",
    "cluster.authentication_mode": "EKS goes one way",
    "images.pull_through_cache.docker_hub_credential_arn": "with account, and without images.registry_prefix",
    "storage.s3.enabled": "with the steps of NO_LINKS",
    "storage.backup_retention_days": "with the steps of NO_LINKS",
    "storage.backup_start_time": "with the steps of NO_LINKS",
    "storage.storage_type": "on PERSISTENT_1",
    "storage.hdd_read_cache": "on HDD",
    "airflow.login.client_secret_name": "without AWS",
    "backup.start_time": "with backup.frequency",
    "backup.keep_days": "with backup.frequency",
    "backup.lock": "with backup.frequency",
    "backup.kms_key_arn": "what `make backup` makes: no template follows it",
    "backup.accounts": "what `make backup` makes: no template follows it",
    "restore.secrets": "with RESTORED",
    "restore.kms_key_arn": "with RESTORED",
}
"""Settings whose transition is no row of its own."""


def environment(**changes: Any) -> dict[str, Any]:
    """The base with settings changed, by their paths."""
    data = deepcopy(BASE)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return data


AIRFLOW = {setting: value for setting, value in DEPLOYS.items() if setting.startswith("airflow.")}
AWS = {setting: value for setting, value in DEPLOYS.items() if setting not in AIRFLOW}
ACCOUNT = "000000000000"
"""The loopback AWS's."""
CACHE = {
    "account": ACCOUNT,
    "images.pull_through_cache.docker_hub_credential_arn": (
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
    ),
}
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"
GRAVITON = {"instance_types": ["m7g.large"]}

NO_LINKS: dict[str, dict[str, Any]] = {
    "no links": {"storage.s3.enabled": False, "storage.backup_retention_days": None},
    "backups": {"storage.s3.enabled": False, "storage.backup_retention_days": 14, "storage.backup_start_time": "03:00"},
    "no backups": {"storage.s3.enabled": False, "storage.backup_retention_days": 0},
}
"""From links to backups and back: each step deploys from the one before it, the first from the base, which is linked;
from the last one the base deploys again. A step left out is refused."""

RESTORED: dict[str, dict[str, Any]] = {
    "restored": {"restore.database_snapshot": "kept", "restore.secrets": {"fernet_key": f"{SECRET}fernet-AbCdEf"}},
    "other secrets": {"restore.database_snapshot": "kept", "restore.secrets": {"fernet_key": f"{SECRET}other-AbCdEf"}},
    "a key": {
        "restore.database_snapshot": "kept",
        "restore.secrets": {"fernet_key": f"{SECRET}fernet-AbCdEf"},
        "restore.kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
}
"""Platforms from one snapshot. None of them can become another one, nor one that is not restored."""

WALK: dict[str, dict[str, Any]] = {
    "an older Kubernetes": {"cluster.version": "1.34"},
    "all that is AWS's": {**AWS, "cluster.endpoint.access": "private"},
    "all that is Airflow's, node groups": {
        **DEPLOYS,
        "cluster.endpoint.access": "public_limited",
        "cluster.endpoint.public_cidrs": ["198.51.100.0/24"],
        "access": {**INTERNET, "mode": "internal", "cidrs": ["10.0.0.0/8"]},
        "cluster.node_groups": {
            "workers": {"min_size": 4, "max_size": 6, "labels": {"team": "data"}},
            "renamed": {**GRAVITON, "taints": [{"key": "team", "effect": "NoSchedule"}]},
        },
    },
    "no gateway, no machine, no backups": {
        "network.nat_gateways": 0,
        "network.interface_endpoints": True,
        "cluster.endpoint.access": "public",
        # Another store, and an endpoint that comes with it.
        "airflow.secrets_backend": {"service": "ssm"},
        # Nothing cleans up, so the step itself goes.
        "airflow.housekeeping": {f"{each}_retention_days": None for each in ("metadata", "log", "pod")},
        "cluster.node_groups": {"workers": {"capacity_type": "spot", "instance_types": ["m7a.large"]}},
        **NO_LINKS["no links"],
        "retain_data": False,
        "database.backup_retention_days": 0,
        # One profile goes, one changes, one comes.
        "airflow.task_profiles": {
            "large": {"memory_mib": 2048, "role": {"target_role_arn": "arn:aws:iam::210987654321:role/Reader"}},
            "small": {"ephemeral_storage_gib": 5},
        },
    },
    "backups": NO_LINKS["backups"],
    "no backups": {**NO_LINKS["no backups"], "retain_data": False},
    "a cache of Docker Hub": CACHE,
    "all back": {},
    "what goes one way": ONE_WAY,
}
"""A life of one platform, deployment by deployment: every row that deploys, there and back, and each way of access.

Each entry is the base with these changes; the entry before it is what is deployed.
"""


def settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every setting that has a value of its own, by its path."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_of(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
