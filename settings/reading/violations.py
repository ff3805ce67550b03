"""Broken rules, and the one exception that carries them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LONGEST_VALUE = 60
"""Characters of a refused value that a message shows."""


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


def shown(value: object) -> str:
    """A value as YAML would have it, on one line and not too long."""
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
        where = f"{printable(self.path)}: " if self.path else ""
        got = "" if self.value is NO_VALUE else f" (got {shown(self.value)})"
        return f"{where}{self.rule}{got}"


class SettingsError(Exception):
    """An environment file that can't be used: all of its broken rules, one a line."""

    def __init__(self, violations: Iterable[Violation], source: str | Path = "") -> None:
        self.violations = tuple(violations)
        self.source = printable(str(source))
        super().__init__(str(self))

    def __str__(self) -> str:
        prefix = f"{self.source}: " if self.source else ""
        return "\n".join(f"{prefix}{violation}" for violation in self.violations)
