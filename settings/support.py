"""Until when what an environment runs is supported: what is refused because of it, and what is told in time.

Apart from the other rules, because it depends on the day: only what makes or changes a platform asks (`make synth`,
`make deploy`, a bare `cdk deploy`), and what ends one (`make destroy`) does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from settings.facts.versions import (
    AIRFLOW_RELEASED,
    KUBERNETES_SUPPORT,
    POSTGRES_SUPPORT,
    Support,
    airflow_fixes_end,
)
from settings.model.base import UnreadableSettingError
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import Violation

Environment = AwsEnvironment | LocalEnvironment

WARNING_DAYS = 60
"""Days of warning before a version is refused; EKS gives as many ("Amazon EKS version FAQs", Amazon EKS user guide)."""


@dataclass(frozen=True)
class Notice:
    """What there is to say of a version on a day."""

    level: Literal["refused", "warning", "note"]
    """`refused`: it is no longer accepted. `warning`: it won't be soon. `note`: nothing to do, but to know."""

    violation: Violation
    """The setting, what there is to say of it, and its value."""

    def __str__(self) -> str:
        return f"{self.level}: {self.violation}"


@dataclass(frozen=True)
class _AwsVersion:
    """A version whose support AWS ends on a published day, and sells for longer."""

    path: str
    version: str
    product: str
    support: Support
    extended: bool
    """Whether the environment accepts extended support."""

    accept: str
    """The line that accepts it."""

    price: str


def support_notices(environment: Environment, today: date) -> list[Notice]:
    """What there is to say, on a day, of the versions that an environment runs."""
    notices: list[Notice] = []
    for of in (_kubernetes, _postgres, _airflow):
        try:
            notices.extend(of(environment, today))
        except UnreadableSettingError:
            continue
    return notices


def refusals(environment: Environment, today: date) -> list[Violation]:
    """The versions that an environment may not run any more, on a day, unless it accepts that."""
    return [notice.violation for notice in support_notices(environment, today) if notice.level == "refused"]


def _kubernetes(environment: Environment, today: date) -> Iterator[Notice]:
    if isinstance(environment, AwsEnvironment):
        version = environment.cluster.version
        yield from _aws_notices(
            _AwsVersion(
                path="cluster.version",
                version=version,
                product=f"Kubernetes {version}",
                support=KUBERNETES_SUPPORT[version],
                extended=environment.cluster.support == "extended",
                accept="cluster.support: extended",
                price="about 365 USD a month more",
            ),
            today,
        )


def _postgres(environment: Environment, today: date) -> Iterator[Notice]:
    if isinstance(environment, AwsEnvironment):
        version = environment.database.engine_version
        yield from _aws_notices(
            _AwsVersion(
                path="database.engine_version",
                version=version,
                product=f"PostgreSQL {version}",
                support=POSTGRES_SUPPORT[version],
                extended=environment.database.support == "extended",
                accept="database.support: extended",
                price="about 73 USD a month more for each vCPU",
            ),
            today,
        )


def _aws_notices(of: _AwsVersion, today: date) -> Iterator[Notice]:
    def notice(level: Literal["refused", "warning", "note"], text: str) -> Notice:
        return Notice(level, Violation(of.path, text, of.version))

    kind, ends = ("extended", of.support.extended_ends) if of.extended else ("standard", of.support.standard_ends)
    accept = "" if of.extended else f", or accept its price ({of.price}) with `{of.accept}`"
    if ends is None:
        yield notice("note", f"AWS had not published the end of {kind} support of {of.product} in November 2026")
    elif today >= ends:
        yield notice("refused", f"must be newer{accept}: {of.product} has no {kind} support since {ends}")
    elif ends - today <= timedelta(days=WARNING_DAYS):
        left = f"{of.product} has no {kind} support from {ends} on, in {_days(ends - today)}, and is refused then"
        yield notice("warning", f"{left}: choose a newer one{accept}")
    paid_since = of.support.standard_ends
    if of.extended and paid_since and paid_since <= today and not (ends and today >= ends):
        yield notice("note", f"{of.product} is in extended support since {paid_since}: {of.price}")


def _airflow(environment: Environment, today: date) -> Iterator[Notice]:
    """Airflow's end is not announced: it comes with the next minor version. The days of warning are counted from it."""

    def notice(level: Literal["refused", "warning", "note"], text: str) -> Notice:
        return Notice(level, Violation("airflow.version", text, environment.airflow.version))

    minor = environment.airflow.version.rpartition(".")[0]
    if minor not in AIRFLOW_RELEASED:
        yield notice(
            "note", f"Airflow {minor} is not in the table of versions here: whether it gets fixes is not known"
        )
        return
    ended = airflow_fixes_end(minor)
    if ended is None or today < ended:
        return
    refused_from = ended + timedelta(days=WARNING_DAYS)
    since = f"Airflow {minor} gets no fixes, and no security fixes either, since {ended}"
    accept = "or accept that with `airflow.accept_unsupported: true`"
    if environment.airflow.accept_unsupported:
        yield notice("note", since)
    elif today >= refused_from:
        yield notice("refused", f"must be newer, {accept}: {since}")
    else:
        left = _days(refused_from - today)
        yield notice(
            "warning", f"{since}, and is refused from {refused_from} on, in {left}: choose a newer one, {accept}"
        )


def _days(time: timedelta) -> str:
    return "1 day" if time.days == 1 else f"{time.days} days"
