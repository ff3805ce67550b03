"""Environment files for the tests, as data, and changes to them."""

from copy import deepcopy
from typing import Any, NamedTuple

from settings.loading import check

ABSENT = object()
"""A change that takes a setting out."""

AWS: dict[str, Any] = {
    "name": "test",
    "region": "us-east-1",
    "availability_zones": ["us-east-1a", "us-east-1b"],
    "network": {},
    "cluster": {"controller": {"enabled": True}, "node_groups": {"workers": {}}},
    "storage": {},
    "database": {},
    "airflow": {},
}

LOCAL: dict[str, Any] = {"platform": "kubernetes", "name": "local", "local": {}, "airflow": {}}

Changes = dict[str, Any]
"""New values by path; a path's parts are separated by spaces, since keys may have dots."""


class Bad(NamedTuple):
    """Changes that break one rule."""

    rule: str
    """The rule's function."""

    changes: Changes

    path: str
    """Where the line of the message says it is."""

    value: str
    """What the line must show."""


def changed(base: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """A copy of the data with other values."""
    data = deepcopy(base)
    for path, value in changes.items():
        *parents, last = path.split(" ")
        holder = data
        for parent in parents:
            holder = holder.setdefault(parent, {})
        if value is ABSENT:
            holder.pop(last, None)
        else:
            holder[last] = value
    return data


def broken_lines(changes: Changes, base: dict[str, Any] = AWS) -> list[str]:
    """What a person is told of the changed environment."""
    _, violations = check(changed(base, changes))
    return [str(violation) for violation in violations]
