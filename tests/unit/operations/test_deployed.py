"""What is deployed of an environment."""

import pytest

from operations.deployed import Resource, deleted_stack_ids, deployed_stacks, last_events, platform_name
from stacks import base
from tests.support.deployed_aws import Account, Stack, platform
from tests.support.environments import aws_environment

DATABASE = ("AWS::RDS::DBInstance", "db-1", "Retain")


def test_should_call_the_platform_what_the_stacks_call_it() -> None:
    assert platform_name("test") == base.platform_name(aws_environment())


@pytest.mark.parametrize(
    ("stack", "description", "is_ours"),
    [
        ("airflow-test-network", "Airflow on EKS: the network", True),
        ("airflow-test-notanymore", "Airflow on EKS: of an earlier version", True),
        ("airflow-test-two-network", "Airflow on EKS: the network", False),
        ("airflow-testing-network", "Airflow on EKS: the network", False),
        ("airflow-test-backup", "Somebody's backups", False),
    ],
)
def test_should_find_the_stacks_of_one_environment_and_no_others(stack: str, description: str, is_ours: bool) -> None:
    found = deployed_stacks(Account([Stack(stack, description=description)]), "test")
    assert [each.name for each in found] == ([stack] if is_ours else [])


@pytest.mark.parametrize(("policy", "is_kept"), [("Retain", True), ("RetainExceptOnCreate", True), ("Delete", False)])
def test_should_take_the_policy_of_the_deployed_template(policy: str, is_kept: bool) -> None:
    [stack] = deployed_stacks(Account([Stack("airflow-test-database", {"I": ("T", "1", policy)})]), "test")
    assert stack.resources == (Resource("airflow-test-database", "I", "T", "1", policy),)
    assert stack.resources[0].is_kept is is_kept


def test_should_leave_out_what_a_failed_destroy_has_deleted_or_left() -> None:
    stack = Stack("airflow-test-database", {"A": DATABASE, "B": DATABASE, "C": DATABASE}, "DELETE_FAILED")
    stack.events = [stack.event("A", "DELETE_SKIPPED"), stack.event("B", "DELETE_COMPLETE")]
    [found] = deployed_stacks(Account([stack]), "test")
    assert [each.logical_id for each in found.resources] == ["C"]


def test_should_tell_a_resource_s_last_event() -> None:
    stack = Stack("airflow-test-database", {"A": DATABASE})
    stack.events = [stack.event("A", "DELETE_SKIPPED"), stack.event("A", "CREATE_COMPLETE")]
    assert [status for _, status in last_events(Account([stack]), stack.id)] == ["DELETE_SKIPPED"]


@pytest.mark.parametrize(
    ("status", "busy"),
    [("UPDATE_IN_PROGRESS", True), ("DELETE_IN_PROGRESS", True), ("REVIEW_IN_PROGRESS", False), ("X_FAILED", False)],
)
def test_should_know_who_is_being_worked_on(status: str, busy: bool) -> None:
    [stack] = deployed_stacks(Account([Stack("airflow-test-network", status=status)]), "test")
    assert stack.is_busy is busy


def test_should_remember_deleted_stacks_by_id() -> None:
    account = Account([*platform("Retain"), *platform("Retain", name="other")])
    account.destroy()
    assert deleted_stack_ids(account, "test") == [stack.id for stack in account.stacks[:2]]
    assert deployed_stacks(account, "test") == []
