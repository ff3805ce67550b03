"""The table of versions: complete, in order, and no guess in it."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import pytest

from settings.facts.versions import (
    AIRFLOW_RELEASED,
    KUBERNETES_SUPPORT,
    KUBERNETES_VERSIONS,
    POSTGRES_SUPPORT,
    POSTGRES_VERSIONS,
    Support,
    airflow_fixes_end,
)


def test_should_know_every_version_that_a_file_may_name() -> None:
    assert tuple(KUBERNETES_SUPPORT) == KUBERNETES_VERSIONS
    assert tuple(POSTGRES_SUPPORT) == POSTGRES_VERSIONS


@pytest.mark.parametrize("table", [KUBERNETES_SUPPORT, POSTGRES_SUPPORT], ids=["Kubernetes", "PostgreSQL"])
def test_should_end_older_versions_first_and_extended_support_after_the_standard_one(
    table: Mapping[str, Support],
) -> None:
    published = [support.standard_ends for support in table.values() if support.standard_ends]

    assert published == sorted(set(published))
    assert all(
        support.standard_ends and support.standard_ends < support.extended_ends
        for support in table.values()
        if support.extended_ends
    )


def test_should_say_that_an_end_is_not_published_rather_than_guess() -> None:
    assert KUBERNETES_SUPPORT["1.37"].standard_ends is None


def test_should_list_airflows_versions_in_the_order_of_their_releases() -> None:
    assert all(older < newer for older, newer in pairwise(AIRFLOW_RELEASED.values()))


def test_should_end_fixes_of_an_airflow_version_when_the_next_one_comes() -> None:
    assert airflow_fixes_end("3.1") == date(2026, 4, 7), "not the newest one's"
    assert airflow_fixes_end("3.2") == date(2026, 7, 6)
    assert airflow_fixes_end("3.3") is None
