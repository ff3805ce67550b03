"""`make dags` from end to end, without AWS, Airflow or a cluster."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from operations import command as shared
from operations.dags import __main__ as command
from operations.dags.interpreter import Interpreter
from operations.dags.outputs import Outputs
from tests.support.deployed_aws import ACCOUNT, refused
from tests.support.environments import aws_environment, environment_file
from tests.support.versioned_bucket import BUCKET, VersionedBucket, client_of

Json = dict[str, Any]
STACKS = {
    "airflow-dev-storage": {"DagsUri": f"s3://{BUCKET}/dags/"},
    "airflow-dev-airflow": {"AirflowVersion": "3.3.2", "AirflowImage": "apache/airflow:3.3.2"},
}
PARSER = """
import json, sys, tarfile
archive = tarfile.open(fileobj=sys.stdin.buffer, mode="r|")
files = [{"file": each.name, "dags": [each.name[:-3]], "error": None, "late": False, "seconds": 0, "imports": []}
         for each in archive]
for file in files:
    file["error"] = "ImportError: no x" if file["file"] == "broken.py" else None
print(json.dumps({"airflow": "3.3.2", "python": "3", "files": files, "skipped": []}))
"""


class Aws:
    """The services that the command asks, by name."""

    def __init__(self, bucket: VersionedBucket, stacks: dict[str, dict[str, str]]) -> None:
        self.bucket, self.stacks = bucket, stacks

    def __call__(self, service: str) -> Any:
        return client_of(self.bucket) if service == "s3" else self

    def get_caller_identity(self) -> Json:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}

    def describe_stacks(self, StackName: str) -> Json:  # noqa: N803
        if StackName not in self.stacks:
            error = refused("ValidationError")
            error.args = (f"Stack with id {StackName} does not exist",)
            raise error
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.stacks[StackName].items()]
        return {"Stacks": [{"Outputs": outputs}]}


@pytest.fixture
def s3() -> VersionedBucket:
    return VersionedBucket()


@pytest.fixture
def aws(s3: VersionedBucket, monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws(s3, dict(STACKS))
    monkeypatch.setattr(shared, "clients_of", lambda settings: made)
    return made


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Version and image that files were checked with."""
    asked: list[tuple[str, str]] = []

    class Parser(Interpreter):
        def run(self, script: str, argument: str, given: bytes) -> bytes:
            return super().run(PARSER, argument, given)

    def interpreter(version: str, image: str, options: Any) -> Interpreter:
        asked.append((version, image))
        return Parser("a stand-in", (sys.executable, "-I"))

    monkeypatch.setattr(command, "interpreter", interpreter)
    return asked


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """What was waited for."""
    made: list[Json] = []

    class Wait:
        def __init__(self, kubectl: object, **options: Any) -> None:
            made.append(options)

        def run(self) -> None:
            made[-1]["ran"] = True

    monkeypatch.setattr(command, "Wait", Wait)
    monkeypatch.setattr(command, "kubectl_of", lambda settings: None)
    return made


@pytest.fixture
def folder(tmp_path: Path, aws: Aws, used: object, waits: object) -> Iterator[Path]:
    (tmp_path / "a.py").write_text("a")
    (tmp_path / "b.py").write_text("b")
    return tmp_path  # type: ignore[return-value]


def dags(*words: str) -> int:
    return command.main([str(environment_file("dev")), *words])


