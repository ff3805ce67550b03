"""One answer for each request, and always one."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from airflow_platform.handlers import response
from airflow_platform.handlers.response import Deadline, respond, shortened
from tests.unit.constructs.handlers.fakes import Clock, Context, event

CREATE = event("Create", [])


class Answered:
    """What urlopen gives back."""

    def __enter__(self) -> "Answered":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[urllib.request.Request]:
    """The requests that reached CloudFormation."""
    requests: list[urllib.request.Request] = []

    def urlopen(request: urllib.request.Request, timeout: float) -> Answered:
        requests.append(request)
        return Answered()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return requests


def body(request: urllib.request.Request) -> dict[str, Any]:
    assert isinstance(request.data, bytes)
    return dict(json.loads(request.data))


def fails(_: Any, __: Any) -> None:
    raise RuntimeError("the reason")


def test_should_answer_a_success_once(sent: list[urllib.request.Request]) -> None:
    respond(CREATE, Context(), lambda event, deadline: None)
    (request,) = sent
    assert (request.get_method(), request.full_url) == ("PUT", "https://example.com/answer")
    assert {name: body(request)[name] for name in ("Status", "StackId", "RequestId", "LogicalResourceId")} == {
        "Status": "SUCCESS",
        "StackId": CREATE["StackId"],
        "RequestId": "request-1",
        "LogicalResourceId": "Step",
    }


def test_should_answer_a_failure_once_with_its_reason(sent: list[urllib.request.Request]) -> None:
    respond(CREATE, Context(), fails)
    assert [(body(request)["Status"], body(request)["Reason"]) for request in sent] == [("FAILED", "the reason")]


def test_should_send_the_empty_content_type_that_the_url_is_signed_for(sent: list[urllib.request.Request]) -> None:
    respond(CREATE, Context(), lambda event, deadline: None)
    assert sent[0].get_header("Content-type") == ""


@pytest.mark.parametrize("work", [lambda event, deadline: None, fails])
def test_should_never_change_the_physical_id(work: Callable[..., None], sent: list[urllib.request.Request]) -> None:
    respond(CREATE, Context(), work)
    respond({**event("Update", []), "PhysicalResourceId": "given"}, Context(), work)
    respond({**event("Delete", []), "PhysicalResourceId": "given"}, Context(), work)
    assert [body(request)["PhysicalResourceId"] for request in sent] == ["airflow-test-airflow/Step", "given", "given"]


def test_should_cut_the_reason_to_what_cloudformation_takes(sent: list[urllib.request.Request]) -> None:
    def fails_at_length(_: Any, __: Any) -> None:
        raise RuntimeError("ä" * 10_000)

    respond(CREATE, Context(), fails_at_length)
    assert len(body(sent[0])["Reason"].encode()) <= 1000
    assert isinstance(sent[0].data, bytes) and len(sent[0].data) < 4096
    assert shortened("short") == "short"


def test_should_try_again_until_the_answer_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def urlopen(request: Any, timeout: float) -> Answered:
        attempts.append(1)
        if len(attempts) < 3:
            raise urllib.error.URLError("no route")
        return Answered()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    slept: list[float] = []
    response.put("https://example.com", {}, sleep=slept.append)
    assert (len(attempts), slept) == (3, [1.0, 2.0])


def test_should_give_up_after_a_few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    def urlopen(request: Any, timeout: float) -> Answered:
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    with pytest.raises(urllib.error.URLError):
        response.put("https://example.com", {}, sleep=lambda seconds: None)


def test_should_leave_time_to_answer_before_lambda_ends_it(sent: list[urllib.request.Request]) -> None:
    left: list[float] = []
    respond(CREATE, Context(seconds=100), lambda event, deadline: left.append(deadline.remaining))
    assert 75 < left[0] <= 80


def test_should_never_pass_an_outer_deadline() -> None:
    clock = Clock()
    outer = Deadline(10, clock)
    assert outer.within(60).remaining == 10
    assert outer.within(3).remaining == 3
    clock.now = 11
    assert outer.passed and outer.remaining == 0


def test_should_put_to_web_addresses_only() -> None:
    with pytest.raises(ValueError, match="file"):
        response.put("file:///etc/passwd", {})
