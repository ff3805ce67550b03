"""A healthy account passes; each fault is told by the check that it belongs to, with its next step."""

from typing import Any

import pytest

from operations.doctor.check import Status
from operations.doctor.clients import READING
from operations.doctor.context import Context
from operations.doctor.kubernetes import COMPONENTS
from operations.doctor.need import virtual_cpus
from operations.doctor.table import CHECKS, GATES
from tests.support.environments import aws_environment
from tests.unit.operations.doctor import healthy
from tests.unit.operations.doctor.fake_aws import doctor
from tests.unit.operations.doctor.faults import FAULTS, Fault
from tests.unit.operations.doctor.healthy import Refusal

NOT_FOR_A_HEALTHY_PLATFORM = {"upgrade insights"}


def test_should_pass_a_healthy_account() -> None:
    lines, _ = doctor(healthy.settings())
    told = {name: line.answer for name, line in lines.items() if line.answer.status != Status.PASS}
    assert set(told) == NOT_FOR_A_HEALTHY_PLATFORM, told
    assert told["upgrade insights"].status == Status.SKIP


def test_should_pass_a_healthy_account_before_the_first_deployment() -> None:
    gone = {
        "cloudformation.DescribeStacks": healthy.NO_STACKS,
        "eks.DescribeCluster": Refusal("ResourceNotFoundException", status=404),
        "logs.DescribeLogGroups": {"logGroups": []},
        "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-default"}] * 4},
    }
    gone["ec2.DescribeVpcs"] = lambda asked: {"Vpcs": [] if asked.get("Filters") else [{"VpcId": "vpc-default"}]}
    lines, _ = doctor(healthy.settings(), gone)
    assert {line.answer.status for line in lines.values()} == {Status.PASS, Status.SKIP}
    for name in ("stack states", "node groups", "file system", "database", "keys", "secrets", "NAT gateways", "pods"):
        assert lines[name].answer.status == Status.SKIP
        assert "airflow-test" in lines[name].answer.message or "deployed" in lines[name].answer.message


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_should_name_a_fault_with_its_next_step(fault: Fault) -> None:
    lines, _ = doctor(healthy.settings(**fault.settings), fault.answers, fault.objects, now=fault.now)
    found = {name: line.answer for name, line in lines.items() if line.answer.status in (Status.WARN, Status.FAIL)}
    assert set(found) - set(fault.beside) == {fault.check}, found
    answer = found[fault.check]
    assert answer.status.value == fault.status
    assert fault.next_step in answer.next_step
    assert "\n" not in answer.message + answer.next_step


def test_should_know_a_fault_of_every_check() -> None:
    without = {check.name for check in (*GATES, *CHECKS)} - {fault.check for fault in FAULTS.values()}
    # Their faults are told in test_examination, test_login and test_registry.
    assert without == {"credentials", "image", "login provider", "Kubernetes API"}


@pytest.mark.parametrize("fault", ["healthy", *FAULTS])
def test_should_never_write(fault: str) -> None:
    case = FAULTS.get(fault, Fault("", "", ""))
    _, aws = doctor(healthy.settings(**case.settings), case.answers, case.objects)
    assert aws.calls
    for call in aws.calls:
        assert READING.fullmatch(call.partition(".")[2]), call


def named(call: str) -> str:
    """An operation as IAM calls it."""
    service, _, operation = call.partition(".")
    known = {"service-quotas": "servicequotas", "elbv2": "elasticloadbalancing"}
    return f"{known.get(service, service)}:{operation}"


def test_should_ask_only_what_its_table_says() -> None:
    """The policy of docs/doctor.md is made of the table."""
    allowed = {action for check in (*GATES, *CHECKS) for action in check.actions}
    asked = set()
    for fault in FAULTS.values():
        _, aws = doctor(healthy.settings(**fault.settings), fault.answers, fault.objects, now=fault.now)
        asked |= {named(call) for call in aws.calls}
    assert asked <= allowed
    assert allowed - asked == {"servicequotas:GetAWSDefaultServiceQuota", "ecr:DescribeImages"}


def test_should_take_the_default_of_a_quota_that_was_never_changed() -> None:
    changes = {
        "service-quotas.GetServiceQuota": Refusal("NoSuchResourceException"),
        "service-quotas.GetAWSDefaultServiceQuota": {"Quota": {"Value": 5.0}},
    }
    lines, _ = doctor(healthy.settings(), changes)
    assert lines["on-demand vCPU"].answer.status == Status.FAIL
    assert lines["VPCs"].answer.status == Status.PASS


def test_should_not_count_the_platforms_own_instances_and_addresses_twice() -> None:
    tags = [{"Key": "aws:eks:cluster-name", "Value": "airflow-test"}]
    instance = {"InstanceType": "m7i.large", "Tags": tags}
    changes: dict[str, Any] = {
        "ec2.DescribeInstances": {"Reservations": [{"Instances": [instance] * 100}]},
        "service-quotas.GetServiceQuota": healthy.quota(L_1216C47A=30),
    }
    lines, _ = doctor(healthy.settings(), changes)
    assert lines["on-demand vCPU"].answer.status == Status.PASS


