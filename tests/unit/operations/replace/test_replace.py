"""A new file system in the place of one that is linked to S3, on an account in memory."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from operations import cdk, exports
from operations.evidence.acceptances import Judgement
from operations.replace import __main__ as command
from tests.support.deployed_aws import Account, Json, Stack, storage
from tests.support.environments import aws_environment

KEY = ("AWS::KMS::Key", "key-1", "Delete")


class Life:
    """What is deployed, and what the file wants."""

    def __init__(self, account: Account, calls: list[str]) -> None:
        self.account, self.calls = account, calls
        self.stack = storage("Delete")
        self.account.stacks = [self.stack, Stack("airflow-test-airflow")]
        self.stack.properties["FileSystem"] = {"LustreConfiguration": {"PerUnitStorageThroughput": 125}}
        self.wanted: dict[str, Json] = {}
        self.want(throughput=250)

    def want(self, *, throughput: int) -> None:
        template = copy.deepcopy(self.stack.template)
        template["Resources"]["FileSystem"]["Properties"]["LustreConfiguration"] = {
            "PerUnitStorageThroughput": throughput
        }
        self.wanted = {self.stack.name: template}

    def replace(self, *, confirmed: bool = True, minutes: int = 30) -> int:
        return command.replace(
            "test", aws_environment(), self.account, confirmed=confirmed, concurrency=1, export_minutes=minutes
        )


@pytest.fixture
def life(account: Account, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    made, waited = Life(account, calls), list[float]()
    monkeypatch.setattr(cdk, "templates", lambda assembly: made.wanted)
    monkeypatch.setattr(command, "evidence", lambda *_: Judgement([], [], frozenset()))
    monkeypatch.setattr(exports.time, "monotonic", lambda: sum(waited))
    monkeypatch.setattr(exports.time, "sleep", waited.append)
    yield made


def test_should_remove_airflow_wait_and_deploy(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    life.account.queued = [60, 60, 30]
    assert life.replace() == 0
    assert life.calls == ["synth", "destroy Airflow", "deploy"]
    assert life.account.queued == []
    told = capsys.readouterr().out
    for words in (
        "storage.throughput_mbps_per_tib",
        "Comes back from S3, each file when it is first read: /dags, /logs.",
        "is LOST: fs-test is deleted",
        "has waited 60 s to leave to S3",
    ):
        assert words in told


@pytest.mark.parametrize(("typed", "code"), [("test", 0), ("yes", 1), ("", 1)])
def test_should_ask_for_the_name(life: Life, monkeypatch: pytest.MonkeyPatch, typed: str, code: int) -> None:
    monkeypatch.setattr(command, "answer_to", lambda question: typed)
    assert life.replace(confirmed=False) == code
    assert life.calls == (["synth", "destroy Airflow", "deploy"] if code == 0 else ["synth"])


def test_should_do_nothing_without_terminal_and_confirmation(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "has_terminal", lambda: False)
    assert command.main(["dev"]) == 1
    assert life.calls == []


def refused(life: Life, capsys: pytest.CaptureFixture[str], *words: str) -> None:
    assert life.replace() == 1
    assert life.calls == ["synth"]
    told = capsys.readouterr().err
    assert told.startswith("Refused; nothing was done:")
    for word in words:
        assert word in told


def test_should_refuse_where_nothing_is_replaced(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    life.want(throughput=125)
    refused(life, capsys, "Nothing in the file makes a new file system")


@pytest.mark.parametrize("where", ["deployed", "wanted"])
def test_should_refuse_what_is_not_linked(life: Life, capsys: pytest.CaptureFixture[str], where: str) -> None:
    if where == "deployed":
        for name in ("Dags", "Logs"):
            del life.stack.resources[name]
    else:
        for name in ("Dags", "Logs"):
            del life.wanted[life.stack.name]["Resources"][name]
    refused(life, capsys, "storage.s3.enabled: must be true in what is deployed and in the file")


@pytest.mark.parametrize("state", ["MISCONFIGURED", "FAILED", None])
def test_should_refuse_a_link_that_takes_nothing_unless_told_to_give_up(
    life: Life, capsys: pytest.CaptureFixture[str], state: str | None
) -> None:
    if state:
        life.account.links["/logs"] = state
    else:
        del life.account.links["/logs"]
    refused(life, capsys, "/logs is " + state if state else "Logs is gone", "EXPORT_MINUTES=0")
    assert life.replace(minutes=0) == 0


def test_should_refuse_what_a_new_file_system_does_not_change(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    place = life.wanted[life.stack.name]["Resources"]["Logs"]["Properties"]
    place["DataRepositoryPath"] = "s3://other/logs/"
    refused(life, capsys, "storage.s3.bucket or storage.data")


def test_should_refuse_to_lose_the_key_of_what_is_in_the_bucket(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    life.stack.resources["Key"] = KEY
    refused(life, capsys, "storage.customer_managed_key: key key-1 would be deleted")


def test_should_refuse_another_retention_at_the_same_time(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    life.wanted[life.stack.name]["Resources"]["FileSystem"]["DeletionPolicy"] = "Retain"
    refused(life, capsys, "retain_data: can't be changed together with the file system")


def test_should_tell_that_a_retained_file_system_stays_and_costs(
    life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    kept: dict[str, Any] = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    life.stack.policies = kept
    life.want(throughput=250)
    assert life.replace() == 0
    told = capsys.readouterr().out
    assert "stays on fs-test, which CloudFormation leaves, without its links; it costs money" in told
    assert "LOST" not in told


def test_should_stop_before_it_touches_the_file_system_when_files_do_not_leave(
    life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    life.account.queued = [900] * 1000
    assert life.replace(minutes=5) == 1
    assert life.calls == ["synth", "destroy Airflow"]
    told = capsys.readouterr().err
    assert "the oldest has waited 900 s" in told
    assert "the file system is as it was" in told
