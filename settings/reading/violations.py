"""Broken rules, and the one exception that carries them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from settings.facts.secret_values import without_secrets

LONGEST_VALUE = 60
"""Characters of a refused value that a message shows."""


LONGEST_PATH = 200
"""Characters of a place that a message shows; keys that people write are shorter."""

MOST_TOLD = 100
"""Lines of a message; who broke more rules has a wrong file."""

LONGEST_RULE = 600
"""Characters of a rule that a message shows; only one that quotes the file is longer."""

OPTIONS = "airflow.config."
"""Where Airflow options stand: their names tell which values must not be shown."""


class _NoValue:
    """Stands for the value where there is none to show."""

    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE = _NoValue()


def printable(text: str) -> str:
    """The text on one line: whatever a terminal would not show as a character is escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text
    )


def shown(value: object, option: str = "") -> str:
    """A value as YAML would have it, on one line, not too long, and without secrets; `option` is Airflow's, if any."""
    value = without_secrets(value, option)
    if isinstance(value, str | int | float | bool | list | tuple | dict) or value is None:
        text = json.dumps(value, ensure_ascii=False, default=str)
    else:
        text = str(value)
    for constant, spelling in (("Infinity", ".inf"), ("NaN", ".nan")):
        text = text.replace(constant, spelling) if isinstance(value, float) else text
    text = printable(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


@dataclass(frozen=True)
class Violation:
    """A setting that breaks a rule: one line of an error message."""

    path: str
    """Where in the file, such as `cluster.node_groups.workers.max_size`; empty for the file as a whole."""

    rule: str
    """What must hold, in plain English, without the path."""

    value: object = NO_VALUE
    """What stands there instead."""

    def __str__(self) -> str:
        where = f"{_short(printable(self.path), LONGEST_PATH)}: " if self.path else ""
        got = "" if self.value is NO_VALUE else f" (got {shown(self.value, self._option)})"
        return f"{where}{_short(printable(self.rule), LONGEST_RULE)}{got}"

    @property
    def _option(self) -> str:
        """The Airflow option that it is about; empty: none. Whatever stands for all of them may be a secret."""
        if self.path == OPTIONS.removesuffix(".") and isinstance(self.value, str):
            return "secret"
        return self.path.removeprefix(OPTIONS) if self.path.startswith(OPTIONS) else ""


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


class SettingsError(Exception):
    """An environment file that can't be used: all of its broken rules, one a line."""

    def __init__(self, violations: Iterable[Violation], source: str | Path = "") -> None:
        self.violations = tuple(violations)
        self.source = printable(str(source))
        super().__init__(str(self))

    def __str__(self) -> str:
        prefix = f"{self.source}: " if self.source else ""
        lines = [f"{prefix}{violation}" for violation in self.violations[:MOST_TOLD]]
        more = len(self.violations) - MOST_TOLD
        return "\n".join([*lines, *([f"{prefix}and {more} more"] if more > 0 else [])])
