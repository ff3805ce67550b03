"""Every rule across settings, by the tables of good and bad."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from settings import AwsEnvironment, LocalEnvironment, rules
from settings.model.base import Settings
from settings.reading.violations import Violation
from settings.rules import AWS_RULES, LOCAL_RULES
from tests.unit.settings.cases import AWS, LOCAL, Bad, Changes, broken_lines, changed
from tests.unit.settings.tables import (
    access,
    airflow,
    cluster,
    dag_bundles,
    images,
    login,
    network,
    node_groups,
    offers,
    restore,
    storage,
    task_profiles,
)

AREAS = (
    offers,
    network,
    cluster,
    node_groups,
    storage,
    restore,
    images,
    airflow,
    dag_bundles,
    task_profiles,
    login,
    access,
)
BAD = [
    *((AWS, bad) for area in AREAS for bad in area.BAD),
    *((LOCAL, bad) for area in (airflow, dag_bundles, task_profiles, login) for bad in area.BAD_LOCAL),
]
IDS = [f"{bad.rule}-{index}" for index, (_, bad) in enumerate(BAD)]
GOOD: list[Changes] = [{}, *(changes for area in AREAS for changes in area.GOOD)]


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_should_accept_what_no_rule_forbids(changes: Changes) -> None:
    assert broken_lines(changes) == []


@pytest.mark.parametrize("changes", login.GOOD_LOCAL, ids=str)
def test_should_accept_without_aws_what_no_rule_forbids(changes: Changes) -> None:
    assert broken_lines(changes, LOCAL) == []


def test_should_accept_principals_of_the_partition_of_another_region() -> None:
    # No whole environment: the certificates of RDS in China are not known.
    china = {
        "region": "cn-north-1",
        "availability_zones": ["cn-north-1a", "cn-north-1b"],
        "cluster access": {"admins": ["arn:aws-cn:iam::123456789012:user/ops/ann"]},
    }
    environment = AwsEnvironment.model_validate(changed(AWS, china))
    assert list(rules.cluster.principals_are_of_the_regions_partition(environment)) == []


@pytest.mark.parametrize(("base", "bad"), BAD, ids=IDS)
def test_should_refuse_with_path_rule_and_value(base: dict[str, Any], bad: Bad) -> None:
    [line] = [line for line in broken_lines(bad.changes, base) if line.startswith(f"{bad.path}: ")]

    assert bad.value in line.removeprefix(f"{bad.path}: ")


@pytest.mark.parametrize(("base", "bad"), BAD, ids=IDS)
def test_should_have_the_message_from_the_rule_of_that_name(base: dict[str, Any], bad: Bad) -> None:
    model: type[Settings] = AwsEnvironment if base is AWS else LocalEnvironment
    rules: tuple[Callable[[Any], Iterator[Violation]], ...] = AWS_RULES if base is AWS else LOCAL_RULES
    [rule] = [rule for rule in rules if rule.__name__ == bad.rule]

    broken = rule(model.model_validate(changed(base, bad.changes)))

    assert [str(violation).partition(": ")[0] for violation in broken].count(bad.path) == 1


def test_should_have_a_bad_example_of_every_rule() -> None:
    tried = {bad.rule for _, bad in BAD}

    assert {rule.__name__ for rule in (*AWS_RULES, *LOCAL_RULES)} == tried


def test_should_list_every_rule_once() -> None:
    for table in (AWS_RULES, LOCAL_RULES):
        names = [rule.__name__ for rule in table]
        assert len(names) == len(set(names))
