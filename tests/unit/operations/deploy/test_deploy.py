"""A whole deployment, without the CDK and without AWS."""

import pytest

from operations.deploy import __main__ as command
from operations.deploy.checks import Check
from operations.evidence.acceptances import Judgement
from operations.evidence.finding import Finding
from tests.support.deployed_aws import Account, Stack, platform
from tests.support.environments import aws_environment

LOG_GROUP = "/aws/eks/airflow-test/cluster"


def deploy(account: Account, *, confirmed: bool = True) -> int:
    return command.deploy("test", aws_environment(), account, confirmed=confirmed, concurrency=1)


@pytest.mark.parametrize(
    ("changes", "terminal", "typed", "deployed"),
    [
        (None, False, "", True),
        ("IAM Statement Changes", True, "y", True),
        ("IAM Statement Changes", True, "n", False),
        ("IAM Statement Changes", True, "", False),
        ("IAM Statement Changes", False, "y", False),
    ],
)
def test_should_ask_about_broader_permissions_and_nothing_else(
    account: Account,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
    changes: str | None,
    terminal: bool,
    typed: str,
    deployed: bool,
) -> None:
    monkeypatch.setattr(command.cdk, "broadening_changes", lambda assembly: changes)
    monkeypatch.setattr(command, "has_terminal", lambda: terminal)
    monkeypatch.setattr(command, "answer_to", lambda question: typed)
    account.log_groups = [LOG_GROUP]
    assert deploy(account, confirmed=False) == (0 if deployed else 1)
    assert ("deploy" in calls) is deployed
    assert (account.log_groups == []) is deployed, "who says no changes nothing"


def test_should_ask_nothing_when_told_so(account: Account, calls: list[str]) -> None:
    assert deploy(account) == 0
    assert calls == ["synth", "deploy"]


def test_should_not_deploy_a_finding_that_nobody_accepted(
    account: Account, calls: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Judgement([Finding("rule", "Stack/Thing", "is open")], [], frozenset())
    monkeypatch.setattr(command, "evidence", lambda *_: found)
    assert deploy(account) == 1
    assert calls == ["synth"]
    assert "  rule: Stack/Thing: is open" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("UPDATE_IN_PROGRESS", "wait"),
        ("ROLLBACK_FAILED", "delete-stack --region eu-central-1 --stack-name airflow-test-network"),
        ("DELETE_FAILED", "delete-stack --region eu-central-1 --stack-name airflow-test-network"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --region eu-central-1 --stack-name airflow-test-network"),
        ("ROLLBACK_COMPLETE", None),
        ("CREATE_COMPLETE", None),
    ],
)
def test_should_check_before_it_changes_anything(
    account: Account, calls: list[str], capsys: pytest.CaptureFixture[str], status: str, way_out: str | None
) -> None:
    account.stacks = [Stack("airflow-test-network", status=status)]
    assert deploy(account) == (1 if way_out else 0)
    assert ("deploy" in calls) is (way_out is None)
    if way_out:
        assert way_out in capsys.readouterr().err
        assert calls == []


def test_should_tell_all_problems_of_all_checks(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks: tuple[Check, ...] = (lambda *_: ["one", "two"], lambda *_: [], lambda *_: ["three"])
    monkeypatch.setattr(command, "CHECKS", checks)
    assert deploy(account) == 1
    assert capsys.readouterr().err.splitlines() == ["Not deployed:", "  one", "  two", "  three"]


def test_should_say_which_log_group_it_deletes(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.log_groups = [LOG_GROUP]
    deploy(account)
    assert f"Deleted log group {LOG_GROUP}" in capsys.readouterr().out


def test_should_protect_the_database_once_it_is_deployed(account: Account) -> None:
    account.stacks = platform("RetainExceptOnCreate")
    deploy(account)
    assert account.protected == {"db-test": True}


def test_should_leave_the_database_alone_when_the_deployment_failed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.cdk, "deploy", lambda assembly, concurrency: 3)
    account.stacks = platform("RetainExceptOnCreate")
    assert deploy(account) == 3
    assert account.protected == {}


def test_should_say_when_the_database_could_not_be_protected(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks, account.busy = platform("RetainExceptOnCreate"), {"db-test"}
    assert deploy(account) == 1
    assert "Deployed, but the database's protection from deletion is not as retain_data says" in capsys.readouterr().err
