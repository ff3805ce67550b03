"""Give the metadata database the password that its secret announces: `make rotate SECRET=database` runs this in a pod.

The password comes from the mounted file, so that it is in no command, and only what PostgreSQL keeps of it is sent, so
that it is in no log of the database. Run again, it finds the work done. At the end the old password opens nothing.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
import json
import os
import sys
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Literal


def opened(database: "dict[str, Any]", password: str) -> Any:
    """A connection; None: it is not the password. Raises psycopg2.OperationalError for any other reason."""
    place = {name: database[name] for name in ("host", "port", "dbname")}
    try:
        return psycopg2.connect(**place, user=database["username"], password=password, connect_timeout=10)
    except psycopg2.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        return None


def main(directory: Path) -> str:
    """What was done. Raises SystemExit where nothing is announced, or the old password still works."""
    database = json.loads((directory / "database.json").read_text())
    old, new = database["password"], database.get("next_password")
    if not new:
        raise SystemExit("This pod's secret announces no password: it was made before the secret changed.")
    if opened(database, new) is None:
        connection = opened(database, old)
        if connection is None:
            raise SystemExit("The database takes neither the password of the secret nor the one that it announces.")
        with connection, connection.cursor() as cursor:
            # Not in SQL's clear text: what the server would keep is computed here.
            kept = encrypt_password(new, database["username"], scope=connection)
            cursor.execute(SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(Literal(kept)))
    if opened(database, new) is None or opened(database, old) is not None:
        raise SystemExit("The database does not tell the new password from the old one.")
    return "The database takes the new password, and the old one no more."


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(os.environ['AIRFLOW_SECRETS_DIRECTORY']))}\n")
