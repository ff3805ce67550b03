"""Environments that the report looks at, each synthesized once for a test process."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app import platform
from operations import cdk
from operations.evidence.finding import Finding
from operations.evidence.nag import nag_findings
from operations.evidence.rules import RULES
from operations.evidence.subject import MANIFEST, Json, Subject
from settings import AwsEnvironment
from tests.support.environments import aws_environment, aws_environment_named
from tests.support.front_door import INTERNAL, INTERNET
from tests.support.synth import cdk_app

TODAY = date(2026, 11, 24)

NOTHING_TO_KEEP: dict[str, Any] = {
    "retain_data": False,
    "storage": {"deployment_type": "SCRATCH_2", "s3": {"enabled": False}},
    "network": {"nat_gateways": 0, "interface_endpoints": True, "flow_logs_retention_days": None},
    "database": {"backup_retention_days": 0, "engine_version": "14", "support": "extended"},
    "airflow": {
        "secrets_backend": {"service": "ssm"},
        "housekeeping": {"metadata_retention_days": None, "log_retention_days": None, "pod_retention_days": None},
    },
}
TASK_ROLE: dict[str, Any] = {
    "statements": [
        {"actions": ["s3:GetObject*", "s3:ListBucket"], "resources": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]},
        {
            "actions": ["secretsmanager:GetSecretValue"],
            "resources": ["arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/*"],
        },
    ]
}
PRIVATE: dict[str, Any] = {
    "cluster": {
        "endpoint": {"access": "private"},
        "secrets_encryption": False,
        "authentication_mode": "API_AND_CONFIG_MAP",
        "controller": {"enabled": True},
        "node_groups": {"workers": {}, "more": {"instance_types": ["m7g.large"], "capacity_type": "spot"}},
    },
    "storage": {
        "s3": {"bucket": "ours"},
        "data": [
            {"path": "features", "s3": "s3://theirs/features/"},
            {"path": "out", "s3": "out/", "direction": "both"},
        ],
        "customer_managed_key": True,
    },
    "airflow": {
        "image": "registry.example.com/airflow@sha256:" + 64 * "a",
        "dag_bundles": {
            "team": {
                "git": {
                    "url": "https://git.example.com/team/dags.git",
                    "credential": "team/git-token",
                    "credential_kms_key_arn": "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d",
                }
            },
        },
        "git_sync": {"egress_cidrs": ["198.51.100.0/24"]},
        "worker": {"role": {"managed_policies": ["AmazonS3ReadOnlyAccess"]}},
        "task_profiles": {"large": {"memory_mib": 4096, "role": TASK_ROLE}, "plain": {"ephemeral_storage_gib": 5}},
        "base_url": "https://airflow.example.com",
        "login": {
            "issuer": "https://login.example.com",
            "client_id": "airflow",
            "client_secret_arn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:airflow/login-AbCdEf",
            "roles": {"airflow-admins": "Admin"},
        },
        "secrets_backend": {"service": "secrets_manager", "kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234"},
    },
    "account": "111122223333",
    "backup": {"frequency": "daily", "lock": "governance"},
    "restore": {
        "database_snapshot": "kept",
        "secrets": {"fernet_key": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:fernet-AbCdEf"},
    },
    "images": {
        "repository": True,
        "pull_through_cache": {
            "docker_hub_credential_arn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"
            "ecr-pullthroughcache/docker-hub-AbCdEf",
        },
    },
}
VARIANTS: dict[str, Callable[[], AwsEnvironment]] = {
    "dev": lambda: aws_environment_named("dev"),
    "production": lambda: aws_environment_named("production"),
    "nothing to keep": lambda: aws_environment(**NOTHING_TO_KEEP),
    "private": lambda: aws_environment(**PRIVATE),
    "internet": lambda: aws_environment(access=INTERNET),
    "everybody": lambda: aws_environment(access={**INTERNET, "cidrs": ["0.0.0.0/0"], "waf": False}),
    "internal": lambda: aws_environment(access=INTERNAL),
}
"""Environments in which, together, every option is on and off that a rule looks at."""


@dataclass
class Platform:
    """A subject, and what cdk-nag finds in it."""

    subject: Subject
    nag: list[Finding]

    @property
    def findings(self) -> list[Finding]:
        return [*self.nag, *(finding for rule in RULES for finding in rule.findings(self.subject))]


def synthesized(settings: AwsEnvironment) -> Platform:
    app = cdk_app()
    platform(app, settings)
    assembly = Path(app.synth().directory)
    return Platform(Subject(settings, cdk.templates_by_id(assembly), TODAY), nag_findings(app))


@pytest.fixture(scope="session")
def platforms() -> dict[str, Platform]:
    """All of VARIANTS."""
    return {name: synthesized(make()) for name, make in VARIANTS.items()}


@pytest.fixture(scope="session")
def production() -> Subject:
    """With each part that a rule looks at."""
    data = aws_environment_named("production").model_dump()
    data["airflow"]["secrets_backend"] = {"service": "secrets_manager"}
    return synthesized(AwsEnvironment.model_validate(data)).subject


@dataclass
class Workshop:
    """A copy of a subject, to break."""

    settings: AwsEnvironment
    templates: dict[str, Any]
    today: date = TODAY
    added: int = field(default=0)

    def body(self, type_: str, logical_id: str = "") -> Json:
        """The first resource of a type whose logical id begins so."""
        return next(
            resource
            for template in self.templates.values()
            for name, resource in template["Resources"].items()
            if resource["Type"] == type_ and name.startswith(logical_id)
        )

    def properties(self, type_: str, logical_id: str = "") -> Json:
        """Its properties."""
        found: Json = self.body(type_, logical_id)["Properties"]
        return found

    def add(self, stack: str, type_: str, **properties: Any) -> None:
        """Another resource."""
        self.added += 1
        self.templates[stack]["Resources"][f"Added{self.added}"] = {"Type": type_, "Properties": properties}

    def objects(self, change: Callable[[Json], object], kind: str, name: str = "") -> None:
        """Change the Kubernetes objects of a kind whose name begins so. (A reference stays what it is as text.)"""
        references = Subject(self.settings, self.templates, self.today).references
        changed = 0
        for stack, template in self.templates.items():
            for resource in template["Resources"].values():
                if resource["Type"] == MANIFEST:
                    objects = json.loads(references.text(stack, resource["Properties"]["Manifest"]))
                    for obj in objects:
                        if obj["kind"] == kind and obj["metadata"]["name"].startswith(name):
                            change(obj)
                            changed += 1
                    resource["Properties"]["Manifest"] = json.dumps(objects)
        assert changed, f"no {kind} {name}"

    def add_object(self, obj: Json) -> None:
        """Another Kubernetes object."""
        manifest = self.properties(MANIFEST, "Storage")
        references = Subject(self.settings, self.templates, self.today).references
        text = references.text("AirflowStack", manifest["Manifest"])
        manifest["Manifest"] = json.dumps([*json.loads(text), obj])

    def remove_objects(self, kind: str, name: str) -> None:
        """Let a Kubernetes object become another that no rule looks at."""
        self.objects(lambda obj: obj.update(kind="Removed"), kind, name)

    @property
    def subject(self) -> Subject:
        return Subject(self.settings, self.templates, self.today)


@pytest.fixture
def workshop(production: Subject) -> Workshop:
    return Workshop(production.settings, copy.deepcopy(dict(production.templates)))
