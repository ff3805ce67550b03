"""Versions whose support ends: told in time, refused then, accepted by one line. No test asks what day it is."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from settings import AwsEnvironment, LocalEnvironment, SettingsError, load_aws_environment, support_notices
from settings.__main__ import main
from settings.facts.versions import KUBERNETES_SUPPORT, POSTGRES_SUPPORT
from settings.loading import check
from settings.support import WARNING_DAYS
from tests.unit.settings.cases import AWS, LOCAL, Changes, changed

KUBERNETES_1_34 = {"cluster version": "1.34"}
POSTGRES_14 = {"database engine_version": "14"}
AIRFLOW_3_2 = {"airflow version": "3.2.2"}
EXTENDED_CLUSTER = {**KUBERNETES_1_34, "cluster support": "extended"}
EXTENDED_DATABASE = {**POSTGRES_14, "database support": "extended"}
ACCEPTED_AIRFLOW = {**AIRFLOW_3_2, "airflow accept_unsupported": True}


def told(changes: Changes, day: str) -> list[str]:
    environment = AwsEnvironment.model_validate(changed(AWS, changes))
    return [str(notice) for notice in support_notices(environment, date.fromisoformat(day))]


@pytest.mark.parametrize(
    ("changes", "day", "notice"),
    [
        (
            KUBERNETES_1_34,
            "2026-11-24",
            "warning: cluster.version: Kubernetes 1.34 has no standard support from 2026-12-02 on, in 8 days, and is "
            "refused then: choose a newer one, or accept its price (about 365 USD a month more) with "
            '`cluster.support: extended` (got "1.34")',
        ),
        (
            KUBERNETES_1_34,
            "2026-12-02",
            "refused: cluster.version: must be newer, or accept its price (about 365 USD a month more) with "
            '`cluster.support: extended`: Kubernetes 1.34 has no standard support since 2026-12-02 (got "1.34")',
        ),
        (
            EXTENDED_CLUSTER,
            "2026-12-02",
            "note: cluster.version: Kubernetes 1.34 is in extended support since 2026-12-02: about 365 USD a month "
            'more (got "1.34")',
        ),
        (
            EXTENDED_CLUSTER,
            "2027-12-02",
            "refused: cluster.version: must be newer: Kubernetes 1.34 has no extended support since 2027-12-02 "
            '(got "1.34")',
        ),
        (
            {"cluster version": "1.37"},
            "2030-01-01",
            "note: cluster.version: AWS had not published the end of standard support of Kubernetes 1.37 in November "
            '2026 (got "1.37")',
        ),
        (
            POSTGRES_14,
            "2027-02-28",
            "warning: database.engine_version: PostgreSQL 14 has no standard support from 2027-03-01 on, in 1 day, and "
            "is refused then: choose a newer one, or accept its price (about 73 USD a month more for each vCPU) with "
            '`database.support: extended` (got "14")',
        ),
        (
            POSTGRES_14,
            "2027-03-01",
            "refused: database.engine_version: must be newer, or accept its price (about 73 USD a month more for each "
            "vCPU) with `database.support: extended`: PostgreSQL 14 has no standard support since 2027-03-01 "
            '(got "14")',
        ),
        (
            EXTENDED_DATABASE,
            "2027-03-01",
            "note: database.engine_version: PostgreSQL 14 is in extended support since 2027-03-01: about 73 USD a "
            'month more for each vCPU (got "14")',
        ),
        (
            AIRFLOW_3_2,
            "2026-07-06",
            "warning: airflow.version: Airflow 3.2 gets no fixes, and no security fixes either, since 2026-07-06, and "
            "is refused from 2026-09-04 on, in 60 days: choose a newer one, or accept that with "
            '`airflow.accept_unsupported: true` (got "3.2.2")',
        ),
        (
            AIRFLOW_3_2,
            "2026-09-04",
            "refused: airflow.version: must be newer, or accept that with `airflow.accept_unsupported: true`: Airflow "
            '3.2 gets no fixes, and no security fixes either, since 2026-07-06 (got "3.2.2")',
        ),
        (
            ACCEPTED_AIRFLOW,
            "2026-09-04",
            "note: airflow.version: Airflow 3.2 gets no fixes, and no security fixes either, since 2026-07-06 "
            '(got "3.2.2")',
        ),
        (
            {"airflow version": "3.40.0"},
            "2026-11-24",
            "note: airflow.version: Airflow 3.40 is not in the table of versions here: whether it gets fixes is not "
            'known (got "3.40.0")',
        ),
    ],
)
def test_should_tell_what_ends_when_and_the_line_that_accepts_it(changes: Changes, day: str, notice: str) -> None:
    assert [line for line in told(changes, day) if notice.split(": ")[1] in line] == [notice]


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({}, "2026-11-24"),
        (KUBERNETES_1_34, "2026-10-02"),
        (EXTENDED_CLUSTER, "2026-12-01"),
        (POSTGRES_14, "2026-12-30"),
        (AIRFLOW_3_2, "2026-07-05"),
    ],
)
def test_should_say_nothing_while_there_is_time(changes: Changes, day: str) -> None:
    path = next(iter(changes), "").replace(" ", ".")
    assert [line for line in told(changes, day) if not path or path in line] == []


@pytest.mark.parametrize("version", [version for version, end in KUBERNETES_SUPPORT.items() if end.standard_ends])
def test_should_refuse_each_kubernetes_version_in_the_end(version: str) -> None:
    _refused_in_the_end({"cluster version": version}, "cluster.version", KUBERNETES_SUPPORT[version].standard_ends)  # type: ignore[index]


@pytest.mark.parametrize("version", POSTGRES_SUPPORT)
def test_should_refuse_each_postgresql_version_in_the_end(version: str) -> None:
    _refused_in_the_end(
        {"database engine_version": version},
        "database.engine_version",
        POSTGRES_SUPPORT[version].standard_ends,  # type: ignore[index]
    )


def _refused_in_the_end(changes: Changes, path: str, end: date | None) -> None:
    assert end

    def level(day: date) -> list[str]:
        environment = AwsEnvironment.model_validate(changed(AWS, changes))
        return [notice.level for notice in support_notices(environment, day) if notice.violation.path == path]

    days_before = [date.fromordinal(end.toordinal() - days) for days in (WARNING_DAYS + 1, WARNING_DAYS, 1, 0)]
    assert [level(day) for day in days_before] == [[], ["warning"], ["warning"], ["refused"]]


def test_should_report_an_ended_version_together_with_every_other_broken_rule() -> None:
    data = changed(AWS, {**KUBERNETES_1_34, **POSTGRES_14, "network nat_gateways": -1, "storage throughput": 5})

    _, violations = check(data, today=date(2027, 3, 1))

    assert [violation.path for violation in violations] == [
        "network.nat_gateways",
        "storage.throughput",
        "cluster.version",
        "database.engine_version",
    ]


def test_should_not_look_at_the_end_of_a_version_that_is_refused_anyway() -> None:
    _, violations = check(changed(AWS, {"cluster version": "1.2", **POSTGRES_14}), today=date(2027, 3, 1))

    assert [violation.path for violation in violations] == ["cluster.version", "database.engine_version"]


def test_should_only_ask_for_the_day_where_it_matters(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(yaml.safe_dump(changed(AWS, KUBERNETES_1_34)))

    assert load_aws_environment(str(path), tmp_path).cluster.version == "1.34"
    with pytest.raises(SettingsError, match=r"^old.yaml: cluster.version: must be newer, or accept its price"):
        load_aws_environment(str(path), tmp_path, today=date(2026, 12, 2))


def test_should_tell_of_airflow_on_any_kubernetes() -> None:
    local = LocalEnvironment.model_validate({**LOCAL, "airflow": {"version": "3.1.0"}})

    assert [notice.level for notice in support_notices(local, date(2026, 11, 24))] == ["refused"]


def test_should_warn_on_the_command_line_and_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(yaml.safe_dump(changed(AWS, {**KUBERNETES_1_34, **EXTENDED_DATABASE})))

    assert main([str(path)], date(2026, 11, 24)) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{path}: ok\n"
    [line] = captured.err.splitlines()
    assert line.startswith(f"{path}: warning: cluster.version: Kubernetes 1.34 has no standard support from 2026-12-02")


def test_should_refuse_on_the_command_line_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(yaml.safe_dump(changed(AWS, KUBERNETES_1_34)))

    assert main([str(path)], date(2026, 12, 2)) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
