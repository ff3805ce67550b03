"""What can't be asked is a line, and nothing takes long."""

import json
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from operations.doctor import __main__ as command
from operations.doctor.check import Status
from operations.doctor.clients import WriteRefusedError
from operations.doctor.context import Context
from operations.doctor.examination import examine
from operations.doctor.report import as_json, exit_code, print_table
from operations.doctor.table import CHECKS, GATES
from tests.support.environments import environment_file
from tests.unit.operations.doctor import healthy
from tests.unit.operations.doctor.fake_aws import FakeAws, clients_of, doctor
from tests.unit.operations.doctor.healthy import Refusal


def test_should_tell_missing_credentials_in_one_failing_line() -> None:
    lines, aws = doctor(healthy.settings(), {"sts.GetCallerIdentity": NoCredentialsError()})
    assert [(name, line.answer.status) for name, line in lines.items()] == [("credentials", Status.FAIL)]
    assert "AWS_PROFILE" in lines["credentials"].answer.next_step
    assert aws.calls == ["sts.GetCallerIdentity"]


@pytest.mark.parametrize(
    "problem",
    [
        Refusal("ExpiredToken", status=403),
        Refusal("InvalidClientTokenId", status=403),
        EndpointConnectionError(endpoint_url="https://sts.eu-central-1.amazonaws.com"),
    ],
)
def test_should_tell_credentials_that_do_not_hold_in_one_failing_line(problem: object) -> None:
    lines, _ = doctor(healthy.settings(), {"sts.GetCallerIdentity": problem})
    assert [line.answer.status for line in lines.values()] == [Status.FAIL]
    step = "AWS_PROFILE" if isinstance(problem, Refusal) else "network"
    assert step in lines["credentials"].answer.next_step


def test_should_ask_nothing_more_of_another_account() -> None:
    changes = {"sts.GetCallerIdentity": {"Account": "999999999999", "Arn": "arn"}}
    lines, aws = doctor(healthy.settings(), changes)
    assert [line.answer.status for line in lines.values()] == [Status.PASS, Status.FAIL]
    assert set(aws.calls) == {"sts.GetCallerIdentity"}


@pytest.mark.parametrize(
    "code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"]
)
def test_should_warn_of_every_permission_that_is_missing_and_fail_for_none(code: str) -> None:
    answers = healthy.account_with(healthy.settings())
    denied = {name: Refusal(code, status=403) for name in answers if not name.startswith("sts.")}
    lines, _ = doctor(healthy.settings(), denied, unreachable=True)
    assert len(lines) == len(GATES) + len(CHECKS)
    for line in lines.values():
        if line.check not in GATES and line.check.name not in ("image", "end of support", "login provider"):
            assert line.answer.status == Status.WARN, line
            assert "not allowed to ask" in line.answer.message
            assert line.answer.next_step == f"allow {', '.join(line.check.actions)}"
    assert exit_code(list(lines.values())) == 0


@pytest.mark.parametrize("operation", sorted(set(healthy.account_with(healthy.settings())) - {"sts.GetCallerIdentity"}))
@pytest.mark.parametrize(
    "problem",
    [
        Refusal("InvalidAction", "Unknown action"),
        EndpointConnectionError(endpoint_url="https://x"),
        ReadTimeoutError(endpoint_url="https://x"),
        RuntimeError("a mistake\nof ours"),
        {},
    ],
    ids=["no such call", "no endpoint", "no answer", "anything", "nothing in the answer"],
)
def test_should_make_a_line_of_an_api_that_is_not_to_be_had(operation: str, problem: object) -> None:
    lines, _ = doctor(healthy.settings(), {operation: problem})
    assert len(lines) == len(GATES) + len(CHECKS)
    told = [line for line in lines.values() if line.answer.status in (Status.WARN, Status.FAIL)]
    assert told or problem == {}
    for line in told:
        assert line.answer.next_step
        assert "\n" not in line.answer.message
        if problem != {}:
            assert line.answer.status == Status.WARN, line


def test_should_tell_once_that_the_cluster_cannot_be_reached() -> None:
    lines, _ = doctor(healthy.settings(), unreachable=True)
    assert lines["Kubernetes API"].answer.status == Status.WARN
    assert "cluster.access" in lines["Kubernetes API"].answer.next_step
    for name in ("volumes", "migration", "components", "pods", "nodes"):
        assert lines[name].answer.status == Status.SKIP
        assert "timed out" in lines[name].answer.message


