"""clean_pods.py: whose pods and Jobs go, and when."""

import io
import runpy
import urllib.error
import urllib.parse
from datetime import datetime, timedelta, timezone
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]
SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "housekeeping" / "clean_pods.py"
NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
WEEK_AGO = NOW - timedelta(days=7)


def at(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(name: str, phase: str, ended: float | None = None, made: float = 90) -> Json:
    """A pod that has ended so many days ago."""
    state = {"terminated": {"finishedAt": at(ended)}} if ended is not None else {"running": {}}
    statuses = [{"state": state}] if phase != "Failed" or ended is not None else []
    metadata = {"name": name, "uid": f"uid of {name}", "creationTimestamp": at(made)}
    return {"metadata": metadata, "status": {"phase": phase, "containerStatuses": statuses}}


def job(name: str, type_: str, days: float, status: str = "True") -> Json:
    condition = {"type": type_, "status": status, "lastTransitionTime": at(days)}
    return {"metadata": {"name": name, "uid": f"uid of {name}"}, "status": {"conditions": [condition]}}


class Api:
    """The Kubernetes API, as far as it is asked; pages of two."""

    def __init__(self, pods: list[Json], jobs: list[Json] | None = None, refuses: dict[str, int] | None = None) -> None:
        self._objects = {"pods": pods, "jobs": jobs or []}
        self._refuses = refuses or {}
        self.deleted: list[str] = []
        self.asked: list[Json] = []

    def __call__(self, method: str, path: str, body: Json | None = None) -> Json:
        url = urllib.parse.urlsplit(path)
        if method == "DELETE":
            name = url.path.rpartition("/")[2]
            assert body == {"propagationPolicy": "Background", "preconditions": {"uid": f"uid of {name}"}}
            if code := self._refuses.get(name):
                raise urllib.error.HTTPError(path, code, "refused", Message(), io.BytesIO())
            self.deleted.append(url.path)
            return {}
        query = dict(urllib.parse.parse_qsl(url.query))
        self.asked.append(query)
        found, start = self._objects[url.path.rpartition("/")[2]], int(query.get("continue", 0))
        more = {"continue": str(start + 2)} if len(found) > start + 2 else {}
        return {"items": found[start : start + 2], "metadata": more}


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`script(api)` cleans what is older than a week."""
    made = runpy.run_path(str(SCRIPT))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setattr("ssl.create_default_context", lambda cafile: None)
    (tmp_path / "namespace").write_text("airflow\n")

    def run(api: Api) -> dict[str, int]:
        kubernetes = made["Kubernetes"](tmp_path)
        kubernetes._request = api
        gone: dict[str, int] = made["clean"](kubernetes, WEEK_AGO)
        return gone

    return run


def test_should_delete_what_ended_long_ago_whatever_its_age(script: Any) -> None:
    api = Api(
        [
            pod("done", "Succeeded", 8),
            pod("failed", "Failed", 8),
            pod("just-done", "Succeeded", 6),
            pod("runs", "Running"),
            pod("waits", "Pending"),
            pod("lost", "Unknown"),
            pod("evicted", "Failed", made=8),
            pod("just-evicted", "Failed", made=1),
        ]
    )
    assert script(api) == {"Jobs": 0, "pods": 3}
    assert api.deleted == [f"/api/v1/namespaces/airflow/pods/{name}" for name in ("done", "failed", "evicted")]


def test_should_delete_jobs_that_have_ended(script: Any) -> None:
    jobs = [job("done", "Complete", 8), job("failed", "Failed", 8), job("new", "Complete", 1)]
    jobs += [job("not", "Complete", 8, "False"), job("ending", "FailureTarget", 8), {"metadata": {"name": "begun"}}]
    api = Api([], jobs)
    assert script(api)["Jobs"] == 2
    assert api.deleted == [f"/apis/batch/v1/namespaces/airflow/jobs/{name}" for name in ("done", "failed")]


def test_should_ask_for_nothing_but_what_belongs_to_tasks(script: Any) -> None:
    api = Api([pod(f"p{number}", "Running") for number in range(5)])
    script(api)
    assert {query["labelSelector"] for query in api.asked} == {"dag_id,task_id"}
    assert len(api.asked) == 1 + 3  # every page


@pytest.mark.parametrize("code", [404, 409])
def test_should_take_no_offence_at_what_has_gone_meanwhile(script: Any, code: int) -> None:
    api = Api([pod("gone", "Failed", 8), pod("done", "Failed", 8)], refuses={"gone": code})
    script(api)
    assert api.deleted == ["/api/v1/namespaces/airflow/pods/done"]


def test_should_fail_where_it_may_not(script: Any) -> None:
    with pytest.raises(urllib.error.HTTPError):
        script(Api([pod("done", "Failed", 8)], refuses={"done": 403}))
