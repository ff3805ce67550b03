"""The newest image for all nodes: what EKS is asked, and what a person is told. Every request is checked by Stubber."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

import operations.patch.__main__ as command
from operations.patch.__main__ import main, patch
from operations.patch.nodes import PatchError
from tests.support.environments import environment_file

CLUSTER = "airflow-test"
OLD, NEW = "1.36.1-20261001", "1.36.2-20261102"
Json = dict[str, Any]


class Aws:
    """EKS and SSM that answer what is put in, in that order, and refuse any other request."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.eks, self.ssm = (boto3.client(service, region_name="us-east-1", **keys) for service in ("eks", "ssm"))
        self._stubs = {"eks": Stubber(self.eks), "ssm": Stubber(self.ssm)}
        self.slept: list[float] = []
        for stub in self._stubs.values():
            stub.activate()

    def answers(self, service: str, operation: str, answer: Json, **request: Any) -> None:
        self._stubs[service].add_response(operation, answer, request)

    def cluster(self, *names: str) -> None:
        self.answers("eks", "describe_cluster", {"cluster": {"version": "1.36"}}, name=CLUSTER)
        self.answers("eks", "list_nodegroups", {"nodegroups": list(names)}, clusterName=CLUSTER)

    def group(self, name: str, release: str, **other: str) -> None:
        group = {"status": "ACTIVE", "version": "1.36", "amiType": "AL2023_x86_64_STANDARD", "releaseVersion": release}
        answer = {"nodegroup": {**group, **other}}
        self.answers("eks", "describe_nodegroup", answer, clusterName=CLUSTER, nodegroupName=name)

    def newest(self, variant: str = "x86_64/standard") -> None:
        path = f"/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/{variant}/recommended/release_version"
        self.answers("ssm", "get_parameter", {"Parameter": {"Value": NEW}}, Name=path)

    def update(self, name: str, *states: str, errors: tuple[Json, ...] = ()) -> None:
        """An update that is asked for without a version, a launch template or force, and goes through states."""
        self.answers(
            "eks", "update_nodegroup_version", {"update": {"id": f"u-{name}"}}, clusterName=CLUSTER, nodegroupName=name
        )
        for state in states:
            answer = {"update": {"id": f"u-{name}", "status": state, "errors": list(errors)}}
            request = {"name": CLUSTER, "nodegroupName": name, "updateId": f"u-{name}"}
            self.answers("eks", "describe_update", answer, **request)

    def patch(self, *, ask: bool = False) -> int:
        clients = {"eks": self.eks, "ssm": self.ssm}
        return patch(clients.__getitem__, cluster=CLUSTER, ask=ask, sleep=self.slept.append)

    def assert_all_asked(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def aws() -> Iterator[Aws]:
    found = Aws()
    yield found
    found.assert_all_asked()


def test_should_move_one_group_after_another_and_wait_for_each(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.cluster("b", "a")
    aws.group("a", OLD)
    aws.newest()
    aws.group("b", OLD, amiType="AL2023_ARM_64_STANDARD")
    aws.newest("arm64/standard")
    aws.update("a", "InProgress", "InProgress", "Successful")
    aws.update("b", "Successful")

    assert aws.patch() == 0

    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [f"a: {OLD} -> {NEW}", f"b: {OLD} -> {NEW}"]
    assert out[-4:] == [
        "  a: InProgress, 0 min 30 s",
        "  a: InProgress, 1 min 00 s",
        f"a: has {NEW} now",
        f"b: has {NEW} now",
    ]
    assert aws.slept == [30, 30]


def test_should_leave_a_group_that_has_the_newest_release(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.cluster("a")
    aws.group("a", NEW)
    aws.newest()

    assert aws.patch(ask=True) == 0
    assert capsys.readouterr().out.splitlines() == [f"a: {NEW}, the newest", "Nothing to do."]


@pytest.mark.parametrize(("answer", "moves"), [("y", True), ("YES", True), ("", False), ("n", False)])
def test_should_ask_first(answer: str, moves: bool, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.cluster("a")
    aws.group("a", OLD)
    aws.newest()
    if moves:
        aws.update("a", "Successful")
    monkeypatch.setattr(command, "has_terminal", lambda: True)
    monkeypatch.setattr(command, "answer_to", lambda question: answer)

    assert aws.patch(ask=True) == (0 if moves else 1)


def test_should_change_nothing_where_nobody_can_be_asked(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.cluster("a")
    aws.group("a", OLD)
    aws.newest()
    monkeypatch.setattr(command, "has_terminal", lambda: False)

    with pytest.raises(PatchError, match="--yes"):
        aws.patch(ask=True)


@pytest.mark.parametrize(
    ("group", "why"),
    [
        ({"status": "UPDATING"}, "Node group a is UPDATING: wait until it is ACTIVE, or see why it is not"),
        ({"version": "1.35"}, "Node group a runs Kubernetes 1.35 and its cluster 1.36: `make deploy` moves it"),
        ({"amiType": "CUSTOM"}, "Node group a has images of type CUSTOM, which are not the platform's"),
    ],
)
def test_should_refuse_a_group_that_is_in_no_state_to_be_moved(group: dict[str, str], why: str, aws: Aws) -> None:
    aws.cluster("a")
    aws.group("a", OLD, **group)

    with pytest.raises(PatchError) as refusal:
        aws.patch()
    assert str(refusal.value) == why


def test_should_stop_at_a_group_that_fails_and_say_why(aws: Aws) -> None:
    aws.cluster("a", "b")
    for name in ("a", "b"):
        aws.group(name, OLD)
        aws.newest()
    aws.update("a", "Failed", errors=({"errorCode": "PodEvictionFailure", "errorMessage": "Reached max retries"},))

    with pytest.raises(PatchError) as failure:
        aws.patch()
    assert str(failure.value) == (
        "Node group a: update u-a ended as Failed: PodEvictionFailure: Reached max retries (a disruption budget kept a "
        "pod: see kubectl get poddisruptionbudgets -A, then run this again)"
    )


def test_should_say_in_one_line_that_aws_refused(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise PatchError("no")

    monkeypatch.setattr(command, "patch", refuse)
    monkeypatch.setattr(command, "account_of", lambda *_: "111122223333")

    assert main([str(environment_file("dev")), "--yes"]) == 1
    assert capsys.readouterr().err == "no\n"


def test_should_refuse_an_environment_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere"]) == 1
    assert capsys.readouterr().err.startswith("environments/nowhere.yaml: does not exist")


def test_should_say_that_an_update_goes_on_when_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "patch", interrupt)
    monkeypatch.setattr(command, "account_of", lambda *_: "111122223333")

    assert main([str(environment_file("dev")), "--yes"]) == 130
    assert "has begun goes on there" in capsys.readouterr().err
