"""What Airflow makes of a value, without telling it."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

LONGEST_NAME = 250
"""Characters of a connection's id and of a variable's key (airflow/models/connection.py, variable.py)."""

CONNECTION_ID = r"[\w#!().:\\-]+"
"""What Airflow takes for an id (`sanitize_conn_id`), but a slash: the Execution API knows no path of several parts."""

ALIASES = ("conn_type", "conn_id", "connection_type", "engine")
"""The keys of a JSON secret from which Secrets Manager's backend takes the type."""

FIELDS = {"conn_type", "description", "extra", "host", "login", "password", "port", "schema", "uri"}
"""The keys of a JSON parameter: Airflow's own, and no others."""


def judge(kind: str, name: str, value: str | None, *, service: str) -> tuple[str, list[str]]:
    """What a value is, in a word or two, and what is wrong with it. A part of the value is in neither.

    Args:
        kind: `connections` or `variables`.
        name: the connection's id, or the variable's key.
        value: None: unknown.
        service: as `airflow.secrets_backend.service`.
    """
    problems = list(_of_the_name(kind, name))
    if value is None:
        return "", problems
    if kind == "variables":
        return ("JSON" if _json(value) is not None else "text"), problems
    told, wrong = _connection(value.strip(), service)
    return told, [*problems, *wrong]


def _of_the_name(kind: str, name: str) -> Iterator[str]:
    if len(name) > LONGEST_NAME:
        yield f"its name is longer than {LONGEST_NAME} characters, and Airflow asks for no such one"
    if kind == "connections" and not re.fullmatch(CONNECTION_ID, name):
        yield "Airflow asks for no connection of that name: letters, digits and _ - . : # ! ( ) only, and no slash"
    elif name.startswith("/"):
        yield "two slashes follow each other"


def _connection(value: str, service: str) -> tuple[str, list[str]]:
    if not value:
        return "", ["it is empty"]
    if not value.startswith("{"):
        return _uri(value)
    found = _json(value)
    if not isinstance(found, dict):
        return "", ["it is no JSON, though it begins like it"]
    words = ALIASES if service == "secrets_manager" else ("conn_type",)
    kind = next((str(found[word]) for word in found if word in words), "")
    wrong = [] if kind else [f"its JSON names no type, as {' or '.join(words)}"]
    if service == "ssm" and (unknown := found.keys() - FIELDS):
        wrong.append(f"Airflow knows {len(unknown)} of its keys not: {', '.join(sorted(FIELDS))} are those it knows")
    if found.get("port") and not re.fullmatch(r"\s*[0-9]{1,5}\s*", str(found["port"])):
        wrong.append("its port is no number")
    extra = found.get("extra")
    if extra and not isinstance(_json(extra) if isinstance(extra, str) else extra, dict):
        wrong.append("its extra is no JSON object")
    return f"{_type(kind)} (JSON)" if kind else "", wrong


def _uri(value: str) -> tuple[str, list[str]]:
    scheme, separator, rest = value.partition("://")
    if not separator or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return "", ["it is neither a URI, with a type before ://, nor JSON"]
    try:
        _ = urlsplit(f"//{rest.partition('://')[2] or rest}").port
    except ValueError:
        return _type(scheme), ["its URI has a port that is no number, or a user or password that is not URL-encoded"]
    return f"{_type(scheme)} (URI)", []


def _type(name: str) -> str:
    """As Airflow writes it; not more of it than looks like a type."""
    name = "postgres" if name == "postgresql" else name.replace("-", "_")
    return name if re.fullmatch(r"[A-Za-z0-9_+.]{1,64}", name) else "…"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
