"""Airflow comes up from the manifests, and lets in whom it should."""

from urllib.parse import urlencode

import pytest

from tests.runtime.browser import Browser
from tests.runtime.client import RefusedError
from tests.runtime.stage import Stage


def test_should_come_up_within_five_minutes_and_without_a_restart(airflow: Stage) -> None:
    assert airflow.restarted == {}
    assert airflow.seconds_to_start < 300


def test_should_change_nothing_when_the_same_file_is_applied_again(airflow: Stage) -> None:
    mark = airflow.cluster.kubernetes.journal.mark()
    applied = airflow.apply_again()
    written = airflow.cluster.kubernetes.journal.entries(since=mark)
    unchanged = [entry.reference for entry in written if entry.verb == "unchanged"]
    assert set(applied) <= set(unchanged)
    assert [entry.reference for entry in written if entry.verb == "created" or entry.spec_changed] == []


def test_should_make_the_folders_of_a_root_owned_volume_writable_for_airflow_alone(airflow: Stage) -> None:
    for folder in (airflow.cluster.data / "dags", airflow.cluster.data / "logs"):
        found = folder.stat()
        assert found.st_mode & 0o7777 == 0o2775
        if airflow.cluster.identities.real:
            assert (found.st_uid, found.st_gid) == (50_000, 0)
    if airflow.cluster.identities.real:
        assert airflow.cluster.data.stat().st_uid == 0


def test_should_make_storage_ready_again_without_changing_it(airflow: Stage) -> None:
    kept = airflow.cluster.data / "dags" / "wide.py"
    before = (kept.read_bytes(), kept.stat().st_mode, kept.stat().st_uid)
    airflow.run_again("airflow-storage-setup")
    assert (kept.read_bytes(), kept.stat().st_mode, kept.stat().st_uid) == before
    assert (airflow.cluster.data / "dags").stat().st_mode & 0o7777 == 0o2775


def test_should_survive_two_migrations_at_the_same_time(airflow: Stage) -> None:
    jobs = [job for job in airflow.cluster.kubernetes.objects("Job") if "airflow-migration" in job["metadata"]["name"]]
    starts = [job["status"]["startTime"] for job in jobs]
    ends = [job["status"]["completionTime"] for job in jobs]
    assert len(jobs) == 2
    assert max(starts) < min(ends), "they did not run at the same time"
    # Both are complete, or the release would have failed; and the schema is one that Airflow's own check accepts.
    scheduler = airflow.cluster.running("scheduler").container("scheduler")
    assert scheduler.execute(["airflow", "db", "check-migrations", "-t", "5"], timeout=60) == 0


def test_should_let_the_administrator_in_with_the_generated_password_only(airflow: Stage) -> None:
    assert airflow.client().get("/version")["version"]
    for password in ("admin", "", airflow.secrets.values["admin_password"][:-1]):
        with pytest.raises(RefusedError) as refusal:
            airflow.anonymous().login("admin", password)
        assert refusal.value.code in (400, 401)  # 400: there is no password
    with pytest.raises(RefusedError) as refusal:
        airflow.anonymous().get("/dags")
    assert refusal.value.code == 401


@pytest.mark.parametrize("origin", ["http://localhost:9090", "http://127.0.0.1:18080"])
def test_should_let_people_in_and_out_through_any_local_port(airflow: Stage, origin: str) -> None:
    browser = Browser(airflow.cluster.service("webserver-svc"), origin)
    wanted = f"{origin}/dags/wide"
    browser.open(f"/api/v2/auth/login?{urlencode({'next': wanted})}")
    assert "<title>Airflow" in browser.sign_in("admin", airflow.secrets.values["admin_password"])
    assert browser.url == wanted
    assert "authorized_menu_items" in browser.open("/ui/auth/menus")
    browser.open("/auth/users/list/")  # a page of the login's own, with links of its own making
    browser.open("/api/v2/auth/logout")
    assert browser.url == f"{origin}/auth/login/"
    assert "_token" not in browser.cookies


def test_should_leave_the_password_alone_when_the_user_exists(airflow: Stage) -> None:
    airflow.run_again("airflow-admin-user")
    airflow.anonymous().login("admin", airflow.secrets.values["admin_password"])
