"""Delete, or move into archive tables, what is old in Airflow's metadata database, and say how much it was.

Not `airflow db clean`, which goes by the age of each table's rows: with Airflow 3.3.2 it took a run that still ran, and
its tasks from the newest run of a DAG. Here a run goes whole, when it has ended, with all that hangs on it; and what
`airflow db export-archived` looks for is made alike.

In batches, each a transaction of its own: whenever it is ended, nothing is lost or half there, and the next time goes
on. Rows that somebody else is changing are left for that next time. Without importing Airflow: that is seconds of a
core, and the tables are asked what hangs on them, whatever the version is.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from psycopg2 import errors, sql

ARCHIVE = "_airflow_deleted__"
"""As Airflow's own archive tables begin (airflow/utils/db_cleanup.py)."""

OURS = "Archived by airflow-clean-metadata at "
"""Comment of an archive table: those that somebody made with `airflow db clean` are theirs to drop."""

LONGEST_NAME = 63
LOCK_SECONDS = 20
"""To wait for a lock: a migration of the schema goes first."""


class Kind(NamedTuple):
    """Rows that go together with what hangs on them."""

    table: str
    key: str
    batch: int
    old: str
    """Condition of a row `t` that goes, with %(days)s."""

    still: str = "true"
    """What of it has to hold again when the row is locked."""

    kept: bool = True
    """Whether it is worth an archive."""


KINDS = (
    Kind(
        "dag_run",
        "id",
        200,
        """t.state IN ('success', 'failed') AND t.end_date < now() - make_interval(days => %(days)s)
        AND t.id NOT IN (
            SELECT DISTINCT ON (dag_id, run_type, state) id FROM dag_run
            ORDER BY dag_id, run_type, state, run_after DESC, id DESC
        )
        AND NOT EXISTS (
            SELECT 1 FROM task_instance i
            WHERE i.dag_id = t.dag_id AND i.run_id = t.run_id AND i.state IN (
                'deferred', 'queued', 'restarting', 'running', 'scheduled', 'up_for_reschedule', 'up_for_retry'
            )
        )""",
        "t.state IN ('success', 'failed') AND t.end_date < now() - make_interval(days => %(days)s)",
    ),
    # After the runs, whose tasks hold them.
    Kind(
        "dag_version",
        "id",
        200,
        """t.created_at < now() - make_interval(days => %(days)s)
        AND t.id NOT IN (SELECT DISTINCT ON (dag_id) id FROM dag_version ORDER BY dag_id, version_number DESC)
        AND NOT EXISTS (SELECT 1 FROM dag_run r WHERE r.created_dag_version_id = t.id)""",
    ),
    Kind("log", "id", 10_000, "t.dttm < now() - make_interval(days => %(days)s)"),
    Kind(
        "job",
        "id",
        10_000,
        "t.latest_heartbeat < now() - make_interval(days => %(days)s) AND t.state IS DISTINCT FROM 'running'",
    ),
    Kind(
        "asset_event",
        "id",
        10_000,
        """t.timestamp < now() - make_interval(days => %(days)s)
        AND NOT EXISTS (SELECT 1 FROM dagrun_asset_event e WHERE e.event_id = t.id)
        AND t.id NOT IN (SELECT max(id) FROM asset_event GROUP BY asset_id)""",
    ),
    # Of no use to anybody once they have expired, and nothing to keep a copy of.
    Kind("session", "id", 10_000, "t.expiry < now() AT TIME ZONE 'utc' - interval '1 day'", kept=False),
    Kind("revoked_token", "jti", 10_000, "t.exp < now()", kept=False),
)
VERSION_COLUMN = "dag_version_id"
"""Where rows name a version of a DAG, with or without a foreign key."""


class Reference(NamedTuple):
    """A foreign key whose rows go with the row that they name."""

    table: str
    columns: list[str]
    target: str
    target_columns: list[str]


REFERENCES = """
    SELECT c.conrelid::regclass::text, names(c.conrelid, c.conkey), c.confrelid::regclass::text,
        names(c.confrelid, c.confkey)
    FROM pg_constraint c WHERE c.contype = 'f' AND c.confdeltype = 'c' ORDER BY 1
"""
NAMES = """(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest({keys}) WITH ORDINALITY k(number, place)
    JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"""


