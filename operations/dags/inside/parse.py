"""Parse DAG files as Airflow's DAG processor does, each in a process of its own, and tell what came of it.

Runs under the deployed Airflow's Python, without a database, a network or a credential. Standard input: a tar file of
the folder. Argument: seconds that a file may take. Standard output: one JSON document.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
import ast
import contextlib
import json
import os
import signal
import sys
import tarfile
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

LINES = 18
"""Of a traceback that are told: its end."""

TOLD = 4000
"""Characters of an error that are told: a template may stand in one."""


def main(limit: float) -> dict[str, Any]:
    """What is in the folder of standard input."""
    work = Path(tempfile.mkdtemp())
    folder = work / "dags"
    folder.mkdir()
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
        archive.extractall(folder, filter="data")
    # Before the first import of Airflow, which reads them then.
    os.environ.update(
        AIRFLOW__CORE__DAGS_FOLDER=str(folder),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{work}/none.db",
    )
    os.environ.setdefault("AIRFLOW_HOME", str(work))
    os.chdir(work)
    import airflow

    sys.path.append(str(folder))
    safe, every = _listed(folder, True), _listed(folder, False)
    files = _parsed(folder, safe, limit, work)
    imported = {name for file in files for name in file["imports"]}
    return {
        "airflow": airflow.__version__,
        "python": ".".join(map(str, sys.version_info[:2])),
        "files": files,
        "skipped": [
            {"file": _path(folder, path), "error": _syntax_error(path)}
            for path in sorted(set(every) - set(safe))
            if Path(path).name != "__init__.py" and _path(folder, path) not in imported
        ],
    }


def _listed(folder: Path, safe_mode: bool) -> list[str]:
    """The files that Airflow looks into, but for .airflowignore's; in safe mode only with its words in them."""
    from airflow.configuration import conf

    if safe_mode and not conf.getboolean("core", "dag_discovery_safe_mode"):
        safe_mode = False
    try:
        from airflow.dag_processing.importers import get_importer_registry
    except ImportError:
        from airflow.utils.file import list_py_file_paths

        return sorted(list_py_file_paths(str(folder), safe_mode=safe_mode))
    return sorted(get_importer_registry().list_dag_files(str(folder), safe_mode=safe_mode))


def _parsed(folder: Path, files: list[str], limit: float, work: Path) -> list[dict[str, Any]]:
    """Each file in a fork, as many at once as there are cores: one that hangs or ends its process harms no other."""
    _imported_once()
    waiting, running = list(enumerate(files)), dict[int, tuple[int, str, float]]()
    found: dict[str, dict[str, Any]] = {}
    at_once = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    while waiting or running:
        while waiting and len(running) < at_once:
            number, file = waiting.pop(0)
            child = os.fork()
            if not child:
                _in_the_fork(folder, file, work / f"{number}.json")
            running[child] = (number, file, time.monotonic())
        for child, (number, file, start) in list(running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            late = not ended and time.monotonic() - start > limit
            if late:
                _kill(child)
                os.waitpid(child, 0)
            if ended or late:
                del running[child]
                _kill(child)  # what the file has started and left
                found[file] = _told(folder, file, work / f"{number}.json", late, status, time.monotonic() - start)
        time.sleep(0.01)
    return [found[file] for file in files]


def _imported_once() -> None:
    """What every DAG file imports is no file's own time."""
    import airflow.sdk

    _bag_class()
    _ = airflow.sdk.DAG


def _bag_class() -> Any:
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    return DagBag


def _in_the_fork(folder: Path, file: str, answer: Path) -> None:
    os.setsid()
    report: dict[str, Any] = {}
    start = time.monotonic()
    try:
        report = _dags(folder, file)
    except BaseException:
        report = {"dags": [], "error": traceback.format_exc()}
    report["seconds"] = time.monotonic() - start
    report["imports"] = sorted(
        {
            _path(folder, where)
            for module in list(sys.modules.values())
            if (where := str(getattr(module, "__file__", None) or "")).startswith(f"{folder}{os.sep}") and where != file
        }
    )
    beside = answer.with_suffix(".new")
    beside.write_text(json.dumps(report))
    beside.rename(answer)
    os._exit(0)


def _dags(folder: Path, file: str) -> dict[str, Any]:
    """The DAGs of a file, and what Airflow would show as its import error."""
    bag = _bag_class()(dag_folder=file, collect_dags=False, bundle_path=folder, load_op_links=False)
    dags = bag.process_file(file, only_if_updated=False) or []
    errors = list(bag.import_errors.values()) + [error for dag in dags if (error := _not_serialized(dag))]
    return {"dags": sorted(dag.dag_id for dag in dags), "error": "\n".join(errors) or None}


def _not_serialized(dag: Any) -> str | None:
    """Airflow keeps a DAG in its database: what can't be written there is an import error as well."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization
    try:
        Serialization.to_dict(dag)
    except Exception:
        return traceback.format_exc()
    return None


def _told(folder: Path, file: str, answer: Path, late: bool, status: int, seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"file": _path(folder, file), "dags": [], "error": None, "late": late, "seconds": seconds}
    told["imports"] = []
    if answer.exists():
        told.update(json.loads(answer.read_text()), late=False)
    elif not late:
        code = os.waitstatus_to_exitcode(status)
        told["error"] = f"its process ended with {code} while the file was read"
    if told["error"]:
        told["error"] = _shortened(told["error"].replace(f"{folder}{os.sep}", ""))
    return told


def _shortened(error: str) -> str:
    """The end of a traceback, without the frames that only load the file."""
    lines, loading = [], False
    for line in error.splitlines():
        if line.startswith("  File "):
            loading = "<frozen importlib" in line or "/dag_processing/" in line
        elif not line.startswith("    "):
            loading = False
        if line.strip() and not loading:
            lines.append(line)
    return "\n".join(lines[-LINES:])[-TOLD:]


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _path(folder: Path, path: str) -> str:
    return Path(path).relative_to(folder).as_posix()


def _syntax_error(path: str) -> str | None:
    if not path.endswith(".py"):
        return None
    try:
        ast.parse(Path(path).read_bytes())
    except (SyntaxError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    out = os.dup(1)
    os.dup2(2, 1)  # what a DAG file prints is no part of the report
    document = main(float(sys.argv[1]))
    with os.fdopen(out, "w") as stream:
        json.dump(document, stream)
    sys.stdout.flush()
    os._exit(0)  # no thread of a file's keeps it
