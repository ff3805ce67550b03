"""schema_version.py, run with stand-ins of Airflow and Alembic: what counts as older, and what is done about it."""

import os
import runpy
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "schema" / "schema_version.py"

HISTORY = {"airflow": ("a1", "a2", "a3"), "fab": ("f1", "f2")}
"""Revisions that this image knows, oldest first; the last is the one it wants."""

Found = dict[str, list[str]]
"""Revisions in the database by whose they are."""

EQUAL: Found = {"airflow": ["a3"], "fab": ["f2"]}


class Image:
    """Airflow's image and its database, as far as the script looks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[Found] = [EQUAL]
        """What the database holds at each look; the last for ever. Empty: it does not answer."""

        self.altered: list[str] = []
        self._became: list[str] | None = None
        self.now = 0.0
        self._tables = {"alembic_version": "airflow", "alembic_version_fab": "fab"}
        self._monkeypatch = monkeypatch
        self._looks = 0

    def run(self, action: str, timeout: int = 30) -> str | list[str] | None:
        """How the script ends: None is success, a text is a failure, a list is the command that it becomes."""
        self._install()
        self._monkeypatch.setattr(sys, "argv", [str(SCRIPT), action, "--timeout-seconds", str(timeout)])
        self._monkeypatch.setattr(time, "sleep", self._sleep)
        self._monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self._monkeypatch.setattr(os, "execvp", self._execute)
        try:
            runpy.run_path(str(SCRIPT), run_name="__main__")
        except SystemExit as ended:
            return self._became or str(ended.code)
        return None

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _execute(self, program: str, arguments: list[str]) -> None:
        self._became = arguments
        raise SystemExit  # a program that becomes another one does not come back

    def _install(self) -> None:
        fab = SimpleNamespace(
            __name__="fab", version_table_name="alembic_version_fab", migration_dir="/fab", metadata=SimpleNamespace()
        )
        fab.metadata.sorted_tables = []
        known_columns = SimpleNamespace(columns={"id", "known"})
        known_columns.name = "dag"
        base = SimpleNamespace(metadata=SimpleNamespace(sorted_tables=[known_columns]))

        class OperationalError(Exception):
            orig = "connection refused"

        image = self

        class Engine:
            def __init__(self) -> None:
                self.dialect = SimpleNamespace(
                    identifier_preparer=SimpleNamespace(format_table=lambda table: table.name, quote=str)
                )

            @contextmanager
            def connect(self) -> Iterator["Engine"]:
                self.revisions = image.found[min(image._looks, len(image.found) - 1)]
                image._looks += 1
                if not self.revisions:
                    raise OperationalError
                yield self

            begin = connect

            def execute(self, statement: str) -> None:
                image.altered.append(statement)

        class Context:
            @staticmethod
            def configure(connection: Engine, opts: dict[str, str]) -> Any:
                heads = connection.revisions[image._tables[opts["version_table"]]]
                return SimpleNamespace(get_current_heads=lambda: tuple(heads))

        class Scripts:
            @staticmethod
            def from_config(config: Any) -> Any:
                history = HISTORY["fab" if config.location == "/fab" else "airflow"]
                return SimpleNamespace(
                    get_heads=lambda: [history[-1]],
                    walk_revisions=lambda: [SimpleNamespace(revision=each) for each in history],
                )

        class Config:
            def set_main_option(self, name: str, value: str) -> None:
                self.location = value

        columns = [
            {"name": "known", "nullable": False, "default": None},
            {"name": "newer", "nullable": False, "default": None},
            {"name": "newer_with_default", "nullable": False, "default": "0"},
        ]
        inspector = SimpleNamespace(
            has_table=lambda name: True,
            get_pk_constraint=lambda name: {"constrained_columns": ["id"]},
            get_columns=lambda name: columns,
        )
        self._module("airflow", __file__="/airflow/__init__.py")
        self._module("airflow.configuration", conf=SimpleNamespace(get_mandatory_value=lambda *_: "url"))
        self._module("airflow.models", import_all_models=lambda: None)
        self._module("airflow.models.base", Base=base)
        self._module("airflow.utils")
        self._module("airflow.utils.db_manager", RunDBManager=lambda: SimpleNamespace(_managers=[fab]))
        self._module("alembic")
        self._module("alembic.config", Config=Config)
        self._module("alembic.migration", MigrationContext=Context)
        self._module("alembic.script", ScriptDirectory=Scripts)
        self._module(
            "sqlalchemy",
            MetaData=object,
            create_engine=lambda url, **_: Engine(),
            inspect=lambda connection: inspector,
            text=str,
        )
        self._module("sqlalchemy.engine", Connection=Engine, Engine=Engine)
        self._module("sqlalchemy.exc", OperationalError=OperationalError)
        self._module("sqlalchemy.pool", NullPool=object)

    def _module(self, name: str, **content: Any) -> None:
        module = ModuleType(name)
        module.__dict__.update(content)
        self._monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> Image:
    return Image(monkeypatch)


NEW_DATABASE: Found = {"airflow": [], "fab": []}
OLDER: list[Found] = [
    NEW_DATABASE,
    {**EQUAL, "airflow": ["a1"]},
    {**EQUAL, "airflow": ["a2"]},
    {**EQUAL, "fab": ["f1"]},
    {**EQUAL, "fab": []},
    # A newer Airflow with an older provider: not all of it is here yet.
    {"airflow": ["a9"], "fab": ["f1"]},
]
NEWER: list[Found] = [
    {**EQUAL, "airflow": ["a9"]},
    {**EQUAL, "fab": ["f9"]},
    {"airflow": ["a9"], "fab": ["f9"]},
    {**EQUAL, "airflow": ["a3", "a9"]},  # a branch that this image does not know
]


@pytest.mark.parametrize("found", [EQUAL, *NEWER], ids=str)
def test_should_start_with_a_schema_that_is_as_wanted_or_newer(found: Found, image: Image) -> None:
    image.found = [found]
    assert image.run("wait") is None
    assert image.now == 0


@pytest.mark.parametrize("found", OLDER, ids=str)
def test_should_not_start_with_an_older_schema(found: Found, image: Image) -> None:
    image.found = [found]
    assert image.run("wait", timeout=30) == "Gave up waiting for the migration."
    assert 30 < image.now < 40


@pytest.mark.parametrize("found", OLDER, ids=str)
def test_should_start_as_soon_as_the_migration_is_done(found: Found, image: Image) -> None:
    image.found = [found, found, EQUAL]
    assert image.run("wait") is None
    assert 0 < image.now < 10


@pytest.mark.parametrize("found", [EQUAL, *OLDER], ids=str)
def test_should_migrate_an_older_schema_and_finish_one_that_was_cut_off(found: Found, image: Image) -> None:
    image.found = [found]
    assert image.run("migrate") == ["airflow", "db", "migrate"]
    assert image.altered == []


@pytest.mark.parametrize("found", NEWER, ids=str)
def test_should_leave_a_newer_schema_and_make_room_for_what_this_version_cannot_fill(
    found: Found, image: Image
) -> None:
    image.found = [found]
    assert image.run("migrate") is None
    assert image.altered == ["ALTER TABLE dag ALTER COLUMN newer DROP NOT NULL"]


@pytest.mark.parametrize("action", ["wait", "migrate"])
def test_should_ask_again_while_the_database_does_not_answer(action: str, image: Image) -> None:
    image.found = [{}, {}, NEWER[0]]
    assert image.run(action) is None
    assert 0 < image.now < 10


@pytest.mark.parametrize("action", ["wait", "migrate"])
def test_should_give_up_on_a_database_that_never_answers(action: str, image: Image) -> None:
    image.found = [{}]
    assert image.run(action, timeout=30) == "Gave up."
    assert 30 < image.now < 40


def test_should_say_what_it_found(image: Image, capsys: pytest.CaptureFixture[str]) -> None:
    image.found = [{"airflow": ["a1"], "fab": ["f9"]}, EQUAL]
    image.run("wait")
    assert capsys.readouterr().out.splitlines() == [
        "Schemas: airflow is older than this image, fab is newer than this image.",
        "Schemas: airflow is as this image wants it, fab is as this image wants it.",
    ]
