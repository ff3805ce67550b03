"""Label and field selectors, as they stand in URLs and in objects."""

import re
from typing import Any

Json = dict[str, Any]

_TERM = re.compile(
    r"\s*(?:([^,()!=\s]+)\s+(in|notin)\s+\(([^)]*)\)|(!?)([^,()!=\s]+)\s*(?:(==|=|!=)\s*([^,\s]*))?)\s*(?:,|$)"
)


def matches_labels(text: str, labels: Json) -> bool:
    """Whether labels meet a selector such as `app=airflow,tier in (web, db),!legacy`."""
    for match in _TERM.finditer(text):
        key, operator, values, negated, name, comparison, value = match.groups()
        if operator:
            inside = labels.get(key) in [v.strip() for v in values.split(",")] and key in labels
            if inside != (operator == "in"):
                return False
        elif comparison == "!=":
            if labels.get(name) == value:
                return False
        elif comparison:
            if labels.get(name) != value:
                return False
        elif name and (name in labels) == bool(negated):
            return False
    return True


def matches_fields(text: str, manifest: Json) -> bool:
    """Whether an object meets a selector such as `metadata.name=x,status.phase!=Running`."""
    for term in filter(None, text.split(",")):
        negated = "!=" in term
        path, _, wanted = term.replace("!=", "=").replace("==", "=").partition("=")
        value: Any = manifest
        for part in path.split("."):
            value = (value or {}).get(part)
        if ((value or "") == wanted) == negated:
            return False
    return True


def selects(selector: Json, labels: Json) -> bool:
    """Whether a LabelSelector object selects labels; an empty one selects everything."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for expression in selector.get("matchExpressions") or ():
        key, values = expression["key"], expression.get("values") or []
        met = {
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }[expression["operator"]]
        if not met:
            return False
    return True
