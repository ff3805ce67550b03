"""Print one of Airflow's secrets from the mounted files, for Airflow's `_CMD` options.

Standard library only, and no newline at the end: Airflow takes the output as it is.
"""

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote


def database_url(directory: Path) -> str:
    """The metadata database's URL; percent-encoded, so any password survives it and Airflow's `$` expansion."""
    database = json.loads((directory / "database.json").read_text())
    user, password, name = (quote(str(database[key]), safe="") for key in ("username", "password", "dbname"))
    return f"postgresql+psycopg2://{user}:{password}@{database['host']}:{database['port']}/{name}"


def keys(file: Path) -> list[str]:
    """The keys of a file, the one that is used first; `+` marks one that is accepted already and used later."""
    found = [key.strip() for key in file.read_text().split(",")]
    return [key.removeprefix("+") for key in sorted(found, key=lambda key: key.startswith("+"))]


def fernet_keys(directory: Path) -> str:
    """Fernet keys, the one that encrypts first; the padding is added here: Secrets Manager generates no `=`."""
    return ",".join(key + "=" * (-len(key) % 4) for key in keys(directory / "fernet-key"))


def read(name: str, directory: Path) -> str:
    if name == "database-url":
        return database_url(directory)
    if name == "fernet-key":
        return fernet_keys(directory)
    if name == "signing-key":
        return keys(directory / "jwt-secret")[0]
    file = directory / name
    if not file.is_file():
        raise SystemExit(f"There is no secret {name!r}.")
    return file.read_text().strip()


if __name__ == "__main__":
    sys.stdout.write(read(sys.argv[1], Path(os.environ["AIRFLOW_SECRETS_DIRECTORY"])))
