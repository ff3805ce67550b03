"""Findings that are accepted: which, why, by whom, and until when. All of them stand in acceptances.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from operations.evidence.finding import Finding
from settings.model.environment import AwsEnvironment
from settings.reading.violations import SettingsError, Violation
from settings.reading.yaml_file import read_yaml

ACCEPTANCES = Path(__file__).with_name("acceptances.yaml")


class Acceptance(BaseModel):
    """An accepted finding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    """A rule's id. In patterns `*` stands for any text."""

    resource: str
    """A pattern of the resources for which it is accepted."""

    when: dict[str, Any] = {}
    """Settings (by path) and the values with which it is accepted; elsewhere it is a finding. A list: one of these."""

    optional: bool = False
    """Whether it may be of no use where its settings are met."""

    reason: str = Field(min_length=40)
    owner: str = Field(min_length=2)
    until: date
    """The first day on which it is accepted no more."""

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is one of these."""
        return _matches(finding.rule, self.rule) and _matches(finding.resource, self.resource)

    def applies_to(self, settings: AwsEnvironment) -> bool:
        """Whether an environment's settings are those with which it is accepted."""
        return all(_setting(settings, path) in _listed(values) for path, values in self.when.items())

    def __str__(self) -> str:
        return f"{self.rule} of {self.resource}"


@dataclass(frozen=True)
class Judgement:
    """Findings, told apart."""

    open: list[Finding]
    accepted: list[tuple[Finding, Acceptance]]
    used: frozenset[int]
    """Places of the acceptances that were of use."""


def judge(
    findings: Sequence[Finding], acceptances: Sequence[Acceptance], settings: AwsEnvironment, today: date
) -> Judgement:
    """Which findings are accepted on a day. An acceptance that is expired, or of no use, is a finding itself.

    The one without use is told only where its settings are met: an acceptance for others is no mistake here.
    """
    open_: list[Finding] = []
    accepted: list[tuple[Finding, Acceptance]] = []
    used: set[int] = set()
    applicable = {n: each for n, each in enumerate(acceptances) if each.applies_to(settings)}
    for finding in sorted(findings):
        covering = {n: each for n, each in applicable.items() if each.covers(finding)}
        used |= covering.keys()
        valid = next((each for each in covering.values() if today < each.until), None)
        if valid:
            accepted.append((finding, valid))
        else:
            open_.append(finding)
    for n, each in enumerate(acceptances):
        if today >= each.until:
            text = f"{each} was accepted until {each.until}: mend it, or give {each.owner} a new reason and day"
            open_.append(Finding("acceptance-expired", ACCEPTANCES.name, text))
        elif n in applicable and n not in used and not each.optional:
            open_.append(Finding("acceptance-unused", ACCEPTANCES.name, f"{each} is found nowhere: remove it"))
    return Judgement(open_, accepted, frozenset(used))


def load_acceptances(path: Path = ACCEPTANCES) -> list[Acceptance]:
    """Read the file. Raises SettingsError, with every mistake a line."""
    file = read_yaml(path, path.name)
    if file.violations:
        raise SettingsError(file.violations, path.name)
    try:
        found = TypeAdapter(list[Acceptance]).validate_python(file.data.get("acceptances"))
    except ValidationError as error:
        wrong = [Violation(".".join(map(str, line["loc"])), line["msg"]) for line in error.errors()]
        raise SettingsError(wrong, path.name) from error
    return found


def _matches(text: str, pattern: str) -> bool:
    # Brackets are part of cdk-nag's ids, and no pattern.
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _setting(settings: AwsEnvironment, path: str) -> Any:
    value: Any = settings
    for part in path.split("."):
        value = getattr(value, part)
    return value