class Cleaner:
    """One pass over the database."""

    def __init__(self, connection: Any, days: int, archives: bool, until: float) -> None:
        """`until`: when to begin no other batch, of the monotonic clock."""
        self._connection, self._days, self._archives, self._until = connection, days, archives, until
        self._made = datetime.now(timezone.utc)
        self._references = self._read_references()
        self.busy = 0

    def drop_archives(self, keep_days: int) -> int:
        """Drop our archive tables that are older; gives back how many."""
        made = self._rows(
            "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c"
            " WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) AND c.relname LIKE %(begins)s",
            {"begins": ARCHIVE.replace("_", r"\_") + "%"},
        )
        ours = {name: comment.removeprefix(OURS) for name, comment in made if (comment or "").startswith(OURS)}
        limit = self._made - timedelta(days=keep_days)
        old = sorted(name for name, when in ours.items() if datetime.fromisoformat(when) <= limit)
        for name in old:
            self._rows(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
            self._connection.commit()
        return len(old)

    def clean(self, kind: Kind) -> Counter[str]:
        """Rows that have gone, by their table; less than all that is old if the time is over."""
        gone: Counter[str] = Counter()
        if not self._find(kind):
            return gone
        for keys in self._batches(kind):
            try:
                gone += self._remove(kind, keys)
            except (errors.DeadlockDetected, errors.LockNotAvailable) as error:
                self._connection.rollback()
                self.busy += 1
                print(f"{kind.table}: somebody else is at work on some rows, they stay: {str(error).splitlines()[0]}")
        return gone

    def left(self, kind: Kind) -> int:
        """Old rows that were not looked at."""
        return int(self._rows("SELECT count(*) FROM candidates")[0][0]) if self._has(kind.table) else 0

    def unfinished(self) -> int:
        """Runs that are old and have not ended."""
        return int(
            self._rows(
                "SELECT count(*) FROM dag_run"
                " WHERE end_date IS NULL AND start_date < now() - make_interval(days => %(days)s)"
            )[0][0]
        )

    def _find(self, kind: Kind) -> bool:
        """Write down what is old. False if this version of Airflow has no such table."""
        self._rows("DROP TABLE IF EXISTS pg_temp.candidates")
        self._connection.commit()
        if not self._has(kind.table):
            return False
        old = sql.SQL(kind.old)
        if kind.table == "dag_version":
            for table in self._tables_that_name_versions():
                old += sql.SQL(" AND NOT EXISTS (SELECT 1 FROM {} n WHERE n.{} = t.id)").format(
                    sql.Identifier(table), sql.Identifier(VERSION_COLUMN)
                )
        self._rows(
            sql.SQL("CREATE TEMPORARY TABLE candidates AS SELECT t.{} AS key FROM {} t WHERE ").format(
                sql.Identifier(kind.key), sql.Identifier(kind.table)
            )
            + old
        )
        self._rows("CREATE INDEX ON candidates (key)")
        self._connection.commit()
        return True

    def _batches(self, kind: Kind) -> Iterator[list[Any]]:
        """Keys, as text, of which nobody has got any yet."""
        while time.monotonic() < self._until:
            keys = self._rows(
                "DELETE FROM candidates WHERE key IN (SELECT key FROM candidates ORDER BY key LIMIT %(batch)s)"
                " RETURNING key::text",
                {"batch": kind.batch},
            )
            self._connection.commit()
            if not keys:
                return
            yield [key for (key,) in keys]

    def _remove(self, kind: Kind, keys: list[Any]) -> Counter[str]:
        root, key = sql.Identifier(kind.table), sql.Identifier(kind.key)
        (type_,) = self._rows(
            "SELECT format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %(table)s::regclass AND attname = %(key)s",
            {"table": kind.table, "key": kind.key},
        )[0]
        among = sql.SQL("{} = ANY(%(keys)s::{}[])").format(key, sql.SQL(type_))
        locked = self._rows(
            sql.SQL("SELECT t.{}::text FROM {} t WHERE t.{} AND {} FOR UPDATE SKIP LOCKED").format(
                key, root, among, sql.SQL(kind.still)
            ),
            {"keys": keys},
        )
        values = {"keys": [each for (each,) in locked]}
        gone: Counter[str] = Counter()
        for table, condition in self._with_all_that_hangs_on(kind.table, among):
            gone[table] += self._keep(table, condition, values, archived=self._archives and kind.kept)
        self._rows(sql.SQL("DELETE FROM {} WHERE {}").format(root, among), values)
        self._connection.commit()
        return gone

    def _with_all_that_hangs_on(self, root: str, among: sql.Composable) -> Iterator[tuple[str, sql.Composable]]:
        """Each table of which the database deletes rows with these, the rows' condition, and the root itself."""
        conditions: dict[str, sql.Composable] = {root: among}
        waiting = [root]
        while waiting:
            target = waiting.pop(0)
            for each in self._references:
                if each.target != target or each.table == root:
                    continue
                condition = sql.SQL("({}) IN (SELECT {} FROM {} WHERE {})").format(
                    _columns(each.columns), _columns(each.target_columns), sql.SQL(target), conditions[target]
                )
                if each.table in conditions:
                    condition = sql.SQL("({} OR {})").format(conditions[each.table], condition)
                conditions[each.table] = condition
                waiting.append(each.table)
        yield from conditions.items()

    def _keep(self, table: str, condition: sql.Composable, values: dict[str, Any], *, archived: bool) -> int:
        """Count the rows, and write them into the archive table of this pass."""
        counted = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.SQL(table), condition)
        count = int(self._rows(counted, values)[0][0])
        if count and archived:
            name = f"{ARCHIVE}{table.replace(chr(34), '')}__{self._made:%Y%m%d%H%M%S}"[:LONGEST_NAME]
            archive = sql.Identifier(name)
            self._rows(sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {})").format(archive, sql.SQL(table)))
            comment = sql.Literal(f"{OURS}{self._made.isoformat()}")
            self._rows(sql.SQL("COMMENT ON TABLE {} IS {}").format(archive, comment))
            copied = sql.SQL("INSERT INTO {} SELECT * FROM {} WHERE {}").format(archive, sql.SQL(table), condition)
            self._rows(copied, values)
        return count

    def _has(self, table: str) -> bool:
        return self._rows("SELECT to_regclass(%(table)s) IS NOT NULL", {"table": table})[0][0] is True

    def _tables_that_name_versions(self) -> list[str]:
        """Beside those that go with a version."""
        hanging = {each.table for each in self._references if each.target == "dag_version"}
        found = self._rows(
            "SELECT table_name::text FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND column_name = %(column)s",
            {"column": VERSION_COLUMN},
        )
        return sorted(name for (name,) in found if name not in hanging and not name.startswith(ARCHIVE))

    def _read_references(self) -> list[Reference]:
        query = REFERENCES
        for table, keys in (("c.conrelid", "c.conkey"), ("c.confrelid", "c.confkey")):
            query = query.replace(f"names({table}, {keys})", NAMES.format(table=table, keys=keys))
        return [Reference(*row) for row in self._rows(query)]

    def _rows(self, query: "str | sql.Composable", values: "dict[str, Any] | None" = None) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(query, {"days": self._days, **(values or {})})
            return list(cursor.fetchall()) if cursor.description else []


