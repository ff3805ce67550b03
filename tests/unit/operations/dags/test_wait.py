"""Until when it is waited, and what is told. tests/runtime/test_publish.py has it with a real Airflow."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from operations.dags import wait as module
from operations.dags.wait import NotShownError, Wait
from operations.doctor.kubectl import CommandError, Kubectl, KubectlError

Json = dict[str, Any]
NEW = {"now": 100.0, "files": {"a.py": "sum", "other.py": "other"}}
SHOWN: Json = {"dags": {"a": [101.0, False], "old": [50.0, True]}, "errors": {}}


class Pod(Kubectl):
    """Answers a question with each answer once, and with the last one for ever."""

    def __init__(self, arrived: list[Any], shown: list[Any]) -> None:
        self.answers = {"arrived": list(arrived), "shown": list(shown)}
        self.asked: list[str] = []

    def execute(self, deployment: str, command: Sequence[str], seconds: float) -> str:
        assert deployment == "airflow-dag-processor" and command[:2] == ["python", "-c"]
        name = "shown" if "airflow.models" in command[2] else "arrived"
        assert list(command[3:]) == (["/opt/airflow/dags"] if name == "arrived" else [])
        self.asked.append(name)
        answers = self.answers[name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return f"[2026-11-24] a warning of Airflow's\n{json.dumps(answer)}\n"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def waited(arrived: list[Any], shown: list[Any], seconds: float = 60) -> tuple[Pod, list[str]]:
    pod, told = Pod(arrived, shown), list[str]()
    Wait(
        pod,
        sums={"a.py": "sum"},
        gone=frozenset({"old.py"}),
        dags=frozenset({"a"}),
        removed_dags=frozenset({"old"}),
        seconds=seconds,
        tell=told.append,
    ).run()
    return pod, told


def not_shown(arrived: list[Any], shown: list[Any]) -> str:
    with pytest.raises(NotShownError) as error:
        waited(arrived, shown)
    return str(error.value)


def test_should_wait_for_new_changed_and_removed_files_then_for_the_dags() -> None:
    missing = {"now": 90.0, "files": {}}
    former = {"now": 91.0, "files": {"a.py": "former", "old.py": "x"}}
    not_gone = {"now": 92.0, "files": {"a.py": "sum", "old.py": "x"}}
    before: Json = {"dags": {"a": [99.0, False], "old": [50.0, True]}, "errors": {}}
    unknown: Json = {"dags": {"old": [50.0, True]}, "errors": {}}
    stale: Json = {"dags": {"a": [101.0, True]}, "errors": {}}
    still: Json = {"dags": {"a": [101.0, False], "old": [99.0, False]}, "errors": {}}
    pod, told = waited([missing, former, not_gone, NEW], [before, unknown, stale, still, SHOWN])
    assert pod.asked == ["arrived"] * 4 + ["shown"] * 5
    assert told[0] == "  not on the file system yet: a.py (0 s)"
    assert told[1] == "  not on the file system yet: a.py, old.py (5 s)"
    assert told[2] == "  not on the file system yet: old.py (10 s)"
    assert told[-2:] == ["  not parsed yet: old (30 s)", "  shown by Airflow after 35 s"]


def test_should_tell_an_import_error_that_only_the_platform_has() -> None:
    error = {**SHOWN, "errors": {"a.py": [102.0, "Traceback\nImportError: no x"], "others.py": [103.0, "not ours"]}}
    told = not_shown([NEW], [error])
    assert "Airflow can't import:\n  a.py: ImportError: no x\n`make dags-back`" in told
    assert "others.py" not in told


def test_should_not_mind_an_import_error_of_before() -> None:
    before: Json = {"dags": {"a": [99.0, False]}, "errors": {"a.py": [80.0, "Traceback\nImportError"]}}
    pod, _ = waited([NEW], [before, SHOWN])
    assert pod.asked == ["arrived", "shown", "shown"]


def test_should_say_what_is_missing_when_the_time_is_over() -> None:
    told = not_shown([{"now": 1.0, "files": {}}], [SHOWN])
    assert told.startswith("Published, but after 60 s not on the file system yet: a.py.")
    told = not_shown([NEW], [{"dags": {}, "errors": {}}])
    assert told.startswith("Published, but after 60 s not parsed yet: a.")


def test_should_say_that_it_is_published_when_airflow_can_not_be_asked() -> None:
    told = not_shown([KubectlError("there is no kubectl on PATH")], [])
    assert told.startswith("Published, but Airflow can't be asked") and "NO_WAIT=1" in told
    told = not_shown([NEW], [CommandError("x\nOperationalError: no database\ncommand terminated with exit code 1")])
    assert told == "Published, but the DAG processor can't be asked: OperationalError: no database"
