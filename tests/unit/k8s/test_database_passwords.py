"""What opens the metadata database while its password changes: the module, the probe and the script that changes it."""

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from k8s.airflow.key_ring import KeyRing

AIRFLOW = Path(__file__).resolve().parents[3] / "k8s" / "airflow"
DATABASE = json.dumps({"username": "airflow", "password": "old", "host": "db", "port": 5432, "dbname": "airflow"})
ANNOUNCED = KeyRing("old").announced("new")


class OperationalError(Exception):
    """psycopg2's."""


class Server:
    """A PostgreSQL that takes one password of its user."""

    def __init__(self, password: str, *, away: bool = False) -> None:
        self.password, self.away = password, away
        self.tried: list[str] = []

    def connect(self, *_: Any, **named: Any) -> Any:
        self.tried.append(named["password"])
        if self.away:
            raise OperationalError("could not connect to server")
        if self.password not in (named["password"], "any"):
            raise OperationalError('FATAL:  password authentication failed for user "airflow"')
        return self

    # What the script uses of a connection and its cursor.
    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def cursor(self) -> "Server":
        return self

    def execute(self, query: tuple[str, str]) -> None:
        assert query[0] == "ALTER ROLE CURRENT_USER PASSWORD {}"
        if self.password != "any":
            self.password = query[1].removeprefix("kept of ")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[KeyRing], None]:
    """Puts these passwords into the file of secrets."""
    monkeypatch.setenv("AIRFLOW_SECRETS_DIRECTORY", str(tmp_path))

    def put(ring: KeyRing) -> None:
        (tmp_path / "database.json").write_text(ring.in_database(DATABASE))

    return put


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`opened(server)`: what the module answers SQLAlchemy, which asks before it connects by itself."""
    listening: dict[str, Any] = {}

    def listens_for(target: object, name: str) -> Callable[[Any], Any]:
        def keep(listener: Any) -> Any:
            listening[f"{target}.{name}"] = listener
            return listener

        return keep

    for name, parts in {"sqlalchemy": ["event"], "sqlalchemy.engine": ["Engine"]}.items():
        module = ModuleType(name)
        for part in parts:
            setattr(module, part, "Engine")
        monkeypatch.setitem(sys.modules, name, module)
    event = ModuleType("sqlalchemy.event")
    event.listens_for = listens_for  # type: ignore[attr-defined]
    sys.modules["sqlalchemy"].event = event  # type: ignore[attr-defined]
    found = runpy.run_path(str(AIRFLOW / "modules" / "database_passwords.py"))
    assert found["CONNECT_ARGUMENTS"] == {}

    def connect(server: Server, **named: str) -> Any:
        given = {"host": "db", "user": "airflow", "password": "old", **named}
        return listening["Engine.do_connect"](server, None, [], given)

    return connect


@pytest.mark.parametrize(
    ("ring", "server", "tried"),
    [
        (KeyRing("old"), "old", ["old"]),
        (ANNOUNCED, "old", ["old"]),
        (ANNOUNCED, "new", ["old", "new"]),
        # A file that the kubelet has written anew beneath a process that was started with the old password.
        (KeyRing("new"), "new", ["old", "new"]),
        (KeyRing("new").announced("newer"), "newer", ["old", "new", "newer"]),
    ],
)
def test_should_open_the_database_with_whichever_it_takes(
    secrets: Any, opened: Any, ring: KeyRing, server: str, tried: list[str]
) -> None:
    secrets(ring)
    postgres = Server(server)
    assert opened(postgres) is postgres
    assert postgres.tried == tried


def test_should_tell_the_refusal_when_it_takes_none(secrets: Any, opened: Any) -> None:
    secrets(ANNOUNCED)
    with pytest.raises(OperationalError, match="password authentication failed"):
        opened(Server("another"))


def test_should_not_try_again_where_the_password_is_not_the_reason(secrets: Any, opened: Any) -> None:
    secrets(ANNOUNCED)
    postgres = Server("new", away=True)
    with pytest.raises(OperationalError, match="could not connect"):
        opened(postgres)
    assert postgres.tried == ["old"]


@pytest.mark.parametrize("other", [{"host": "warehouse"}, {"user": "ada"}])
def test_should_leave_every_other_database_alone(secrets: Any, opened: Any, other: dict[str, str]) -> None:
    secrets(ANNOUNCED)
    postgres = Server("new")
    assert opened(postgres, **other) is None
    assert postgres.tried == []


def test_should_leave_sqlalchemy_to_itself_without_the_file(secrets: Any, opened: Any) -> None:
    assert opened(Server("old")) is None


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch, secrets: Any) -> Callable[[Server], Any]:
    """`changed(server)`: runs the script that changes the password."""

    def run(server: Server) -> Any:
        psycopg2, extensions, sql = (ModuleType(f"psycopg2{part}") for part in ("", ".extensions", ".sql"))
        psycopg2.connect, psycopg2.OperationalError = server.connect, OperationalError  # type: ignore[attr-defined]
        extensions.encrypt_password = lambda password, user, scope: f"kept of {password}"  # type: ignore[attr-defined]

        class Sql(str):
            def format(self, value: str) -> Any:  # type: ignore[override]
                return (str(self), value)

        sql.SQL, sql.Literal = Sql, str  # type: ignore[attr-defined]
        for module in (psycopg2, extensions, sql):
            monkeypatch.setitem(sys.modules, module.__name__, module)
        runpy.run_path(str(AIRFLOW / "scripts" / "new_password.py"), run_name="__main__")

    return run


def test_should_change_the_password_once_and_find_it_changed(secrets: Any, changed: Any, capsys: Any) -> None:
    secrets(ANNOUNCED)
    postgres = Server("old")
    for _ in range(2):
        changed(postgres)
        assert postgres.password == "new"
        assert "the old one no more" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ring", "server", "words"),
    [
        (KeyRing("old"), Server("old"), "announces no password"),
        (ANNOUNCED, Server("another"), "takes neither"),
        (ANNOUNCED, Server("any"), "does not tell the new password from the old one"),
    ],
)
def test_should_say_why_it_changes_nothing(
    secrets: Any, changed: Any, ring: KeyRing, server: Server, words: str, capsys: Any
) -> None:
    secrets(ring)
    with pytest.raises(SystemExit, match=words) as end:
        changed(server)
    assert "old" not in str(end.value).replace("the old one", "")


def test_should_not_take_an_outage_for_a_wrong_password(secrets: Any, changed: Any) -> None:
    secrets(ANNOUNCED)
    with pytest.raises(OperationalError, match="could not connect"):
        changed(Server("old", away=True))
