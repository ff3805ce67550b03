"""What is accepted, and that every line of it is of use."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.evidence.acceptances import Acceptance, judge, load_acceptances
from operations.evidence.finding import Finding
from settings import SettingsError
from tests.support.environments import aws_environment
from tests.unit.operations.evidence.conftest import TODAY, VARIANTS, Platform

FINDING = Finding("rule[Policy::a]", "Stack/Thing", "is wrong")
REASON = "because it is so, and what the rule is for is done elsewhere"


def acceptance(**changes: Any) -> Acceptance:
    fields = {"rule": FINDING.rule, "resource": "Stack/*", "reason": REASON, "owner": "platform"}
    return Acceptance.model_validate({**fields, "until": "2027-01-01", **changes})


def rules_open(*acceptances: Acceptance, today: date = TODAY, findings: tuple[Finding, ...] = (FINDING,)) -> list[str]:
    return [each.rule for each in judge(findings, acceptances, aws_environment(), today).open]


@pytest.mark.parametrize("variant", VARIANTS)
def test_should_find_nothing_that_is_not_accepted(variant: str, platforms: dict[str, Platform]) -> None:
    platform = platforms[variant]
    found = judge(platform.findings, load_acceptances(), platform.subject.settings, TODAY)
    assert found.open == []
    assert found.accepted, "and it looked"


def test_should_need_every_acceptance_somewhere(platforms: dict[str, Platform]) -> None:
    acceptances = load_acceptances()
    used: set[int] = set()
    for platform in platforms.values():
        used |= judge(platform.findings, acceptances, platform.subject.settings, TODAY).used
    assert [str(each) for n, each in enumerate(acceptances) if n not in used] == []


def test_should_accept_until_the_day_before() -> None:
    one = acceptance()
    assert rules_open(one, today=one.until - timedelta(days=1)) == []
    assert rules_open(one, today=one.until) == [FINDING.rule, "acceptance-expired"]


def test_should_take_brackets_for_brackets() -> None:
    assert rules_open(acceptance(rule="rule[Policy::*]")) == []
    assert FINDING.rule in rules_open(acceptance(rule="ruleP"))


def test_should_not_accept_another_resource() -> None:
    assert rules_open(acceptance(resource="Other/*")) == [FINDING.rule, "acceptance-unused"]


def test_should_find_an_acceptance_without_use() -> None:
    assert rules_open(acceptance(), findings=()) == ["acceptance-unused"]
    assert rules_open(acceptance(optional=True), findings=()) == []


@pytest.mark.parametrize(
    ("when", "accepted"),
    [
        ({"retain_data": True}, True),
        ({"retain_data": False}, False),
        ({"cluster.endpoint.access": ["public", "public_and_private"]}, True),
        ({"cluster.endpoint.access": ["private"]}, False),
        ({"retain_data": True, "database.multi_az": True}, False),
    ],
)
def test_should_accept_only_with_the_settings_it_names(when: dict[str, Any], accepted: bool) -> None:
    # Elsewhere it is no mistake that nothing is found.
    assert rules_open(acceptance(when=when)) == ([] if accepted else [FINDING.rule])


def test_should_foresee_a_year_and_not_more() -> None:
    for each in load_acceptances():
        assert TODAY < each.until < TODAY + timedelta(days=400), each


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acceptances:\n  - rule: a\n", "0.resource: Field required"),
        ("acceptances:\n  - {rule: a, resource: b, owner: me, until: 2027-01-01, reason: no}\n", "0.reason"),
        ("acceptances:\n  - {rule: a, resource: b, owner: me, until: soon, reason: x}\n", "0.until"),
        ("acceptances:\n  - {rule: a, rule: b}\n", "rule"),
    ],
)
def test_should_refuse_a_line_that_says_too_little(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "acceptances.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=words):
        load_acceptances(file)


def test_should_not_take_an_intruder_for_what_was_accepted(platforms: dict[str, Platform]) -> None:
    platform = platforms["production"]
    more = [*platform.findings, replace(platform.nag[0], resource="ClusterStack/Intruder")]
    (found,) = judge(more, load_acceptances(), platform.subject.settings, TODAY).open
    assert found.resource == "ClusterStack/Intruder"
