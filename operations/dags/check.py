"""What the deployed Airflow says of the files, before any of them is uploaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.aws import OperationError
from operations.dags.interpreter import Interpreter, InterpreterError
from operations.dags.tree import Tree

Json = dict[str, Any]
SCRIPT = Path(__file__).parent / "inside" / "parse.py"

SECONDS = 10.0
"""How long one file may take by default. Each task's start pays it again; Airflow itself gives up at 30 s
(core.dagbag_import_timeout)."""

SECTIONS = ("core", "dag_processor", "operators")
"""Of Airflow's options, those that say how a file is read."""


class RefusedDagsError(OperationError):
    """What is wrong with the files, a paragraph each."""


@dataclass(frozen=True)
class Checked:
    """What the files hold."""

    dags: Mapping[str, str]
    """DAG id -> file."""

    notes: tuple[str, ...] = ()
    """What a person should know, though Airflow would not mind."""

    slowest: str = ""


def options_of(config: Mapping[str, Any]) -> dict[str, str]:
    """The environment's own Airflow options that count here, as environment variables."""
    # Airflow's two lines of a traceback would often be of the library that a file calls, not of the file.
    found = {"AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor", "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "6"}
    for option, value in config.items():
        section, _, key = option.rpartition(".")
        if section in SECTIONS:
            found[f"AIRFLOW__{section.upper()}__{key.upper()}"] = str(value)
    return found


def check(tree: Tree, interpreter: Interpreter, version: str, seconds: float) -> Checked:
    """Parse all files.

    Raises:
        RefusedDagsError: a file with an import error, one that is too slow, a DAG id that stands twice, or no DAG.
        InterpreterError: they could not be parsed.
    """
    output = interpreter.run(SCRIPT.read_text(encoding="utf-8"), str(seconds), tree.packed())
    try:
        report: Json = json.loads(output)
    except ValueError as error:
        raise InterpreterError(f"{interpreter.shown}: no report came of the check: {output[-500:]!r}") from error
    if report["airflow"] != version:
        raise RefusedDagsError(
            f"{interpreter.shown} has Airflow {report['airflow']}, and {version} is deployed: these files would be"
            " checked against another one"
        )
    files: list[Json] = report["files"]
    problems = [*_errors(files), *_late(files, seconds), *_twice(files)]
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise RefusedDagsError("\n\n".join([*problems, f"{count}, checked with {interpreter.shown}."]))
    dags = {dag: file["file"] for file in files for dag in file["dags"]}
    if not dags:
        raise RefusedDagsError(
            "No file has a DAG: is FROM the folder of your DAGs? Airflow looks into the .py files that hold the words"
            " airflow and dag, and that .airflowignore does not name"
        )
    slowest = max(files, key=lambda file: float(file["seconds"]))
    return Checked(dags, tuple(_notes(report)), f"{slowest['file']} took {slowest['seconds']:.1f} s")


def _errors(files: list[Json]) -> list[str]:
    return [f"{file['file']}: import error\n{_indented(file['error'])}" for file in files if file["error"]]


def _late(files: list[Json], seconds: float) -> list[str]:
    return [
        f"{file['file']}: the code at its top takes more than {seconds:g} s, which every start of a task would take as"
        " well: move it into tasks (SECONDS=… allows more)"
        for file in files
        if file["late"] or (file["seconds"] > seconds and not file["error"])
    ]


def _twice(files: list[Json]) -> list[str]:
    places: dict[str, list[str]] = {}
    for file in files:
        for dag in file["dags"]:
            places.setdefault(dag, []).append(file["file"])
    return [
        f"DAG {dag} stands {len(where)} times, and Airflow would run any one of them: {', '.join(where)}"
        for dag, where in sorted(places.items())
        if len(where) > 1
    ]


def _notes(report: Json) -> list[str]:
    """Files that look like DAGs, are none to Airflow, and that no DAG file needs."""
    return [
        f"{file['file']}: Airflow does not look into it (the words airflow and dag are not both in it), and no DAG file"
        " imports it" + (f"; {file['error']}" if file["error"] else "")
        for file in report["skipped"]
    ]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
