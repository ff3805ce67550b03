"""The doctor, before and after a deployment: a healthy platform passes, nothing is written, and faults are named.

The tests are steps: each one takes the platform as the one before it left it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations.doctor.check import Status
from operations.doctor.clients import READING, ReadOnlyClients
from operations.doctor.context import Context
from operations.doctor.examination import examine
from operations.doctor.kubernetes_api import KubernetesReader
from settings import load_aws_environment
from standins.aws.loopback import CREDENTIALS, REGION, ROOT
from tests.deploy.rehearsal import NAMESPACE, Json, Rehearsal

SECONDS = 30
LOG_GROUP = "/aws/eks/airflow-dev/cluster"
NOT_WELL = ("warn", "fail")


def environment(life: Rehearsal, version: str = "1.36", base: str = "dev") -> Path:
    """The platform, with its image in a registry that the loopback AWS is, too."""
    image = f"{life.aws.url.removeprefix('http://')}/apache/airflow:3.3.2"
    return life.environment(base, {"airflow": {"image": image}, "cluster": {"version": version}})


def command(life: Rehearsal, *options: str, check: bool = True, base: str = "dev") -> Json:
    """What `make doctor` tells machines, with its exit code and the seconds that it took."""
    file = str(environment(life, base=base))
    run = life.cdk.operation("operations.doctor", file, "--json", *options, check=check)
    document: Json = json.loads(run.output)
    return {**document, "code": run.code, "seconds": run.seconds}


def told(document: Json, *statuses: str) -> set[str]:
    """The checks that ended in one of these ways."""
    return {each["name"] for each in document["checks"] if each["status"] in statuses}


@dataclass
class Doctor:
    """The doctor in this process, which saves each question the start of another."""

    life: Rehearsal
    clients: ReadOnlyClients
    calls: list[str] = field(default_factory=list)

    def ask(self, version: str = "1.36") -> dict[str, str]:
        """Check -> status of what is not well."""
        settings = load_aws_environment(str(environment(self.life, version)), ROOT)
        session, sts = self.clients.session, self.clients("sts")
        reader = lambda cluster: KubernetesReader.of_cluster(cluster, session, sts)  # noqa: E731
        lines = examine(Context(settings, self.clients, reader))
        wrong = [line for line in lines if line.answer.status in (Status.WARN, Status.FAIL)]
        assert all(line.answer.next_step for line in wrong)
        return {line.check.name: line.answer.status.value for line in wrong}


@pytest.fixture(scope="module")
def doctor(life: Rehearsal) -> Iterator[Doctor]:
    session = boto3.session.Session(
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", life.aws.url)
        found = Doctor(life, ReadOnlyClients(REGION, session))

        def record(model: Any, **_: object) -> None:
            found.calls.append(model.name)

        session.events.register("before-call", record)
        yield found


@pytest.mark.parametrize("base", ["production", "dev"])
def test_should_pass_before_the_first_deployment(life: Rehearsal, base: str) -> None:
    document = command(life, "--before", base=base)
    assert told(document, *NOT_WELL) == set(), document
    assert "stack states" in told(document, "skip")


def test_should_stop_a_deployment_that_a_revived_log_group_would_break(life: Rehearsal) -> None:
    life.aws.client("logs").create_log_group(logGroupName=LOG_GROUP)
    document = command(life, "--before", check=False)
    life.aws.client("logs").delete_log_group(logGroupName=LOG_GROUP)
    assert document["code"] == 1
    assert told(document, *NOT_WELL) == {"control-plane log group"}


def test_should_pass_a_deployed_platform_in_half_a_minute(life: Rehearsal) -> None:
    life.deploy(environment(life))
    document = command(life)
    assert told(document, *NOT_WELL) == set(), document
    without_a_door = {"certificate", "hosted zone", "host name", "login provider", "client secret"}
    asked_for_nothing = {"cluster access", "spot vCPU", "drift", "upgrade insights", "buckets"}
    assert told(document, "skip") == asked_for_nothing | without_a_door
    assert document["seconds"] < SECONDS


def test_should_write_nothing(life: Rehearsal, doctor: Doctor) -> None:
    operations, mark = len(life.aws.operations()), life.kubernetes.journal.mark()
    doctor.calls.clear()
    assert doctor.ask() == {}
    assert len(set(doctor.calls)) > 20
    assert [call for call in doctor.calls if not READING.fullmatch(call)] == []
    assert life.aws.operations()[operations:] == []
    for verb in ("created", "updated", "deleted", "delete_requested"):
        assert life.kubernetes.journal.entries(verb, since=mark, actor="client") == []


@pytest.mark.parametrize(
    ("fault", "check", "status"),
    [
        ({"zone_ids": {"us-east-1b": "use1-az3"}}, "zones", "fail"),
        ({"quotas": {"L-1216C47A": 5.0}}, "on-demand vCPU", "fail"),
        ({"quotas": {"L-F678F1CE": 1.0}}, "VPCs", "fail"),
        ({"plan": {"accountPlanType": "FREE", "accountPlanStatus": "ACTIVE"}}, "free plan", "fail"),
        ({"missing_instance_types": {"us-east-1a": ["t4g.micro"]}}, "instance types", "fail"),
        ({"missing_database_classes": ["db.t4g.small"]}, "database class", "fail"),
        ({"missing_addons": {"1.36": ["aws-fsx-csi-driver"]}}, "add-on versions", "fail"),
        ({"addon_schemas": {"vpc-cni": {"additionalProperties": False}}}, "add-on configuration", "fail"),
        ({"version_status": {"1.36": "EXTENDED_SUPPORT"}}, "Kubernetes version", "warn"),
        ({"images": ["apache/airflow-of-others"]}, "image", "fail"),
        ({"pulls_left": 2}, "image", "warn"),
        ({"authority_ends": "2020-01-01T00:00:00Z"}, "database certificate", "fail"),
        ({"denied": ["DescribeFileSystems"]}, "file system", "warn"),
        ({"denied": ["DescribeInstanceTypeOfferings"]}, "instance types", "warn"),
    ],
)
def test_should_name_a_fault_of_the_account(
    life: Rehearsal, doctor: Doctor, fault: Json, check: str, status: str
) -> None:
    life.aws.account(**fault)
    found = doctor.ask()
    life.aws.account()
    assert found == {check: status}


def test_should_name_a_file_system_that_is_misconfigured(life: Rehearsal, doctor: Doctor) -> None:
    [file_system] = life.aws.resources("AWS::FSx::FileSystem")
    life.aws.account(file_systems={file_system["physical_id"]: "MISCONFIGURED"})
    found = doctor.ask()
    life.aws.account()
    assert found == {"file system": "fail"}


def test_should_name_a_link_that_is_misconfigured(life: Rehearsal, doctor: Doctor) -> None:
    life.aws.account(links={"/logs": "MISCONFIGURED"})
    found = doctor.ask()
    life.aws.account()
    assert found == {"links": "fail"}


def test_should_name_a_nat_gateway_that_has_failed(life: Rehearsal, doctor: Doctor) -> None:
    [gateway, *_] = life.aws.resources("AWS::EC2::NatGateway")
    life.aws.account(nat_gateways={gateway["physical_id"]: "failed"})
    found = doctor.ask()
    life.aws.account()
    assert found == {"NAT gateways": "fail"}


def test_should_name_a_secret_that_is_scheduled_for_deletion(life: Rehearsal, doctor: Doctor) -> None:
    [secret, *_] = life.aws.resources("AWS::SecretsManager::Secret")
    client = life.aws.client("secretsmanager")
    client.delete_secret(SecretId=secret["physical_id"], RecoveryWindowInDays=7)
    found = doctor.ask()
    client.restore_secret(SecretId=secret["physical_id"])
    assert found == {"secrets": "fail"}


def test_should_not_let_the_control_plane_go_back_a_version(doctor: Doctor) -> None:
    assert doctor.ask("1.35") == {"version step": "fail"}


def test_should_name_a_component_that_somebody_deleted(life: Rehearsal, doctor: Doctor) -> None:
    kind = life.kubernetes.api.kinds.named("Deployment")
    life.kubernetes.store.delete(kind, NAMESPACE, "airflow-triggerer", actor="client")
    assert doctor.ask() == {"components": "fail"}
