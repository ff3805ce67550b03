"""While the metadata database's password changes, its old and its new one both open it, for every process.

Airflow imports this with its connection arguments (`[database] sql_alchemy_connect_args`), of which there are none. The
file of secrets then holds `next_password` beside `password`, and whichever the database takes is used. Pods read the
file at each new connection, so one that the kubelet has written anew is found without a restart.
"""

# mypy: disable-error-code="import-not-found,import-untyped,untyped-decorator"
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

CONNECT_ARGUMENTS: dict[str, Any] = {}
REFUSED = "password authentication failed"
"""PostgreSQL's words (auth_failed), which both drivers hand on."""


def passwords() -> tuple[tuple[Any, Any], list[str]]:
    """Whose passwords, as host and user, and those that may be right."""
    file = Path(os.environ["AIRFLOW_SECRETS_DIRECTORY"]) / "database.json"
    database = json.loads(file.read_text())
    found = [database["password"], database.get("next_password")]
    return (database["host"], database["username"]), [each for each in found if each]


@event.listens_for(Engine, "do_connect")
def connect(dialect: Any, _: Any, arguments: Any, named: dict[str, Any]) -> Any:
    """The connection; None: as without this, for any other database that code of this process opens."""
    try:
        whose, others = passwords()
    except (OSError, ValueError, KeyError):
        return None
    if (named.get("host"), named.get("user")) != whose:
        return None
    tried = list(dict.fromkeys([named.get("password"), *others]))
    for password in tried[:-1]:
        try:
            return dialect.connect(*arguments, **{**named, "password": password})
        except Exception as error:  # the drivers have no class of theirs in common
            if REFUSED not in str(error):
                raise
    return dialect.connect(*arguments, **{**named, "password": tried[-1]})