@pytest.mark.parametrize(
    ("group", "full", "update"),
    [
        ({"max_size": 4}, 8, 16),  # two zones: two more nodes in each
        ({"max_size": 4, "zones": ["eu-central-1a"]}, 8, 12),
        ({"max_size": 10, "max_unavailable": "100%"}, 20, 40),
        ({"max_size": 4, "instance_types": ["m7i.large", "m7i.4xlarge"]}, 64, 128),
        ({"max_size": 4, "capacity_type": "spot"}, 0, 0),
    ],
)
def test_should_count_virtual_cpus_at_full_size_and_during_an_update(
    group: dict[str, Any], full: int, update: int
) -> None:
    need = virtual_cpus(aws_environment(cluster={"node_groups": {"workers": group}}), "on_demand")
    assert (need.full_size, need.during_update) == (full, update)


def test_should_tell_instance_types_that_another_quota_counts() -> None:
    settings = healthy.settings(cluster={"node_groups": {"gpu": {"instance_types": ["g5.xlarge"]}}})
    lines, _ = doctor(settings)
    assert lines["on-demand vCPU"].answer.status == Status.WARN
    assert "g5.xlarge" in lines["on-demand vCPU"].answer.message


def test_should_call_an_old_account_without_a_plan_healthy() -> None:
    lines, _ = doctor(healthy.settings(), {"freetier.GetAccountPlanState": Refusal("ResourceNotFoundException")})
    assert lines["free plan"].answer.status == Status.PASS


def test_should_ask_add_ons_and_insights_of_the_version_that_an_upgrade_goes_to() -> None:
    asked: list[Any] = []

    def insights(parameters: Any) -> Any:
        asked.append(parameters)
        return {"insights": [{"name": "x", "insightStatus": {"status": "PASSING"}}]}

    old = {"cluster": {"name": "airflow-test", "status": "ACTIVE", "version": "1.35"}}
    group = healthy.node_group(version="1.35")
    lines, _ = doctor(
        healthy.settings(),
        {"eks.DescribeCluster": old, "eks.ListInsights": insights, "eks.DescribeNodegroup": group},
    )
    assert lines["upgrade insights"].answer.status == Status.PASS
    assert lines["version step"].answer.message == "from 1.35 to 1.36"
    assert asked[0]["filter"] == {"categories": ["UPGRADE_READINESS"], "kubernetesVersions": ["1.36"]}


def test_should_know_the_names_on_the_cluster() -> None:
    assert set(COMPONENTS) == set(healthy.COMPONENTS)
    assert Context(healthy.settings(), lambda _: None, lambda _: None).platform == "airflow-test"  # type: ignore[arg-type,return-value]


def test_should_tell_dates_of_keys_certificates_and_secrets_while_all_is_well() -> None:
    lines, _ = doctor(healthy.settings())
    assert "next on 2027-04-30" in lines["keys"].answer.message
    assert lines["database certificate"].answer.message == (
        "the certificate of db-1 is valid until 2027-11-01; its authority rds-ca is valid until 2036-10-29"
    )
    assert "of 2026-07-24, 100 days ago (airflow-test-keys)" in lines["secrets"].answer.message


def test_should_tell_of_a_crowd_of_pods_the_first_few() -> None:
    evicted: Any = {"phase": "Failed", "reason": "Evicted", "containerStatuses": None}
    lines, _ = doctor(healthy.settings(), objects={"pods": [healthy.pod(f"task-{n}", **evicted) for n in range(9)]})
    assert lines["pods"].answer.message.startswith("task-0, task-1, task-2, task-3, task-4 and 4 more: evicted")


def test_should_not_warn_a_viewer_of_nodes_that_viewers_do_not_see() -> None:
    lines, _ = doctor(healthy.settings(), forbidden=("/api/v1/nodes",))
    assert lines["nodes"].answer.status == Status.SKIP
    assert "may not read" in lines["nodes"].answer.message
    assert lines["pods"].answer.status == Status.PASS


@pytest.mark.parametrize(
    "last",
    [
        {"succeeded": None, "started": None, "made": 2},
        {"succeeded": 25, "started": 1},
        {"succeeded": None, "started": 1, "made": 20},
    ],
    ids=["made just now", "at work for the second time", "at work for the first time"],
)
def test_should_let_housekeeping_have_its_time(last: dict[str, Any]) -> None:
    lines, _ = doctor(healthy.settings(), objects=healthy.cron_jobs(**last))
    assert lines["housekeeping"].answer.status == Status.PASS


def test_should_not_miss_housekeeping_that_is_off() -> None:
    off = {f"{each}_retention_days": None for each in ("metadata", "log", "pod")}
    lines, _ = doctor(healthy.settings(airflow={"housekeeping": off}), objects={"cronjobs": []})
    assert lines["housekeeping"].answer.status == Status.SKIP
