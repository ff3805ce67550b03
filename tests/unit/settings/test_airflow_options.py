"""What Airflow says of its options, and what the platform says of them."""

import json

import pytest

from k8s.airflow.pods import options as charts
from k8s.bindings import PlatformBindings
from settings.facts import airflow_options, guarded_options
from settings.facts.airflow_options import described_versions, description_for
from settings.facts.platform_options import PLATFORM_OPTIONS, platform_option
from settings.facts.secret_values import HIDDEN, looks_like_a_secret, without_secrets
from settings.facts.versions import AIRFLOW_RELEASED
from settings.model.airflow import AirflowSettings
from tests.unit.settings.cases import broken_lines
from tests.unit.settings.tables.airflow_options import PASSWORD, PLATFORM, SECRETS

NOT_IN_THE_IMAGE = {
    "celery_broker_transport_options",
    "celery_result_backend_transport_options",
    "edge",
    "keycloak_auth_manager",
}
"""Sections of providers that no description has, guarded for images that have them."""


def test_should_describe_the_default_version() -> None:
    default = AirflowSettings().version

    assert default in described_versions(), f"run: python -m operations.facts airflow <Python of Airflow {default}>"
    assert description_for(default).version == default


@pytest.mark.parametrize(
    ("version", "nearest"),
    [("3.3.9", "3.3.2"), ("3.9.0", "3.3.2"), ("3.2.0", "3.2.2"), ("3.0.6", "3.2.2")],
)
def test_should_take_the_nearest_minor_version(version: str, nearest: str) -> None:
    assert description_for(version).version == nearest
    assert set(AIRFLOW_RELEASED) >= {".".join(version.split(".")[:2]) for version in described_versions()}


def test_should_guard_only_options_that_airflow_has() -> None:
    described = [description_for(version) for version in described_versions()]
    known = {option for each in described for option in each.options}
    sections = {section for each in described for section in each.sections}

    assert set(guarded_options.GUARDED_OPTIONS) <= known
    assert set(guarded_options.GUARDED_SECTIONS) - NOT_IN_THE_IMAGE <= sections
    assert known >= PLATFORM_OPTIONS


def test_should_guard_or_set_every_option_whose_default_names_code_of_airflow() -> None:
    unguarded = [
        option
        for version in described_versions()
        for option, facts in description_for(version).options.items()
        if (facts.default or "").startswith("airflow.") and facts.default != "airflow.*"
        if option not in guarded_options.GUARDED_OPTIONS and option not in PLATFORM_OPTIONS
        if option.rpartition(".")[0] not in guarded_options.GUARDED_SECTIONS
    ]

    assert unguarded == []


@pytest.mark.parametrize("version", described_versions())
def test_should_allow_every_guarded_option_its_default(version: str) -> None:
    # Airflow's own default undermines nothing; where we allow values at all, it is one of them.
    for option, guard in guarded_options.GUARDED_OPTIONS.items():
        facts = description_for(version).options.get(option)
        if facts and facts.default and (guard.only or guard.most or guard.never):
            # "elasticsearch_configs" and "opensearch_configs" differ in their defaults; we want certificates checked.
            if option == "opensearch_configs.verify_certs":
                continue
            # A default with braces may be a text to format, or a template.
            formatted = facts.default.replace("{{", "{").replace("}}", "}")
            assert None in {guard.rule_broken_by(each) for each in (facts.default, formatted)}, option


def test_should_refuse_the_platforms_options_by_every_old_name() -> None:
    renamed = description_for("3.3.2").renamed
    old = [name for name, present in renamed.items() if present in PLATFORM_OPTIONS]

    assert len(old) > 5
    for name in old:
        for suffix in ("", "_cmd", "_secret"):
            assert platform_option(f"{name}{suffix}", renamed) in PLATFORM_OPTIONS


def test_should_let_what_the_charts_tune_be_set() -> None:
    # They say that airflow.config may change it.
    airflow = AirflowSettings()
    bindings = PlatformBindings.__new__(PlatformBindings)
    object.__setattr__(bindings, "task_slots", 4)
    tuned = {**charts.tuning(airflow, bindings), **charts.task_tuning()}

    assert broken_lines({"airflow config": tuned}) == []


@pytest.mark.parametrize(("option", "value"), [row[:2] for row in (*SECRETS, *PLATFORM) if PASSWORD in str(row[1])])
def test_should_never_show_a_secret(option: str, value: object) -> None:
    for written in (value, [value], {"x": value}, f"{value}\n"):
        lines = broken_lines({"airflow config": {option: written}})
        assert lines
        assert PASSWORD not in "".join(lines)
    assert PASSWORD not in "".join(broken_lines({"airflow": {"config": [{option: value}]}}))
    assert PASSWORD not in "".join(broken_lines({"airflow config": value}))


@pytest.mark.parametrize(
    "text",
    [
        "redis://:secret@host/0",
        "x://a:b/c@d",
        "-----BEGIN PRIVATE KEY-----",
        '{"api_key": "x"}',
        "token=abc",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_should_see_a_secret_by_its_look(text: str) -> None:
    assert looks_like_a_secret(text)
    assert without_secrets({"tags": [text]}) == {"tags": [HIDDEN]}


@pytest.mark.parametrize(
    "text", ["s3://conn@bucket/x", "https://host:8443/x", "a@b.c", "%Y-%m-%d", "", "secret", "key: x"]
)
def test_should_see_no_secret_where_none_is(text: str) -> None:
    assert not looks_like_a_secret(text)


def test_should_be_dated_and_say_of_which_packages() -> None:
    for version in described_versions():
        data = json.loads((airflow_options.FOLDER / f"{version}.json").read_text(encoding="utf-8"))
        assert data["generated"] >= "2026-11-24"
        assert data["airflow"] == data["packages"]["apache-airflow-core"] == version
