"""The versions of Kubernetes, PostgreSQL and Airflow that the platform runs, and how long they are supported.

Facts with their source, as of November 2026. A new version is a line here and in its Literal; a date that its vendor
has not published is None, never a guess.
"""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal, get_args

KubernetesVersion = Literal["1.34", "1.35", "1.36", "1.37"]
"""Versions of EKS that a cluster may have."""

PostgresVersion = Literal["14", "15", "16", "17"]
"""Major versions of RDS for PostgreSQL. RDS offers 18 as well; the versions that Airflow 3 says it is tested with end
at 17 ("Requirements", apache/airflow README)."""

KUBERNETES_VERSIONS: tuple[KubernetesVersion, ...] = get_args(KubernetesVersion)
POSTGRES_VERSIONS: tuple[PostgresVersion, ...] = get_args(PostgresVersion)


@dataclass(frozen=True)
class Support:
    """How long AWS supports a version."""

    standard_ends: date | None
    """The first day without standard support, which is the first that extended support is charged for; None: not
    published."""

    extended_ends: date | None = None
    """The first day without extended support; None: not published."""


KUBERNETES_SUPPORT: MappingProxyType[KubernetesVersion, Support] = MappingProxyType(
    {
        "1.34": Support(date(2026, 12, 2), date(2027, 12, 2)),
        "1.35": Support(date(2027, 3, 27), date(2028, 3, 27)),
        "1.36": Support(date(2027, 8, 2), date(2028, 8, 2)),
        "1.37": Support(None),
    }
)
"""14 months of standard support and 12 of extended support, by UTC; extended support is charged from the beginning of
the day that ends standard support ("Understand the Kubernetes version lifecycle on EKS", Amazon EKS user guide)."""

POSTGRES_SUPPORT: MappingProxyType[PostgresVersion, Support] = MappingProxyType(
    {
        "14": Support(date(2027, 3, 1), date(2030, 3, 1)),
        "15": Support(date(2028, 3, 1), date(2031, 3, 1)),
        "16": Support(date(2029, 3, 1), date(2032, 3, 1)),
        "17": Support(date(2030, 3, 1), date(2033, 3, 1)),
    }
)
"""Standard support until the end of February after the community's own end, then three years of extended support,
charged from 1 March ("Release calendars for Amazon RDS for PostgreSQL", RDS for PostgreSQL release notes)."""

AIRFLOW_RELEASED: MappingProxyType[str, date] = MappingProxyType(
    {
        "3.0": date(2025, 4, 22),
        "3.1": date(2025, 9, 25),
        "3.2": date(2026, 4, 7),
        "3.3": date(2026, 7, 6),
    }
)
"""When the first release of a minor version of Airflow came, in order ("Release Notes", Airflow documentation)."""


def airflow_fixes_end(minor: str) -> date | None:
    """The day from which a minor version of Airflow gets no fixes, also no security fixes; None: it is the newest.

    Fixes go to the newest minor version only: with 2.7.0 the releases of 2.6 ended ("Releasing Airflow with security
    patches", Airflow documentation). So the end is not known before it comes.

    Raises:
        KeyError: it is not in the table.
    """
    released = AIRFLOW_RELEASED[minor]
    return min((day for day in AIRFLOW_RELEASED.values() if day > released), default=None)
