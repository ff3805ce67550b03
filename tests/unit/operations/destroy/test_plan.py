"""Whether a destroy may begin, and what it says that it will do."""

import pytest

from operations.deployed import deployed_stacks
from operations.destroy.plan import Plan, described, refusals
from tests.support.deployed_aws import Account, Stack, platform

KNOWN = frozenset({"airflow-test-network", "airflow-test-database"})


def plan(*stacks: Stack) -> Plan:
    return Plan(deployed_stacks(Account(list(stacks)), "test"), KNOWN)


def reasons(made: Plan, *, retain_data: bool, is_protected: bool = False) -> list[str]:
    return refusals(made, "test", retain_data=retain_data, is_protected=lambda _: is_protected)


@pytest.mark.parametrize(
    ("deployed", "written", "reason"),
    [
        ("RetainExceptOnCreate", True, None),
        ("Delete", False, None),
        ("Delete", True, "retain_data is true in the file, but the deployed templates delete database db-test, secret"),
        ("Retain", False, "retain_data is false in the file, but the deployed templates keep database db-test, secret"),
    ],
)
def test_should_refuse_when_file_and_deployment_disagree_about_data(
    deployed: str, written: bool, reason: str | None
) -> None:
    found = reasons(plan(*platform(deployed)), retain_data=written)
    assert len(found) == (reason is not None)
    if reason:
        assert found[0].startswith(reason)
        assert "`make deploy ENV=test` first" in found[0]


def test_should_refuse_for_one_piece_of_data_among_many() -> None:
    mixed = Stack(
        "airflow-test-database",
        {"Kept": ("AWS::RDS::DBInstance", "db-1", "Retain"), "Lost": ("AWS::SecretsManager::Secret", "s-1", "Delete")},
    )
    assert "delete secret s-1" in reasons(plan(mixed), retain_data=True)[0]
    assert "keep database db-1" in reasons(plan(mixed), retain_data=False)[0]


def test_should_not_ask_about_data_that_is_not_there() -> None:
    network, _ = platform("Delete")
    assert reasons(plan(network), retain_data=True) == []


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_should_wait_for_whoever_is_at_work(status: str) -> None:
    assert reasons(plan(Stack("airflow-test-network", status=status)), retain_data=True) == [
        f"airflow-test-network is {status}: wait until CloudFormation has ended with it."
    ]


@pytest.mark.parametrize("status", ["DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED"])
def test_should_destroy_what_is_stuck(status: str) -> None:
    made = plan(Stack("airflow-test-network", status=status))
    assert reasons(made, retain_data=True) == []
    assert f"airflow-test-network  {status}" in described(made, "eu-central-1")


def test_should_refuse_to_begin_what_a_protected_database_would_stop() -> None:
    (reason,) = reasons(plan(*platform("Delete")), retain_data=False, is_protected=True)  # no other data is asked
    assert "Database db-test is protected" in reason
    assert reasons(plan(*platform("Retain")), retain_data=True, is_protected=True) == []


def test_should_show_data_first_and_count_the_rest() -> None:
    text = described(plan(*platform("Delete")), "eu-central-1")
    assert text.splitlines()[3:] == [
        "Data that is DELETED:",
        "  database db-test  (Instance)",
        "  secret arn:test:fernet  (FernetKey)",
        "No data stays.",
        "Everything else in these stacks is deleted (resources by service): EC2 2.",
    ]


def test_should_show_what_stays() -> None:
    lines = described(plan(*platform("Retain")), "eu-central-1").splitlines()[3:]
    assert lines == [
        "No data is deleted.",
        "Data that stays:",
        "  database db-test  (Instance)",
        "  secret arn:test:fernet  (FernetKey)",
        "Stays with it: subnet subnet-test.",
        "Everything else in these stacks is deleted (resources by service): EC2 1.",
    ]


def test_should_name_stacks_of_another_version_and_leave_them_out() -> None:
    door = Stack("airflow-test-door", {"Data": ("AWS::RDS::DBInstance", "db-door", "Delete")})
    made = plan(*platform("Retain"), door)
    assert reasons(made, retain_data=True) == []
    text = described(made, "eu-central-1")
    assert "aws cloudformation delete-stack --region eu-central-1 --stack-name airflow-test-door" in text
    assert "db-door" not in text
