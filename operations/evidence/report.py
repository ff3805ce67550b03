"""The report: a table for a terminal, Markdown for people, SARIF and JSON for machines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.evidence.acceptances import Acceptance, Judgement
from operations.evidence.finding import Finding, Rule

WIDTH = 200
"""Of a log, which nobody folds for."""

SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def print_table(judgement: Judgement, environment: str, output: TextIO) -> None:
    """What is open, a line each; what is accepted, as a number."""
    console = Console(file=output, highlight=False)
    if not console.is_terminal:
        console = Console(file=output, highlight=False, width=WIDTH)
    if judgement.open:
        table = Table(title=f"{environment}: findings", title_justify="left", box=None, pad_edge=False)
        for column in ("rule", "where", "what"):
            table.add_column(column, overflow="fold")
        for finding in judgement.open:
            table.add_row(Text(finding.rule, style="bold red"), Text(finding.resource), Text(finding.message))
        console.print(table)
    console.print(f"{environment}: {_count(len(judgement.open))}, {len(judgement.accepted)} accepted", style="bold")


def _count(number: int) -> str:
    return f"{number or 'no'} finding{'' if number == 1 else 's'}"


def write(
    judgement: Judgement, rules: Sequence[Rule], environment: str, folder: Path, *, source: str, acceptances: str
) -> list[Path]:
    """Write Markdown, SARIF and JSON into a folder; returns the files.

    Args:
        source: what a viewer of SARIF opens for a finding: the environment's file, from the project's folder.
        acceptances: the file of acceptances, from the project's folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "evidence.md": markdown(judgement, rules, environment, acceptances),
        "evidence.sarif": json.dumps(sarif(judgement, rules, source), indent=1) + "\n",
        "evidence.json": json.dumps(as_data(judgement, environment), indent=1) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def as_data(judgement: Judgement, environment: str) -> dict[str, Any]:
    """Everything, as plain data."""
    return {
        "environment": environment,
        "ok": not judgement.open,
        "findings": [vars(finding) for finding in judgement.open],
        "accepted": [
            {
                **vars(finding),
                "reason": acceptance.reason,
                "owner": acceptance.owner,
                "until": acceptance.until.isoformat(),
            }
            for finding, acceptance in judgement.accepted
        ],
    }


def markdown(judgement: Judgement, rules: Sequence[Rule], environment: str, acceptances: str) -> str:
    """A page: what is open, what is accepted and why, which rules hold."""
    lines = [f"# Evidence for {environment}", "", f"{_count(len(judgement.open)).capitalize()}.", ""]
    if judgement.open:
        lines += ["| rule | where | what |", "| --- | --- | --- |"]
        lines += [_row(finding.rule, finding.resource, finding.message) for finding in judgement.open]
        lines.append("")
    lines += [f"## Accepted ({acceptances})", "", "| rule | where | why | owner, until |", "| --- | --- | --- | --- |"]
    by_acceptance: dict[str, tuple[Acceptance, list[Finding]]] = {}
    for finding, acceptance in judgement.accepted:
        by_acceptance.setdefault(str(acceptance), (acceptance, []))[1].append(finding)
    for acceptance, findings in by_acceptance.values():
        where = ", ".join(sorted({finding.resource for finding in findings}))
        lines.append(_row(acceptance.rule, where, acceptance.reason, f"{acceptance.owner}, {acceptance.until}"))
    lines += ["", "## Rules of our own", "", "| rule | promise | controls | findings |", "| --- | --- | --- | --- |"]
    counts = [finding.rule for finding in (*judgement.open, *(finding for finding, _ in judgement.accepted))]
    lines += [_row(rule.id, rule.promise, ", ".join(rule.controls), str(counts.count(rule.id))) for rule in rules]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in cells) + " |"


def sarif(judgement: Judgement, rules: Sequence[Rule], source: str) -> dict[str, Any]:
    """A log of SARIF 2.1.0: accepted findings stand there as suppressed."""
    promises = {rule.id: rule.promise for rule in rules}
    found = [(finding, None) for finding in judgement.open] + list(judgement.accepted)
    ids = sorted({finding.rule for finding, _ in found} | promises.keys())
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "airflow-on-eks evidence",
                        "rules": [{"id": each, "shortDescription": {"text": promises.get(each, each)}} for each in ids],
                    }
                },
                "results": [_result(finding, acceptance, ids, source) for finding, acceptance in found],
            }
        ],
    }


def _result(finding: Finding, acceptance: Acceptance | None, ids: list[str], source: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": ids.index(finding.rule),
        "level": "error",
        "message": {"text": f"{finding.resource}: {finding.message}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": source}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": finding.resource}],
            }
        ],
    }
    if acceptance:
        result["suppressions"] = [{"kind": "external", "justification": acceptance.reason}]
    return result