def test_should_not_wait_for_a_service_that_hangs() -> None:
    started = time.monotonic()
    lines, _ = doctor(healthy.settings(), {"fsx.DescribeFileSystems": lambda _: time.sleep(8)}, seconds=3)
    assert time.monotonic() - started < 6
    assert lines["file system"].answer.status == Status.WARN
    assert "no answer in time" in lines["file system"].answer.message
    assert lines["database"].answer.status == Status.PASS


def test_should_ask_before_a_deployment_only_what_can_stop_it() -> None:
    broken = {"eks.DescribeNodegroup": healthy.node_group(status="DEGRADED")}
    lines, _ = doctor(healthy.settings(), broken, {"deployments": []}, before=True)
    assert exit_code(list(lines.values())) == 0, "a deployment may be what mends it"
    assert not {"node groups", "components", "database", "drift"} & set(lines)
    assert {"bootstrap", "on-demand vCPU", "stack states", "version step", "upgrade insights"} <= set(lines)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("cloudformation", "detect_stack_drift", {"StackName": "x"}),
        ("ec2", "terminate_instances", {"InstanceIds": ["i-1"]}),
        ("iam", "create_service_linked_role", {"AWSServiceName": "rds.amazonaws.com"}),
        ("eks", "start_insights_refresh", {"clusterName": "x"}),
    ],
)
def test_should_have_clients_that_refuse_to_write(service: str, operation: str, parameters: Any) -> None:
    aws = FakeAws({})
    clients = clients_of(aws)
    with pytest.raises(WriteRefusedError):
        getattr(clients(service), operation)(**parameters)
    assert aws.calls == []


def test_should_give_each_check_a_name_of_its_own_and_permissions() -> None:
    names = [check.name for check in (*GATES, *CHECKS)]
    assert len(names) == len(set(names))
    assert all(check.ask.__doc__ for check in (*GATES, *CHECKS))
    without = [check.name for check in (*GATES, *CHECKS) if not check.actions]
    assert without == ["end of support", "login provider"], "ask AWS nothing"


def test_should_write_json_for_machines_and_a_table_for_people(tmp_path: Any) -> None:
    settings = healthy.settings()
    lines = list(
        doctor(settings, {"rds.DescribeDBInstances": {"DBInstances": [{"DBInstanceStatus": "failed"}]}})[0].values()
    )
    document = json.loads(as_json(settings, lines))
    assert (document["environment"], document["ok"], document["summary"]["fail"]) == ("test", False, 1)
    assert sum(document["summary"].values()) == len(document["checks"]) == len(lines)
    [failed] = [check for check in document["checks"] if check["status"] == "fail"]
    assert (failed["name"], failed["message"]) == ("database", "db-1 is failed")
    with (tmp_path / "table").open("w") as output:
        print_table(settings, lines, output)
    table = (tmp_path / "table").read_text()
    assert "db-1 is failed" in table and failed["next_step"] in table
    assert "\x1b" not in table, "colours are for terminals"


def test_should_end_with_1_for_a_failure_and_0_for_warnings() -> None:
    def code(status: str) -> int:
        changes = {"rds.DescribeDBInstances": {"DBInstances": [{"DBInstanceStatus": status}]}}
        return exit_code(list(doctor(healthy.settings(), changes)[0].values()))

    assert [code("available"), code("modifying"), code("failed")] == [0, 0, 1]


def test_should_tell_a_profile_that_does_not_exist(monkeypatch: Any, capsys: Any, tmp_path: Any) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert command.main([str(environment_file("dev")), "--json"]) == 1
    [check] = json.loads(capsys.readouterr().out)["checks"]
    assert (check["name"], check["status"]) == ("credentials", "fail")
    assert "no-such-profile" in check["message"]


@pytest.mark.parametrize("environment", ["nowhere", "tests/environments/local.yaml"])
def test_should_tell_an_environment_that_is_none_of_aws(environment: str, capsys: Any) -> None:
    assert command.main([environment]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and environment in captured.err


def test_should_sign_a_token_that_eks_accepts() -> None:
    from operations.doctor.kubernetes_api import token
    from standins.aws.eks_token import is_well_formed

    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="eu-central-1")
    assert is_well_formed(token("airflow-test", session, session.client("sts")))


def test_should_give_the_context_to_every_check() -> None:
    aws = FakeAws(healthy.account_with(healthy.settings()))
    context = Context(healthy.settings(), clients_of(aws), lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    lines = {line.check.name: line.answer for line in examine(context)}
    assert lines["Kubernetes API"].status == Status.WARN, "a reader that can't be made is a line too"
