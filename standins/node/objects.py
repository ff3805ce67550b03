"""Objects that a pod refers to by name."""

import base64
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Find = Callable[[str, str | None, str], Json | None]
"""Kind, namespace and name -> the object."""


def get(find: Find, kind: str, namespace: str, name: str) -> Json:
    """An object that must be there. Raises LookupError."""
    found = find(kind, namespace, name)
    if found is None:
        raise LookupError(f"{kind} {name} not found")
    return found


def content(find: Find, kind: str, namespace: str, name: str) -> dict[str, str]:
    """What a ConfigMap or a Secret holds. Raises LookupError."""
    data = dict(get(find, kind, namespace, name).get("data") or {})
    return data if kind == "ConfigMap" else {key: base64.b64decode(value).decode() for key, value in data.items()}