def _columns(names: list[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def connect() -> Any:
    """The database of the secret, by which TLS goes too (PGSSLMODE, PGSSLROOTCERT)."""
    database = json.loads((Path(os.environ["AIRFLOW_SECRETS_DIRECTORY"]) / "database.json").read_text())
    return psycopg2.connect(
        host=database["host"],
        port=database["port"],
        user=database["username"],
        password=database["password"],
        dbname=database["dbname"],
        connect_timeout=30,
        application_name="airflow-clean-metadata",
        options=f"-c lock_timeout={LOCK_SECONDS}s",
    )


def main(days: int, archive_days: int, minutes: float) -> None:
    """Clean, and tell; ends with an error if nothing could be done because of somebody else."""
    cleaner = Cleaner(connect(), days, archive_days > 0, time.monotonic() + minutes * 60)
    dropped = cleaner.drop_archives(archive_days)
    print(f"Archive tables older than {archive_days} days: {dropped} dropped.")
    total: Counter[str] = Counter()
    for kind in KINDS:
        gone, left = cleaner.clean(kind), cleaner.left(kind)
        total += gone
        told = ", ".join(f"{table} {count}" for table, count in gone.items() if count) or "nothing"
        kept = " (archived)" if gone.total() and archive_days and kind.kept else ""
        rest = f"; the time is over, {left} rows of {kind.table} are for the next time" if left else ""
        print(f"Old in {kind.table}, with all that hangs on it: {told}{kept}{rest}.", flush=True)
    if unfinished := cleaner.unfinished():
        print(f"{unfinished} runs began longer ago and have not ended: they stay.")
    print(f"Done: {total.total()} rows older than {days} days have gone.")
    if cleaner.busy and not total:
        sys.exit("Nothing could go: somebody else is at work on all of it.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep-days", type=int, required=True)
    parser.add_argument("--keep-archive-days", type=int, required=True, help="0: no archive")
    parser.add_argument("--minutes", type=float, default=60, help="to begin no other batch after; default 60")
    arguments = parser.parse_args()
    main(arguments.keep_days, arguments.keep_archive_days, arguments.minutes)
