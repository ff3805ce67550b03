"""pydantic's errors in plain English, one violation each."""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from settings.model.base import Settings
from settings.reading.violations import NO_VALUE, Violation, shown
from settings.reading.yaml_file import path_text

Place = tuple[str | int, ...]

KEY = "[key]"
"""What pydantic puts behind a key that is refused itself."""

FOLLOWS_FROM_OTHERS = frozenset({"default_factory_not_called"})
"""Errors of pydantic that are nobody's mistake."""

SIMPLE: dict[str, str] = {
    "missing": "is required",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_unicode": "must be text without half characters (surrogates)",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping of settings",
    "model_attributes_type": "must be a mapping of settings",
    "tuple_type": "must be a list",
}
"""Messages that need nothing more."""

WITH_CONTEXT: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "less_than_equal": lambda context: f"must be at most {context['le']}",
    "too_short": lambda context: f"must have at least {context['min_length']} {_entries(context['min_length'])}",
    "too_long": lambda context: f"must have at most {context['max_length']} {_entries(context['max_length'])}",
    "literal_error": lambda context: f"must be {_one_of(context['expected'])}",
    "rule": lambda context: str(context["rule"]),
}
"""Messages that name the limit."""


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"


def _one_of(expected: str) -> str:
    choices = re.split(r", | or ", expected.replace("'", '"'))
    return expected.replace("'", '"') if len(choices) < 3 else f"one of {', '.join(choices)}"


def own_errors(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors that do not only follow from others: a list's refused entries are not missing from its length."""
    places = [place_of(error) for error in errors]

    def follows(error: ErrorDetails) -> bool:
        place = place_of(error)
        short = error["type"] == "too_short" and any(each != place and each[: len(place)] == place for each in places)
        return short or error["type"] in FOLLOWS_FROM_OTHERS

    return [error for error in errors if not follows(error)]


def place_of(error: ErrorDetails) -> Place:
    """Where the error is, without pydantic's mark of a key."""
    place = tuple(error["loc"])
    return place[:-1] if place and place[-1] == KEY else place


def is_about_key(error: ErrorDetails) -> bool:
    """Whether the key is refused, not the value."""
    return bool(error["loc"]) and error["loc"][-1] == KEY


def violation_of(error: ErrorDetails, model: type[Settings], written: Mapping[Place, str]) -> Violation:
    """What a person is told about an error."""
    place, kind, value = place_of(error), error["type"], error["input"]
    path = path_text(place)
    if kind == "extra_forbidden":
        return Violation(path, f"is not a setting{_nearest(str(place[-1]), model, place[:-1])}")
    if kind == "missing":
        return Violation(path, SIMPLE[kind], NO_VALUE)
    context = error.get("ctx", {})
    rule = WITH_CONTEXT[kind](context) if kind in WITH_CONTEXT else SIMPLE.get(kind, "is not allowed")
    if is_about_key(error):
        return Violation(path, f"the key {rule}", str(place[-1]))
    text = written.get(place)
    if text is not None and value is not None and _wants_text(kind, context, text):
        rule += f": write {shown(text)} in quotes"
        return Violation(path, rule, _AsWritten(text))
    if value is None and kind in ("model_type", "dict_type", "tuple_type"):
        rule += ", or left out"
    return Violation(path, rule, value)


class _AsWritten:
    """A scalar that is shown as it stands in the file."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def _wants_text(kind: str, context: Mapping[str, Any], text: str) -> bool:
    return kind == "string_type" or (kind == "literal_error" and f"'{text}'" in str(context["expected"]))


def _nearest(key: str, model: type[Settings], parent: Place) -> str:
    known = list(_model_at(model, parent).model_fields)
    near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}"


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model whose keys stand at a place."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            found = _models_in(model.model_fields[part].annotation)
            model = found[0] if found else model
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation is of or holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
