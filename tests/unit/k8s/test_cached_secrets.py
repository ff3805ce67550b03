"""The module that remembers what AWS's stores told: without Airflow, and with a clock of the test's.

Real Airflow and an AWS on the loopback have it in tests/runtime/test_cached_secrets.py.
"""

import importlib.util
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).resolve().parents[3] / "k8s/airflow/modules/cached_secrets.py"
PROVIDER = "airflow.providers.amazon.aws.secrets"
VALUE = "p4ss-word"


class Provided:
    """The part of the provider's backends that the module builds on."""

    connections_prefix = "airflow/connections"

    def __init__(self, **kwargs: Any) -> None:
        self.log = logging.getLogger("provided")
        self.kwargs = kwargs

    def get_connection(self, conn_id: str) -> str:
        raise ValueError(f"{VALUE} is no URI")


class AwsError(Exception):
    """An error as botocore's clients raise it."""

    response = {"Error": {"Code": "ThrottlingException", "Message": VALUE}}


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    parts = PROVIDER.split(".")
    for length in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:length]), ModuleType("part"))
    for file, name in (
        ("secrets_manager", "SecretsManagerBackend"),
        ("systems_manager", "SystemsManagerParameterStoreBackend"),
    ):
        provided = ModuleType(file)
        setattr(provided, name, type(name, (Provided,), {}))
        monkeypatch.setitem(sys.modules, f"{PROVIDER}.{file}", provided)
    spec = importlib.util.spec_from_file_location("cached_secrets", FILE)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


class Asked:
    """What AWS answers, one after the other; the last one for ever."""

    def __init__(self, *answers: str | Exception | None) -> None:
        self.answers, self.count = list(answers), 0

    def __call__(self) -> str | None:
        self.count += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def backend(module: ModuleType) -> Iterator[Any]:
    yield module.CachedSecretsManager(cache_seconds=300, most=3)


@pytest.mark.parametrize("told", ["a value", None])
def test_should_ask_once_for_many_reads_also_where_there_is_nothing(
    backend: Any, clock: Clock, told: str | None
) -> None:
    aws = Asked(told)
    assert [backend.read("a", aws) for _ in range(5)] == [told] * 5
    clock.now += 299
    backend.read("a", aws)
    assert aws.count == 1
    clock.now += 2
    backend.read("a", aws)
    assert aws.count == 2


def test_should_remember_for_the_process_and_not_for_one_object(module: ModuleType, backend: Any, clock: Clock) -> None:
    """Airflow 3.2 makes a backend for each read in some of its processes."""
    aws = Asked("a value")
    backend.read("a", aws)
    module.CachedSecretsManager(cache_seconds=300, most=3).read("a", aws)
    assert aws.count == 1
    module.CachedParameterStore(cache_seconds=300, most=3).read("a", aws)
    assert aws.count == 2


def test_should_ask_at_every_read_without_a_cache_time(module: ModuleType, clock: Clock) -> None:
    aws = Asked("a value")
    backend = module.CachedSecretsManager(cache_seconds=0, most=3)
    for _ in range(3):
        backend.read("a", aws)
    assert aws.count == 3


def test_should_let_the_database_answer_when_aws_fails_and_ask_again_soon(
    backend: Any, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    aws = Asked(AwsError(VALUE), "a value")
    assert [backend.read("a", aws) for _ in range(3)] == [None] * 3
    assert aws.count == 1, "each read waited for AWS"
    assert [record.getMessage() for record in caplog.records] == [
        "AWS does not tell a: ThrottlingException. Airflow asks its database."
    ]
    clock.now += 16
    assert backend.read("a", aws) == "a value"


class NoAnswerError(Exception):
    """As botocore raises it when no answer comes."""

    response = None


def test_should_say_what_kind_of_error_it_was_when_no_answer_came(
    backend: Any, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    aws = Asked(NoAnswerError(VALUE))
    assert [backend.read("a", aws) for _ in range(2)] == [None, None]
    assert aws.count == 1
    assert "AWS does not tell a: NoAnswerError." in caplog.text
    assert VALUE not in caplog.text


def test_should_serve_the_last_value_while_aws_fails_but_not_for_ever(backend: Any, clock: Clock) -> None:
    aws = Asked("a value", AwsError())
    backend.read("a", aws)
    for seconds in (301, 1000, 2000):
        clock.now += seconds
        assert backend.read("a", aws) == "a value"
    clock.now += 300
    assert backend.read("a", aws) is None


def test_should_say_what_is_no_connection_without_its_value(backend: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert backend.get_connection("smtp") is None
    assert "airflow/connections/smtp is no connection: ValueError." in caplog.text
    assert VALUE not in caplog.text


def test_should_keep_no_more_than_it_is_told_to(module: ModuleType, backend: Any, clock: Clock) -> None:
    aws = Asked("a value")
    for name in "abcd":
        backend.read(name, aws)
    assert len(module._told) == 3
    backend.read("a", aws)
    assert aws.count == 5


def test_should_ask_once_for_readers_at_the_same_time(backend: Any) -> None:
    asked, begun, go = [], threading.Event(), threading.Event()

    def ask() -> str:
        asked.append(1)
        begun.set()
        go.wait(5)
        return "a value"

    read: Callable[[], str] = lambda: backend.read("a", ask)  # noqa: E731
    readers = [threading.Thread(target=read) for _ in range(5)]
    for reader in readers:
        reader.start()
    assert begun.wait(5)
    go.set()
    for reader in readers:
        reader.join(5)
    assert len(asked) == 1
