"""Wait for Airflow's database schema, or migrate to it, and accept one that is newer than this image.

`airflow db check-migrations` wants equal revisions, so after a migration the previous version could never start
again: a roll-back would hang. Here a database whose revision this image does not know counts as newer, and passes.
"""

# mypy: disable-error-code="import-not-found"
import argparse
import os
import sys
import time
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import airflow
from airflow.configuration import conf
from airflow.utils.db_manager import RunDBManager
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection
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


def schemas() -> list[Schema]:
    """Airflow's own schema and those of providers with tables (FAB), as `airflow db migrate` finds them."""
    own = schema("airflow", "alembic_version", str(Path(airflow.__file__).parent / "migrations"))
    # The list of managers has no public name in Airflow 3.0 to 3.3.
    managers = RunDBManager()._managers
    return [own, *(schema(each.__name__, each.version_table_name, each.migration_dir) for each in managers)]


def states(wanted: list[Schema], deadline: float) -> dict[str, State]:
    """The state of each schema. A database that does not answer yet is asked again until the deadline."""
    # A connection a look: a database that restarts, or moves, is found again.
    engine = create_engine(conf.get_mandatory_value("database", "sql_alchemy_conn"), poolclass=NullPool)
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
    wanted, last = schemas(), ""
    while True:
        found = states(wanted, deadline)
        if (text := describe(found)) != last:
            print(text, flush=True)
            last = text
        if State.OLDER not in found.values():
            return
        if time.monotonic() > deadline:
            sys.exit("Gave up waiting for the migration.")
        time.sleep(POLL_SECONDS)


def migrate(deadline: float) -> None:
    found = states(schemas(), deadline)
    print(describe(found), flush=True)
    if State.NEWER in found.values() and State.OLDER not in found.values():
        print("Nothing to migrate: a newer version of Airflow has been here.", flush=True)
        return
    # Also when all are equal: a first migration that was cut off may lack the rows that come after the tables.
    os.execvp("airflow", ["airflow", "db", "migrate"])  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["wait", "migrate"])
    parser.add_argument("--timeout-seconds", type=float, default=300, help="default 300")
    arguments = parser.parse_args()
    {"wait": wait, "migrate": migrate}[arguments.action](time.monotonic() + arguments.timeout_seconds)
