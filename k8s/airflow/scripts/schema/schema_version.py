"""Wait for Airflow's database schema, or migrate to it, and accept one that is newer than this image.

`airflow db check-migrations` wants equal revisions, so after a migration the previous version could never start
again: a roll-back would hang. Here a database whose revision this image does not know counts as newer, and passes.
"""

# mypy: disable-error-code="import-not-found"
import argparse
import logging
import os
import sys
import time
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import airflow
from airflow.configuration import conf
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.utils.db_manager import RunDBManager
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

POLL_SECONDS = 3


class State(Enum):
    """A schema in the database, seen from this image."""

    OLDER = "older than this image"
    EQUAL = "as this image wants it"
    NEWER = "newer than this image"


class Schema(NamedTuple):
    """The migrations of Airflow itself or of a provider, as this image brings them."""

    name: str
    version_table: str
    heads: frozenset[str]
    known: frozenset[str]

    def state(self, connection: Connection) -> State:
        context = MigrationContext.configure(connection, opts={"version_table": self.version_table})
        found = frozenset(context.get_current_heads())
        if found == self.heads:
            return State.EQUAL
        return State.NEWER if found - self.known else State.OLDER


def schema(name: str, version_table: str, migrations: str) -> Schema:
    config = Config()
    config.set_main_option("script_location", migrations.replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = frozenset(revision.revision for revision in scripts.walk_revisions())
    return Schema(name, version_table, frozenset(scripts.get_heads()), known)


def managers() -> list[Any]:
    """What looks after the tables of providers (FAB); the list has no public name in Airflow 3.0 to 3.3."""
    return list(RunDBManager()._managers)


def schemas() -> list[Schema]:
    """Airflow's own schema and those of providers, as `airflow db migrate` finds them."""
    own = schema("airflow", "alembic_version", str(Path(airflow.__file__).parent / "migrations"))
    return [own, *(schema(each.__name__, each.version_table_name, each.migration_dir) for each in managers())]


def database() -> Engine:
    """A connection each time it is used: a database that restarts, or moves, is found again."""
    return create_engine(conf.get_mandatory_value("database", "sql_alchemy_conn"), poolclass=NullPool)


def states(wanted: list[Schema], engine: Engine, deadline: float) -> dict[str, State]:
    """The state of each schema. A database that does not answer yet is asked again until the deadline."""
    while True:
        try:
            with engine.connect() as connection:
                return {each.name: each.state(connection) for each in wanted}
        except OperationalError as error:
            print(f"The database does not answer: {str(error.orig).strip()}", flush=True)
            if time.monotonic() > deadline:
                sys.exit("Gave up.")
        time.sleep(POLL_SECONDS)


def describe(found: dict[str, State]) -> str:
    return "Schemas: " + ", ".join(f"{name} is {state.value}" for name, state in found.items()) + "."


def wait(deadline: float) -> None:
    wanted, engine, last = schemas(), database(), ""
    while True:
        found = states(wanted, engine, deadline)
        if (text := describe(found)) != last:
            print(text, flush=True)
            last = text
        if State.OLDER not in found.values():
            return
        if time.monotonic() > deadline:
            sys.exit("Gave up waiting for the migration.")
        time.sleep(POLL_SECONDS)


def relax(connection: Connection) -> None:
    """Let this version add rows to a newer schema: columns that it does not know, without a default, may be null.

    Without this a roll-back from 3.3 to 3.2 works until the first new DAG, whose row the older version cannot write.
    The newer version fills such columns again as it writes the rows.
    """
    import_all_models()
    inspector, quote = inspect(connection), connection.dialect.identifier_preparer
    known: list[MetaData] = [Base.metadata, *(each.metadata for each in managers())]
    for table in (table for metadata in known for table in metadata.sorted_tables):
        if not inspector.has_table(table.name):
            continue
        key = inspector.get_pk_constraint(table.name)["constrained_columns"]
        for column in inspector.get_columns(table.name):
            name, optional = column["name"], column["nullable"] or column["default"] is not None
            if name not in table.columns and name not in key and not optional and not column.get("identity"):
                print(f"{table.name}.{name} may be null: this version does not know it.", flush=True)
                connection.execute(
                    text(f"ALTER TABLE {quote.format_table(table)} ALTER COLUMN {quote.quote(name)} DROP NOT NULL")
                )


def migrate(deadline: float) -> None:
    engine = database()
    found = states(schemas(), engine, deadline)
    print(describe(found), flush=True)
    if State.NEWER in found.values() and State.OLDER not in found.values():
        print("Nothing to migrate: a newer version of Airflow has been here.", flush=True)
        with engine.begin() as connection:
            relax(connection)
        return
    # Also when all are equal: a first migration that was cut off may lack the rows that come after the tables.
    os.execvp("airflow", ["airflow", "db", "migrate"])  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["wait", "migrate"])
    parser.add_argument("--timeout-seconds", type=float, default=300, help="default 300")
    arguments = parser.parse_args()
    # Two lines at each look.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    {"wait": wait, "migrate": migrate}[arguments.action](time.monotonic() + arguments.timeout_seconds)
