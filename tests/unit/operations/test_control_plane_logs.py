"""The control plane's log group, which comes back."""

import pytest

from operations import control_plane_logs
from operations.control_plane_logs import delete_leftover_log_group
from operations.deployed import deployed_stacks
from tests.support.deployed_aws import Account, Stack

NAME = "/aws/eks/airflow-test/cluster"


def test_should_delete_the_group_that_is_nobody_s_and_no_other() -> None:
    account = Account(log_groups=[NAME, f"{NAME}-2", "/aws/eks/airflow-testing/cluster"])
    assert delete_leftover_log_group(account, "test", []) == NAME
    assert account.log_groups == [f"{NAME}-2", "/aws/eks/airflow-testing/cluster"]


def test_should_take_no_other_group_for_it() -> None:
    account = Account(log_groups=[f"{NAME}-2"])
    assert delete_leftover_log_group(account, "test", []) is None


def test_should_leave_the_group_of_a_stack() -> None:
    stack = Stack("airflow-test-cluster", {"Logs": ("AWS::Logs::LogGroup", NAME, "Delete")})
    account = Account([stack], log_groups=[NAME])
    assert delete_leftover_log_group(account, "test", deployed_stacks(account, "test")) is None
    assert account.log_groups == [NAME]


def test_should_leave_the_logs_of_a_cluster_that_is_not_ours() -> None:
    account = Account(log_groups=[NAME], clusters=["airflow-test"])
    assert delete_leftover_log_group(account, "test", []) is None
    assert account.log_groups == [NAME]


@pytest.mark.parametrize(("comes_after", "deleted"), [(4, NAME), (40, None)])
def test_should_wait_for_it_a_little(monkeypatch: pytest.MonkeyPatch, comes_after: int, deleted: str | None) -> None:
    account, now = Account(), [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if now[0] == comes_after:
            account.log_groups.append(NAME)

    monkeypatch.setattr(control_plane_logs.time, "sleep", sleep)
    monkeypatch.setattr(control_plane_logs.time, "monotonic", lambda: now[0])
    assert delete_leftover_log_group(account, "test", [], seconds=30) == deleted
    assert now[0] <= 30
