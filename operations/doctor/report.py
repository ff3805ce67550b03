"""The answers as a table for people, or as JSON for machines."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.doctor.check import Line, Status
from settings.model.environment import AwsEnvironment

STYLES = {Status.PASS: "green", Status.WARN: "yellow", Status.FAIL: "bold red", Status.SKIP: "dim"}
NOT_A_TERMINAL_WIDTH = 200
"""Of a log, which nobody folds for."""


def exit_code(lines: Sequence[Line]) -> int:
    """1 when a check has failed, 0 otherwise: a warning does not stop a deployment."""
    return int(any(line.answer.status == Status.FAIL for line in lines))


def summary(lines: Sequence[Line]) -> dict[str, int]:
    """How many checks ended in which way."""
    counts = Counter(line.answer.status for line in lines)
    return {status.value: counts[status] for status in Status}


def as_json(settings: AwsEnvironment, lines: Sequence[Line]) -> str:
    """One object: the environment, the counts, and a list of checks."""
    document = {
        "environment": settings.name,
        "region": settings.region,
        "ok": exit_code(lines) == 0,
        "summary": summary(lines),
        "checks": [
            {
                "area": line.check.area,
                "name": line.check.name,
                "status": line.answer.status.value,
                "message": line.answer.message,
                "next_step": line.answer.next_step,
            }
            for line in lines
        ],
    }
    return json.dumps(document, indent=2)


def print_table(settings: AwsEnvironment, lines: Sequence[Line], output: TextIO) -> None:
    """A line a check, with the next step under what was found."""
    console = Console(file=output, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(file=output, highlight=False, width=NOT_A_TERMINAL_WIDTH)
    table = Table(title=f"{settings.name}, {settings.region}", title_justify="left", box=None, pad_edge=False)
    for column in ("", "area", "check", "found, and what to do"):
        table.add_column(column, overflow="fold")
    for line in lines:
        answer, style = line.answer, STYLES[line.answer.status]
        told = Text(answer.message)
        if answer.next_step:
            told.append(f"\n-> {answer.next_step}", style="bold")
        table.add_row(Text(answer.status.value, style=style), line.check.area, line.check.name, told)
    console.print(table)
    counts = ", ".join(f"{count} {status}" for status, count in summary(lines).items())
    console.print(f"\n{counts}", highlight=False)
