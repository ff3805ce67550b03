"""A destroy of a platform that is linked to S3: files leave first, and no bucket is emptied unasked."""

from collections.abc import Iterator

import pytest

from operations import exports
from operations.destroy import __main__ as command
from tests.support.deployed_aws import Account, storage
from tests.support.environments import aws_environment


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that were waited; no test waits."""
    waited: list[float] = []
    monkeypatch.setattr(exports.time, "monotonic", lambda: sum(waited))
    monkeypatch.setattr(exports.time, "sleep", waited.append)
    yield waited


def destroy(account: Account, *, retain_data: bool, confirmed: bool = True, minutes: int = 30) -> int:
    environment = aws_environment(retain_data=retain_data)
    return command.destroy("test", environment, account, confirmed=confirmed, concurrency=1, export_minutes=minutes)


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_should_wait_until_everything_has_left_to_a_place_that_stays(
    account: Account, calls: list[str], clock: list[float], policy: str
) -> None:
    account.stacks = [storage(policy, place="s3://theirs/logs/")]
    account.queued = [90, 60, 0, 30]
    assert destroy(account, retain_data=policy == "Retain") == 0
    assert calls == ["synth of any version", "destroy Airflow", "destroy"], "whoever writes ends first"
    assert account.queued == []
    assert sum(clock) >= 45 + 60, "the metric has a point a minute: one look that finds nothing proves nothing"


def test_should_stop_and_tell_what_would_be_lost_when_it_takes_too_long(
    account: Account, calls: list[str], capsys: pytest.CaptureFixture[str], clock: list[float]
) -> None:
    account.stacks = [storage("Delete", place="s3://theirs/logs/")]
    account.queued = [600] * 1000
    assert destroy(account, retain_data=False, minutes=5) == 1
    assert calls == ["synth of any version", "destroy Airflow"]
    assert account.gone == set()
    assert 300 <= sum(clock) <= 310
    told = capsys.readouterr()
    assert "Files in /logs of fs-test leave to S3 first: now the oldest file has waited 600 s" in told.out
    assert "the oldest has waited 600 s, and they would be lost with the file system" in told.err
    assert "EXPORT_MINUTES=0" in told.err


def test_should_go_on_when_the_file_system_itself_stays(
    account: Account, calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks = [storage("Retain")]
    account.queued = [600] * 1000
    assert destroy(account, retain_data=True, minutes=5) == 0
    assert "The file system stays, and they in it." in capsys.readouterr().out
    assert calls[-1] == "destroy"


def test_should_give_up_what_has_not_left_when_told_so(
    account: Account, calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks = [storage("Delete", place="s3://theirs/logs/")]
    account.queued = [600] * 1000
    assert destroy(account, retain_data=False, minutes=0) == 0
    assert calls[-1] == "destroy"
    assert "now the oldest file has waited 600 s" in capsys.readouterr().out


def test_should_tell_of_a_link_that_takes_nothing(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.stacks = [storage("Delete", place="s3://theirs/logs/")]
    account.links["/logs"] = "MISCONFIGURED"
    destroy(account, retain_data=False)
    assert "Link /logs is MISCONFIGURED: what was written there may NOT be in S3" in capsys.readouterr().out


def test_should_not_wait_where_the_place_goes_too(account: Account, calls: list[str], clock: list[float]) -> None:
    account.stacks = [storage("Delete")]
    account.queued = [600] * 1000
    assert destroy(account, retain_data=False) == 0
    assert calls[-1] == "destroy"
    assert clock == []


def test_should_empty_nothing_as_long_as_airflow_could_not_be_removed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.stacks, account.content = [storage("Delete")], {"bucket-test": ["dags/a.py"]}
    monkeypatch.setattr(command.cdk, "destroy_airflow", lambda assembly: 1)
    assert destroy(account, retain_data=False) == 1
    assert account.content["bucket-test"] == ["dags/a.py"]
    assert account.gone == set()


def test_should_wait_for_the_one_place_of_two_that_stays(account: Account, calls: list[str]) -> None:
    stack = storage("Delete")
    stack.resources["Data"] = ("AWS::FSx::DataRepositoryAssociation", "dra-3", "Delete")
    stack.properties["Data"] = {**stack.properties["Logs"], "DataRepositoryPath": "s3://theirs/models/"}
    account.stacks = [stack]
    assert destroy(account, retain_data=False) == 0
    assert calls == ["synth of any version", "destroy Airflow", "destroy"]


def test_should_say_that_it_empties_a_bucket_and_do_it_when_confirmed(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stacks, account.content = [storage("Delete")], {"bucket-test": ["dags/a.py", "logs/b.log"]}
    monkeypatch.setattr(command, "answer_to", lambda question: "no")
    assert destroy(account, retain_data=False, confirmed=False) == 1
    assert len(account.content["bucket-test"]) == 2, "nobody has agreed"
    assert "Bucket bucket-test is EMPTIED, in all versions: it holds 2 objects and versions." in capsys.readouterr().out
    monkeypatch.setattr(command, "answer_to", lambda question: "test")
    assert destroy(account, retain_data=False, confirmed=False) == 0
    assert account.content["bucket-test"] == []


def test_should_empty_no_bucket_that_is_kept(account: Account) -> None:
    account.stacks, account.content = [storage("Retain")], {"bucket-test": ["dags/a.py"]}
    assert destroy(account, retain_data=True) == 0
    assert account.content["bucket-test"] == ["dags/a.py"]


def test_should_empty_no_bucket_of_somebody_else(account: Account) -> None:
    account.stacks, account.content = [storage("Delete", place="s3://theirs/logs/")], {"theirs": ["logs/a.log"]}
    assert destroy(account, retain_data=False) == 0
    assert account.content["theirs"] == ["logs/a.log"]


def test_should_empty_it_again_when_more_has_left_to_it_meanwhile(
    account: Account, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    account.stacks, account.content = [storage("Delete")], {"bucket-test": []}
    destroy_all = command.cdk.destroy

    def destroy_once_full(assembly: object, concurrency: int) -> int:
        if calls.count("too late") == 0:
            calls.append("too late")
            account.content["bucket-test"] = ["logs/late.log"]
            return 1
        return destroy_all(assembly, concurrency)  # type: ignore[arg-type]

    monkeypatch.setattr(command.cdk, "destroy", destroy_once_full)
    assert destroy(account, retain_data=False) == 0
    assert account.content["bucket-test"] == []
