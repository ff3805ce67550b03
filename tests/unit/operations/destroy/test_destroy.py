"""A whole destroy, on an account in memory."""

import re

import pytest

from operations.aws import WrongAccountError
from operations.destroy import __main__ as command
from tests.support.deployed_aws import ACCOUNT, Account, Stack, platform
from tests.support.environments import aws_environment

REGION = "eu-central-1"


def destroy(account: Account, *, retain_data: bool, confirmed: bool = True) -> int:
    environment = aws_environment(retain_data=retain_data)
    return command.destroy("test", environment, account, confirmed=confirmed, concurrency=1)


def still_there(output: str) -> set[str]:
    """The physical ids of the report."""
    return set(re.findall(r"^  [A-Za-z ]+ (\S+)  \(\S+ \S+\)$", output.partition("Still there;")[2], re.MULTILINE))


@pytest.mark.parametrize(
    ("deployed", "written", "code", "left"),
    [
        ("RetainExceptOnCreate", True, 0, {"db-test", "arn:test:fernet", "subnet-test"}),
        ("Delete", False, 0, set()),
        ("RetainExceptOnCreate", False, 1, None),
        ("Delete", True, 1, None),
    ],
)
def test_should_tell_what_exists_afterwards(
    account: Account,
    calls: list[str],
    capsys: pytest.CaptureFixture[str],
    deployed: str,
    written: bool,
    code: int,
    left: set[str] | None,
) -> None:
    account.stacks = platform(deployed)
    assert destroy(account, retain_data=written) == code
    if left is None:
        assert "destroy" not in calls
        assert account.gone == set()
        assert "Refused; nothing was done:" in capsys.readouterr().err
    else:
        output = capsys.readouterr().out
        assert still_there(output) == left
        assert ("Nothing of it is kept." in output) is (left == set())
        assert not left & account.gone


def test_should_believe_the_service_more_than_the_template(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks = platform("Retain")
    account.gone.add("arn:test:fernet")
    account.silent.add("subnet-test")
    destroy(account, retain_data=True)
    output = capsys.readouterr().out
    certain, unsure = output.split("could not be asked")
    assert still_there(certain) == {"db-test"}
    assert "subnet subnet-test" in unsure
    assert "arn:test:fernet" not in output.partition("Still there;")[2]


def test_should_protect_the_database_that_no_stack_has_any_more(account: Account) -> None:
    account.stacks = platform("Retain")
    destroy(account, retain_data=True)
    assert account.protected == {"db-test": True}


@pytest.mark.parametrize(("typed", "destroyed"), [("test", True), ("y", False), ("", False), ("Test", False)])
def test_should_ask_for_the_name(
    account: Account, calls: list[str], monkeypatch: pytest.MonkeyPatch, typed: str, destroyed: bool
) -> None:
    account.stacks = platform("Delete")
    monkeypatch.setattr(command, "answer_to", lambda question: typed)
    assert destroy(account, retain_data=False, confirmed=False) == (0 if destroyed else 1)
    assert ("destroy" in calls) is destroyed
    assert bool(account.gone) is destroyed


def test_should_do_nothing_without_terminal_and_confirmation(
    calls: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "has_terminal", lambda: False)
    assert command.main(["dev"]) == 1
    assert calls == []
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("Refused; nothing was done: without a terminal")


def test_should_say_that_nothing_is_deployed_and_what_an_earlier_life_left(
    account: Account, calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks = platform("Retain")
    account.destroy()
    account.log_groups = ["/aws/eks/airflow-test/cluster"]
    assert destroy(account, retain_data=True, confirmed=False) == 0
    output = capsys.readouterr().out
    assert output.startswith(f"Nothing of environment test is deployed in account {ACCOUNT}, {REGION}.")
    assert still_there(output) == {"db-test", "arn:test:fernet", "subnet-test"}
    assert account.log_groups == []
    assert calls == []


def test_should_destroy_a_platform_whose_versions_are_not_supported_any_more(
    account: Account, calls: list[str]
) -> None:
    account.stacks = platform("Delete")
    assert destroy(account, retain_data=False) == 0
    assert calls == ["synth of any version", "destroy"]


def test_should_destroy_again_after_a_destroy_that_failed(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    network, database = platform("Retain")
    account.stacks = [network, database]
    database.delete()
    network.status = "DELETE_FAILED"
    network.events = [network.event("Subnet", "DELETE_SKIPPED"), network.event("Nat", "DELETE_FAILED")]
    assert destroy(account, retain_data=True) == 0
    assert still_there(capsys.readouterr().out) == {"db-test", "arn:test:fernet", "subnet-test"}


def test_should_tell_what_is_left_when_the_destroy_fails(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks = platform("Retain")

    def destroy_half(assembly: object, concurrency: int) -> int:
        account.destroy("airflow-test-database")
        return 1

    monkeypatch.setattr(command.cdk, "destroy", destroy_half)
    assert destroy(account, retain_data=True) == 1
    output = capsys.readouterr()
    assert still_there(output.out) == {"db-test", "arn:test:fernet"}
    assert "Stacks that still exist, with what is in them:\n  airflow-test-network" in output.out
    assert "Not everything was destroyed" in output.err


def test_should_not_offer_to_remove_what_a_living_stack_has_taken_over(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks = [
        *platform("Retain"),
        Stack("airflow-test-door", {"I": ("AWS::RDS::DBInstance", "db-test", "Retain")}),
    ]
    account.destroy("airflow-test-network", "airflow-test-database")
    destroy(account, retain_data=True)
    assert still_there(capsys.readouterr().out) == {"arn:test:fernet", "subnet-test"}


def test_should_name_a_stack_that_it_does_not_destroy(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.stacks = [*platform("Delete"), Stack("airflow-test-door")]
    destroy(account, retain_data=False)
    output = capsys.readouterr().out
    assert output.count("airflow-test-door  CREATE_COMPLETE") == 2, "before and after"
    assert "Nothing of it is kept." not in output


def test_should_not_speak_of_another_account(account: Account) -> None:
    with pytest.raises(WrongAccountError, match="the environment's is 999999999999, the credentials are of"):
        command.destroy("test", aws_environment(account="999999999999"), account, confirmed=True, concurrency=1)


@pytest.mark.parametrize("has_cluster", [True, False])
def test_should_wait_for_the_log_group_of_a_cluster(
    account: Account, monkeypatch: pytest.MonkeyPatch, has_cluster: bool
) -> None:
    waited = []

    def leftover(clients: object, name: str, stacks: object, *, seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(command, "delete_leftover_log_group", leftover)
    account.stacks = platform("Delete")
    if has_cluster:
        account.stacks[0].resources["Cluster"] = ("AWS::EKS::Cluster", "airflow-test", "Delete")
    destroy(account, retain_data=False)
    assert waited == [command.LATE_LOG_SECONDS if has_cluster else 0]
