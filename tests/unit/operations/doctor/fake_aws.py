"""An account that answers through real AWS clients: what they would send is checked by botocore, and never sent."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import boto3

from operations.doctor.check import Line
from operations.doctor.clients import ReadOnlyClients
from operations.doctor.context import Context
from operations.doctor.examination import examine
from operations.doctor.kubernetes_api import KubernetesUnreachableError
from settings import AwsEnvironment
from tests.unit.operations.doctor.healthy import NOW, Refusal, account_with, cluster_objects

Json = dict[str, Any]


@dataclass
class _Http:
    status_code: int
    raw: None = None


@dataclass
class FakeAws:
    """Answers by `service.Operation`: a document, a Refusal, an exception, or a function of the parameters."""

    answers: dict[str, Any]
    calls: list[str] = field(default_factory=list)

    def answer(self, model: Any, parameters: Json) -> tuple[_Http, Json]:
        """What a call comes back with."""
        name = f"{model.service_model.service_name}.{model.name}"
        self.calls.append(name)
        answer = self.answers[name]
        if callable(answer):
            answer = answer(parameters)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Refusal):
            error = {"Code": answer.code, "Message": answer.message}
            return _Http(answer.status), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": answer.status}}
        return _Http(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


class _Wire:
    """Where the clients' calls go. Making clients takes a second, so all tests have the same ones."""

    def __init__(self) -> None:
        self.aws = FakeAws({})
        session = boto3.session.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1"
        )
        session.events.register("before-parameter-build", self._remember)
        session.events.register("before-call", self._answer)
        self.clients = ReadOnlyClients("eu-central-1", session)

    def _remember(self, params: Json, model: Any, context: Any, **_: object) -> None:
        context["asked"] = params

    def _answer(self, model: Any, context: Any, **_: object) -> tuple[_Http, Json]:
        return self.aws.answer(model, context["asked"])


@cache
def _wire() -> _Wire:
    return _Wire()


def clients_of(aws: FakeAws) -> ReadOnlyClients:
    """The clients, answered from now on by this account."""
    _wire().aws = aws
    return _wire().clients


class FakeCluster:
    """The Kubernetes API, as a table of lists by the end of their paths."""

    def __init__(self, objects: dict[str, list[Json]] | None, forbidden: tuple[str, ...] = ()) -> None:
        self._objects, self._forbidden = objects, forbidden

    def get(self, path: str) -> Json:
        if self._objects is None:
            raise KubernetesUnreachableError("no answer from https://cluster: timed out")
        if path in self._forbidden:
            raise KubernetesUnreachableError(f"these credentials may not read {path} (403)")
        return {"items": self._objects.get(path.rpartition("/")[2], [])}

    def kubeconfig(self) -> Json:
        return {"users": [{"name": "user", "user": {"token": "of-the-reader"}}]}

    def items(self, path: str) -> list[Json]:
        return list(self.get(path)["items"])


def doctor(
    settings: AwsEnvironment,
    changes: dict[str, Any] | None = None,
    objects: dict[str, list[Json]] | None = None,
    *,
    unreachable: bool = False,
    forbidden: tuple[str, ...] = (),
    before: bool = False,
    seconds: float = 20,
    now: datetime = NOW,
) -> tuple[dict[str, Line], FakeAws]:
    """Examine a healthy account with some answers changed; the lines by the names of their checks."""
    aws = FakeAws({**account_with(settings), **(changes or {})})
    clients = clients_of(aws)
    cluster: Any = FakeCluster(None if unreachable else {**cluster_objects(), **(objects or {})}, forbidden)
    lines = examine(Context(settings, clients, lambda _: cluster, now), before=before, seconds=seconds)
    return {line.check.name: line for line in lines}, aws
