"""What cleans up once a day: what it is told, what it may, and what is left when a setting turns it off."""

from dataclasses import replace
from typing import Any

import pytest

from k8s.rendered import Json, Release
from settings.model.airflow import AirflowSettings
from tests.support.names import CLEANERS
from tests.unit.k8s.conftest import AUTHORITIES, aws_bindings

EACH = pytest.mark.parametrize("name", CLEANERS)
SETTINGS = {
    "airflow-clean-pods": "pod_retention_days",
    "airflow-clean-metadata": "metadata_retention_days",
    "airflow-clean-logs": "log_retention_days",
}


def release(**settings: Any) -> Release:
    return Release(AirflowSettings.model_validate({"housekeeping": settings}), aws_bindings())


def cron_job(release: Release, name: str) -> Json:
    spec: Json = release.get("CronJob", name)["spec"]
    return spec


def container(release: Release, name: str) -> Json:
    (found,) = release.pod_templates[name]["spec"]["containers"]
    return dict(found)


def args(release: Release, name: str) -> list[str]:
    return list(container(release, name)["args"])


def test_should_clean_up_by_default(any_release: Release) -> None:
    assert {each["metadata"]["name"] for each in any_release.of_kind("CronJob")} == set(CLEANERS)


def test_should_keep_a_year_by_default(aws: Release, local: Release) -> None:
    script = "/opt/airflow/platform/clean_metadata.py"
    wanted = ["python", script, "--keep-days", "365", "--keep-archive-days", "30"]
    assert args(aws, "airflow-clean-metadata") == args(local, "airflow-clean-metadata") == wanted
    logs = ["python", "/opt/airflow/platform/clean_logs.py", "--keep-days", "365", "--folder", "/opt/airflow/logs"]
    assert args(local, "airflow-clean-logs") == logs
    pods = ["python", "/opt/airflow/platform/clean_pods.py", "--keep-days", "7"]
    assert args(aws, "airflow-clean-pods") == pods


def test_should_keep_what_the_settings_say() -> None:
    made = release(metadata_retention_days=90, archive_retention_days=0, log_retention_days=60, pod_retention_days=1)
    assert args(made, "airflow-clean-metadata")[2:] == ["--keep-days", "90", "--keep-archive-days", "0"]
    assert args(made, "airflow-clean-logs")[2:4] == ["--keep-days", "60"]
    assert args(made, "airflow-clean-pods")[2:] == ["--keep-days", "1"]


@pytest.mark.parametrize("linked", [True, False])
def test_should_delete_a_linked_log_only_when_it_is_in_s3(linked: bool) -> None:
    made = Release(AirflowSettings(), replace(aws_bindings(), logs_are_exported=linked))
    assert ("--only-exported" in args(made, "airflow-clean-logs")) is linked


@EACH
def test_should_leave_nothing_of_what_a_setting_turns_off(name: str) -> None:
    made = release(**{SETTINGS[name]: None})
    objects = {(each["kind"], each["metadata"]["name"]) for each in made.charts["Housekeeping"]}
    assert {other for kind, other in objects if kind == "CronJob"} == set(CLEANERS) - {name}
    assert not [each for each in objects if name in each[1]]


def test_should_have_no_step_when_everything_is_off() -> None:
    made = release(**dict.fromkeys(SETTINGS.values()))
    assert "Housekeeping" not in made.charts
    assert not [each for each in made.objects if each["kind"] == "CronJob"]


def test_should_run_one_after_the_other_once_a_day() -> None:
    def schedules(start: str) -> list[str]:
        return [cron_job(release(start_time=start), name)["schedule"] for name in CLEANERS]

    assert schedules("03:30") == ["30 3 * * *", "40 3 * * *", "0 4 * * *"]
    assert schedules("23:45") == ["45 23 * * *", "55 23 * * *", "15 0 * * *"]


@EACH
def test_should_run_once_at_a_time_and_end(any_release: Release, name: str) -> None:
    spec = cron_job(any_release, name)
    assert (spec["timeZone"], spec["concurrencyPolicy"]) == ("Etc/UTC", "Forbid")
    # Without, a CronJob that has missed a hundred starts never runs again.
    assert spec["startingDeadlineSeconds"] < 86_400
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (1, 2)
    job = spec["jobTemplate"]["spec"]
    assert job["backoffLimit"] == 2
    assert 3600 < job["activeDeadlineSeconds"] < 86_400
    assert job["ttlSecondsAfterFinished"] == 7 * 86_400


@EACH
def test_should_run_as_itself_with_its_own_rights(any_release: Release, name: str) -> None:
    pod = any_release.pod_templates[name]["spec"]
    assert pod["serviceAccountName"] == name
    assert pod["automountServiceAccountToken"] is (name == "airflow-clean-pods")
    volumes = {each["name"] for each in pod["volumes"]}
    own = {"airflow-clean-metadata": {"secrets"}, "airflow-clean-logs": {"data"}, "airflow-clean-pods": set()}
    assert volumes == {"tmp", "platform-files"} | own[name]
    assert "envFrom" not in container(any_release, name)


def test_should_let_what_cleans_logs_see_the_log_folder_alone(any_release: Release) -> None:
    mounts = [each for each in container(any_release, "airflow-clean-logs")["volumeMounts"] if each["name"] == "data"]
    assert mounts == [{"name": "data", "mountPath": "/opt/airflow/logs", "subPath": "logs"}]


def test_should_verify_the_database_where_it_has_a_certificate(aws: Release, local: Release) -> None:
    def environment(release: Release) -> dict[str, str]:
        return {each["name"]: each["value"] for each in container(release, "airflow-clean-metadata")["env"]}

    given = environment(aws)
    assert given["PGSSLMODE"] == "verify-full"
    folder, _, file = given["PGSSLROOTCERT"].rpartition("/")
    assert aws.get("ConfigMap", "airflow-housekeeping")["data"][file] == AUTHORITIES
    mounts = {each["name"]: each["mountPath"] for each in container(aws, "airflow-clean-metadata")["volumeMounts"]}
    assert mounts["platform-files"] == folder
    assert environment(local)["PGSSLMODE"] == "disable"


def test_should_change_no_other_pod_for_a_setting_of_its_own() -> None:
    one, other = release(), release(metadata_retention_days=100, log_retention_days=100, start_time="05:00")
    changed = {name for name, objects in one.charts.items() if objects != other.charts[name]}
    assert changed == {"Housekeeping"}
