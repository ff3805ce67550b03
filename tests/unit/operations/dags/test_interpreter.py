"""Where the deployed Airflow is run, and what it is not handed."""

import json
import os
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from operations.dags import interpreter as module
from operations.dags.interpreter import InterpreterError, interpreter

OWN = "apache/airflow:3.3.2"

DOCKER = """#!{python} -IS
import json, os, sys
if sys.argv[1] == "version":
    sys.exit({daemon})
with open("{calls}", "w") as file:
    json.dump([sys.argv[1:], sys.stdin.read()], file)
print("out")
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin:/bin")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-caller")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW_VAR_BUCKET", "b")
    monkeypatch.delenv("AIRFLOW_PYTHON", raising=False)


def docker(folder: Path, daemon: bool = True) -> Path:
    calls = folder / "calls"
    program = DOCKER.replace("{python}", sys.executable).replace("{calls}", str(calls))
    (folder / "docker").write_text(program.replace("{daemon}", "0" if daemon else "1"))
    (folder / "docker").chmod(0o755)
    return calls


def test_should_prefer_the_deployed_image_without_a_network_or_a_credential(tmp_path: Path) -> None:
    calls = docker(tmp_path)
    used = interpreter("3.3.2", "registry.example.com/mine:1", {"AIRFLOW__CORE__EXECUTOR": "secret-or-not"})
    assert used.run("the script", "10", b"the files") == b"out\n"
    words, given = json.loads(calls.read_text())
    assert given == "the files"
    assert words[0] == "run" and words[-4:] == ["registry.example.com/mine:1", "-c", "the script", "10"]
    assert ("--network", "none") in pairwise(words)
    handed = [after for word, after in pairwise(words) if word == "--env"]
    assert handed == ["PYTHONDONTWRITEBYTECODE=1", "AIRFLOW__CORE__EXECUTOR", "AIRFLOW_VAR_BUCKET"]
    assert not {"--volume", "-v", "--mount", "--privileged"} & set(words)
    assert not any("of-the-caller" in word or "secret-or-not" in word for word in words)


def test_should_use_airflows_own_image_where_the_environment_has_none(tmp_path: Path) -> None:
    docker(tmp_path)
    assert interpreter("3.3.2", OWN, {}).command[-1] == "apache/airflow:3.3.2"


def test_should_run_a_given_python_with_nothing_of_the_callers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path)
    monkeypatch.setenv("AIRFLOW_PYTHON", sys.executable)
    used = interpreter("3.3.2", "registry.example.com/mine:1", {"AIRFLOW__CORE__EXECUTOR": "e"})
    script = "import json, os, sys; print(json.dumps([dict(os.environ), sys.stdin.read(), sys.argv[1]]))"
    environment, given, argument = json.loads(used.run(script, "10", b"files"))
    assert (given, argument) == ("files", "10")
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "e" and environment["AIRFLOW_VAR_BUCKET"] == "b"
    assert "HOME" not in environment and not [name for name in environment if "SECRET" in name]


def test_should_not_check_an_image_of_ones_own_with_another_airflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path, daemon=False)
    monkeypatch.setattr(module, "_made", lambda version: Path("/bin/python"))
    for image in ("registry.example.com/mine:1", "apache/airflow:3.3.1", f"registry.example.com/{OWN}"):
        with pytest.raises(InterpreterError, match="start Docker here"):
            interpreter("3.3.2", image, {})


@pytest.mark.parametrize("image", [OWN, f"{OWN}-python3.12", f"docker.io/{OWN}@sha256:{'0' * 64}"])
@pytest.mark.parametrize("has_client", [True, False])
def test_should_make_an_environment_of_the_deployed_version_where_there_is_no_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_client: bool, image: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if has_client:
        docker(tmp_path, daemon=False)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    ran: list[list[str]] = []

    def run(command: list[str], **options: object) -> object:
        ran.append([str(word) for word in command])
        (tmp_path / ".venv-dags-3.3.2").mkdir(exist_ok=True)
        return type("Done", (), {"returncode": 1 if command[0] == "docker" else 0})

    monkeypatch.setattr(module.subprocess, "run", run)
    python = str(tmp_path / ".venv-dags-3.3.2/bin/python")
    assert interpreter("3.3.2", image, {}).command[0] == python
    steps = [words for words in ran if words[0] != "docker"]
    assert steps[-1][-1].endswith("]==3.3.2") and steps[-1][0] == python
    assert interpreter("3.3.2", OWN, {}).command[0] == python
    assert [words for words in ran if words[0] != "docker"] == steps, "it is there now"


def test_should_say_so_when_it_can_be_run_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module.subprocess, "run", lambda *_, **__: type("Done", (), {"returncode": 1}))
    with pytest.raises(InterpreterError, match="can't be installed here"):
        interpreter("3.3.2", OWN, {})


def test_should_tell_why_the_check_itself_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_PYTHON", sys.executable)
    with pytest.raises(InterpreterError, match=r"No module named 'airflow_of_nowhere'(.|\n)*AIRFLOW_PYTHON"):
        interpreter("3.3.2", OWN, {}).run("import airflow_of_nowhere", "10", b"")
    monkeypatch.setenv("AIRFLOW_PYTHON", "/nothing/here")
    with pytest.raises(InterpreterError, match="can't be run"):
        interpreter("3.3.2", OWN, {}).run("", "10", b"")
