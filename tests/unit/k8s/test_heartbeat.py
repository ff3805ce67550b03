"""heartbeat.py, run against a database in memory: whose heartbeat counts, and how old it may be."""

import json
import runpy
import socket
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "heartbeat.py"
DATABASE = {"username": "u", "password": "p", "host": "h", "port": 5432, "dbname": "d"}

Row = tuple[str, str, str, int | None]
"""Type, state and host of a job, and the age of its last heartbeat in seconds."""

HERE = "this host"
OURS, OTHERS = "TriggererJob", "SchedulerJob"


class Cursor:
    """What the script uses of psycopg2's cursor, on SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    def execute(self, query: str, values: tuple[str, ...]) -> None:
        self._cursor.execute(query.replace("%s", "?"), values)

    def fetchone(self) -> tuple[Any, ...]:
        return tuple(datetime.fromisoformat(each) if each else None for each in self._cursor.fetchone())


class Connection:
    def __init__(self, rows: list[Row]) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE TABLE job (job_type, state, hostname, latest_heartbeat)")
        now, address = datetime.now(timezone.utc), socket.gethostbyname(socket.gethostname())
        for job_type, state, host, age in rows:
            beat = None if age is None else (now - timedelta(seconds=age)).isoformat()
            values = (job_type, state, address if host == HERE else host, beat)
            self._connection.execute("INSERT INTO job VALUES (?, ?, ?, ?)", values)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def cursor(self) -> Cursor:
        return Cursor(self._connection)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """`asked(rows)`: how the script ends where the database holds these jobs; None is success."""
    (tmp_path / "database.json").write_text(json.dumps(DATABASE))
    monkeypatch.setenv("AIRFLOW_SECRETS_DIRECTORY", str(tmp_path))
    connections: list[dict[str, Any]] = []

    class OperationalError(Exception):
        """psycopg2's."""

    def run(rows: list[Row], max_age: int = 120) -> str | None:
        def connect(**arguments: Any) -> Connection:
            connections.append(arguments)
            if arguments["password"] not in run.taken:  # type: ignore[attr-defined]
                raise OperationalError("password authentication failed")
            return Connection(rows)

        psycopg2 = ModuleType("psycopg2")
        monkeypatch.setattr(psycopg2, "connect", connect, raising=False)
        monkeypatch.setattr(psycopg2, "OperationalError", OperationalError, raising=False)
        monkeypatch.setitem(sys.modules, "psycopg2", psycopg2)
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), OURS, "--max-age-seconds", str(max_age)])
        try:
            runpy.run_path(str(SCRIPT), run_name="__main__")
        except SystemExit as ended:
            return str(ended.code)
        return None

    run.connections = connections  # type: ignore[attr-defined]
    run.taken = ["p"]  # type: ignore[attr-defined]
    return run


ALIVE: Row = (OURS, "running", HERE, 5)


@pytest.mark.parametrize(
    "rows",
    [
        [ALIVE],
        [(OURS, "running", HERE, 100)],
        # The pod before this one, on the same address, and others elsewhere.
        [(OURS, "failed", HERE, 90_000), (OURS, "running", HERE, 90_000), ALIVE, (OURS, "running", "10.9.9.9", 500)],
        [ALIVE, (OURS, "running", HERE, None)],
    ],
    ids=["just now", "a while ago", "a newer one", "one that has not begun"],
)
def test_should_take_a_running_job_of_this_host_for_alive(rows: list[Row], asked: Any) -> None:
    assert asked(rows) is None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        *([(OURS, state, HERE, 5)] for state in ("failed", "success", "restarting", "RUNNING ")),
        [(OURS, "running", "0.0.0.1", 5), (OURS, "running", "99.9.9.9", 5)],
        [(OTHERS, "running", HERE, 5)],
        [(OURS, "running", HERE, None)],
    ],
    ids=str,
)
def test_should_find_no_job_where_none_of_this_host_runs(rows: list[Row], asked: Any) -> None:
    assert asked(rows) == "No running TriggererJob of this host."


@pytest.mark.parametrize(
    "rows",
    [
        [(OURS, "running", HERE, 140)],
        [(OURS, "running", HERE, 140), (OURS, "failed", HERE, 5)],
        [(OURS, "running", HERE, 140), (OURS, "running", "10.9.9.9", 5), (OTHERS, "running", HERE, 5)],
    ],
    ids=["silent", "another that failed", "another elsewhere"],
)
def test_should_take_a_job_for_dead_that_is_silent(rows: list[Row], asked: Any) -> None:
    assert asked(rows) == "The last heartbeat of TriggererJob is 140 seconds old."


@pytest.mark.parametrize(("max_age", "dead"), [(145, False), (135, True), (30, True), (600, False)])
def test_should_allow_the_age_that_it_is_told(max_age: int, dead: bool, asked: Any) -> None:
    assert (asked([(OURS, "running", HERE, 140)], max_age) is not None) is dead


def test_should_reach_the_database_of_the_secret_and_not_wait_for_it(asked: Any) -> None:
    asked([ALIVE])
    (arguments,) = asked.connections
    assert {"host": "h", "port": 5432, "user": "u", "password": "p", "dbname": "d"}.items() <= arguments.items()
    assert 0 < arguments["connect_timeout"] < 15  # the probe's own time limit


def test_should_take_whichever_password_works_while_it_changes(asked: Any, tmp_path: Path) -> None:
    (tmp_path / "database.json").write_text(json.dumps({**DATABASE, "next_password": "n"}))
    for taken, tried in (("p", ["p"]), ("n", ["p", "n"])):
        asked.taken, asked.connections[:] = [taken], []
        assert asked([ALIVE]) is None
        assert [each["password"] for each in asked.connections] == tried
    asked.taken = []
    with pytest.raises(Exception, match="password authentication failed"):
        asked([ALIVE])