def test_should_refuse_an_import_error_before_anything_is_uploaded(
    folder: Path, s3: VersionedBucket, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.py").write_text("import x")
    assert dags("publish", str(folder)) == 1
    assert (s3.writes, s3.objects) == ([], {})
    assert "broken.py: import error\n    ImportError: no x" in capsys.readouterr().err


def test_should_publish_wait_and_come_back(
    folder: Path, s3: VersionedBucket, waits: list[Json], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dags("publish", str(folder)) == 0
    former = s3.folder()
    (folder / "a.py").write_text("a 2")
    (folder / "b.py").unlink()
    (folder / "c.py").write_text("c")
    assert dags("publish", str(folder)) == 0
    told = capsys.readouterr().out
    assert "  + c.py\n  ~ a.py\n  - b.py\n1 added, 1 changed, 1 removed, 0 as before" in told
    assert waits[-1]["ran"]
    assert (waits[-1]["gone"], waits[-1]["dags"], waits[-1]["removed_dags"]) == ({"b.py"}, {"a", "c"}, {"b"})
    assert dags("back") == 0
    assert s3.folder() == former
    assert (waits[-1]["gone"], waits[-1]["dags"], waits[-1]["removed_dags"]) == ({"c.py"}, {"a", "b"}, {"c"})


def test_should_not_wait_when_told_so_or_without_an_airflow(folder: Path, aws: Aws, waits: list[Json]) -> None:
    assert dags("publish", str(folder), "--no-wait") == 0
    del aws.stacks["airflow-dev-airflow"]
    assert dags("publish", str(folder)) == 0
    assert waits == []


def test_should_check_with_what_is_deployed(folder: Path, aws: Aws, used: list[Any]) -> None:
    assert dags("publish", str(folder)) == 0
    aws.stacks["airflow-dev-airflow"] = {"AirflowVersion": "3.3.2", "AirflowImage": "registry.example.com/mine:7"}
    assert dags("check", str(folder)) == 0
    assert used == [("3.3.2", "apache/airflow:3.3.2"), ("3.3.2", "registry.example.com/mine:7")]


def test_should_check_with_the_files_version_where_aws_can_not_be_asked(
    folder: Path, aws: Aws, used: list[Any], monkeypatch: pytest.MonkeyPatch, s3: VersionedBucket
) -> None:
    def no_credentials(StackName: str) -> Json:  # noqa: N803
        raise NoCredentialsError

    monkeypatch.setattr(aws, "describe_stacks", no_credentials)
    assert dags("check", str(folder)) == 0
    assert used == [("3.3.2", "apache/airflow:3.3.2")]
    (folder / "broken.py").write_text("import x")
    assert dags("check", str(folder)) == 1
    assert s3.writes == []


@pytest.mark.parametrize(
    ("storage", "told"),
    [(None, "because it is not deployed: `make deploy` first"), ({}, "has no output DagsUri")],
)
def test_should_say_where_the_bucket_is_missing(
    folder: Path, aws: Aws, storage: dict[str, str] | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if storage is None:
        del aws.stacks["airflow-dev-storage"]
    else:
        aws.stacks["airflow-dev-storage"] = storage
    assert dags("publish", str(folder)) == 1
    assert told in capsys.readouterr().err


def test_should_ask_nobody_where_nobody_is(
    folder: Path, s3: VersionedBucket, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "has_terminal", lambda: False)
    s3.by_hand("a.py", b"by hand")
    assert dags("publish", str(folder)) == 1
    assert "YES=1" in capsys.readouterr().err and s3.writes == []
    monkeypatch.setattr(command, "has_terminal", lambda: True)
    monkeypatch.setattr(command, "answer_to", lambda question: "n")
    assert dags("publish", str(folder)) == 1
    assert "Nothing was changed." in capsys.readouterr().out and s3.writes == []
    assert dags("publish", str(folder), "--yes") == 0
    assert s3.folder()["a.py"][0] == b"a"


def test_should_refuse_another_accounts_credentials(
    folder: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch, s3: VersionedBucket
) -> None:
    monkeypatch.setattr(aws, "get_caller_identity", lambda: {"Account": "999999999999", "Arn": "x"})
    settings = aws_environment(name="dev", account=ACCOUNT)
    monkeypatch.setattr(shared, "load_aws_environment", lambda *_: settings)
    assert dags("publish", str(folder)) == dags("back") == 1
    assert s3.writes == []


@pytest.mark.parametrize("words", [("publish",), ("publish", ""), ("check",), ("publish", "x", "--seconds", "0")])
def test_should_ask_for_a_folder(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        dags(*words)


def test_should_read_what_is_deployed() -> None:
    outputs = Outputs.of(Aws(VersionedBucket(), STACKS), aws_environment(name="dev"))
    assert (outputs.version, outputs.image, outputs.has_airflow) == ("3.3.2", "apache/airflow:3.3.2", True)
    assert json.dumps(outputs.dags_uri) == f'"s3://{BUCKET}/dags/"'
