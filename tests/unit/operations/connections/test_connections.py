"""`make connections`: what Airflow would find, and never a value."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations import command
from operations.connections import __main__ as connections
from operations.connections.judge import judge
from tests.support.environments import aws_environment

VALUE = "p4ss-word"
ACCOUNT = "111122223333"


class Pages:
    """A paginator's answer."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = pages

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield from self._pages


class SecretsManager:
    """Secrets by name; None for one that holds bytes, an error's code for one that nobody may read."""

    def __init__(self, **secrets: Any) -> None:
        self.secrets = {name.replace("__", "/"): value for name, value in secrets.items()}
        self.deleted: set[str] = set()
        self.filters: list[Any] = []
        self.read: list[str] = []

    def get_paginator(self, name: str) -> Any:
        assert name == "list_secrets"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.filters = asked["Filters"]
        assert asked["IncludePlannedDeletion"] is True
        beginnings = tuple(self.filters[0]["Values"])
        for name in self.secrets:
            if name.startswith(beginnings):
                yield {"SecretList": [{"Name": name, **({"DeletedDate": 1} if name in self.deleted else {})}]}

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803
        self.read.append(SecretId)
        value = self.secrets[SecretId]
        if isinstance(value, Exception):
            raise value
        return {"SecretBinary": b""} if value is None else {"SecretString": value}

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": ACCOUNT}


DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSecretValue")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManager]:
    made = SecretsManager(
        airflow__connections__smtp=f"smtp://u:{VALUE}@h:25",
        airflow__connections__warehouse='{"engine": "postgres", "host": "h", "pass": "' + VALUE + '"}',
        airflow__variables__greeting=VALUE,
        airflow__variables__deep__key='{"a": "' + VALUE + '"}',
    )
    settings = aws_environment(airflow={"secrets_backend": {"service": "secrets_manager"}})
    monkeypatch.setattr(command, "load_aws_environment", lambda *_: settings)
    monkeypatch.setattr(command, "clients_of", lambda _: lambda service: made)
    yield made


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code and what is printed, in which no value ever stands."""
    code = connections.main(["dev"])
    told = capsys.readouterr()
    assert VALUE not in told.out + told.err
    return code, [line.strip() for line in (told.out + told.err).splitlines()]


def test_should_list_each_kind_with_its_type_and_no_value(
    aws: SecretsManager, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run(capsys)
    assert code == 0
    assert [" ".join(line.split()) for line in lines] == [
        "connections in Secrets Manager, below airflow/connections/: 2",
        "smtp smtp (URI)",
        "warehouse postgres (JSON)",
        "variables in Secrets Manager, below airflow/variables/: 2",
        "deep/key JSON",
        "greeting text",
        "No problem.",
    ]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("airflow/connections/bad", VALUE, "neither a URI"),
        ("airflow/connections/bad", '{"host": "' + VALUE, "no JSON"),
        ("airflow/connections/bad", '{"host": "h"}', "names no type"),
        ("airflow/connections/bad", f"http://u:{VALUE}@h:x", "port"),
        ("airflow/connections/bad", None, "holds bytes"),
        ("airflow/connections/bad", DENIED, "could not be looked at: AccessDeniedException"),
        ("airflow/connections/two/parts", "http://h", "no connection of that name"),
        ("airflow/connections/at@sign", "http://h", "no connection of that name"),
        ("airflow/connections//smtp", "http://h", "no connection of that name"),
        ("/airflow/connections/smtp", "http://h", "mind the first slash"),
        ("airflow/variables//x", VALUE, "two slashes"),
    ],
)
def test_should_tell_what_airflow_would_not_find_or_not_understand(
    aws: SecretsManager, capsys: pytest.CaptureFixture[str], name: str, value: Any, problem: str
) -> None:
    aws.secrets[name] = value
    code, lines = run(capsys)
    assert code == 1
    (told,) = [line for line in lines if line.startswith("problem: ")]
    assert problem in told
    assert lines[-1] == "1 problem."


def test_should_not_read_what_is_scheduled_for_deletion(
    aws: SecretsManager, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.deleted = {"airflow/connections/smtp"}
    code, lines = run(capsys)
    assert code == 1
    assert any("scheduled for deletion" in line for line in lines)
    assert "airflow/connections/smtp" not in aws.read


def test_should_leave_out_what_only_begins_alike(aws: SecretsManager, capsys: pytest.CaptureFixture[str]) -> None:
    aws.secrets["airflow/connections2/smtp"] = aws.secrets["airflow/connections"] = VALUE
    code, lines = run(capsys)
    assert code == 0
    assert not any("connections2" in line for line in lines)


def test_should_tell_that_there_are_more_than_a_process_remembers(
    aws: SecretsManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 3)
    _, lines = run(capsys)
    assert any(line.startswith("4 names, and a process remembers 3") for line in lines)


def test_should_read_parameters_with_their_first_slash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, Any]] = []

    class ParameterStore:
        def get_paginator(self, name: str) -> Any:
            assert name == "get_parameters_by_path"
            return self

        def paginate(self, **given: Any) -> Iterator[dict[str, Any]]:
            asked.append(given)
            yield {"Parameters": [{"Name": f"{given['Path']}/smtp", "Value": f"smtp://u:{VALUE}@h"}]}

        def get_caller_identity(self) -> dict[str, str]:
            return {"Account": ACCOUNT}

    store = {"service": "ssm", "variables_prefix": None}
    settings = aws_environment(airflow={"secrets_backend": store})
    monkeypatch.setattr(command, "load_aws_environment", lambda *_: settings)
    monkeypatch.setattr(command, "clients_of", lambda _: lambda service: ParameterStore())
    code, lines = run(capsys)
    assert code == 0
    assert asked == [{"Path": "/airflow/connections", "Recursive": True, "WithDecryption": True}]
    assert lines[0] == "connections in the Parameter Store, below /airflow/connections/: 1"
    assert lines[1].split() == ["smtp", "smtp", "(URI)"]


def test_should_ask_nothing_of_aws_when_no_store_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "load_aws_environment", lambda *_: aws_environment())
    monkeypatch.setattr(command, "clients_of", lambda _: None)
    code, lines = run(capsys)
    assert code == 0
    assert "is not set" in lines[0]


def test_should_show_no_more_of_a_value_than_a_type() -> None:
    secret = "s3cret " * 3
    told, _ = judge("connections", "a", '{"conn_type": "' + secret + '"}', service="ssm")
    assert "s3cret" not in told
    told, problems = judge("connections", "a", f"{secret}://h", service="ssm")
    assert "s3cret" not in told + "".join(problems)
