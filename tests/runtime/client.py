"""Airflow's REST API, as a person's script would use it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class RefusedError(Exception):
    """An answer other than 2xx."""

    def __init__(self, code: int, body: str) -> None:
        super().__init__(f"{code}: {body[:500]}")
        self.code = code


@dataclass
class AirflowClient:
    """Talks to one API server, at the address of its Service."""

    url: str
    token: str = ""

    def login(self, username: str, password: str) -> "AirflowClient":
        """Get a token. Raises RefusedError for a wrong name or password."""
        self.token = self.call("POST", "/auth/token", {"username": username, "password": password})["access_token"]
        return self

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request. Raises RefusedError, or OSError when the server can't be reached."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return dict(json.loads(answer.read() or b"{}"))
        except urllib.error.HTTPError as error:
            raise RefusedError(error.code, error.read().decode(errors="replace")) from error

    def get(self, path: str) -> Json:
        return self.call("GET", f"/api/v2{path}")

    def dag_appears(self, dag_id: str, seconds: float) -> float:
        """Wait for a DAG; gives back how long it took."""
        return wait(f"DAG {dag_id}", lambda: self._has(dag_id), seconds)

    def trigger(self, dag_id: str, conf: Json | None = None) -> "Run":
        """Start a run of a DAG, which is unpaused first."""
        self.call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
        run = self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf or {}})
        return Run(self, dag_id, run["dag_run_id"])

    def _has(self, dag_id: str) -> bool:
        try:
            return not self.get(f"/dags/{dag_id}")["is_stale"]
        except RefusedError as refusal:
            if refusal.code != 404:
                raise
            return False


@dataclass
class Run:
    """A run of a DAG."""

    client: AirflowClient
    dag_id: str
    run_id: str

    @property
    def path(self) -> str:
        return f"/dags/{self.dag_id}/dagRuns/{self.run_id}"

    def tasks(self) -> list[Json]:
        """Its task instances."""
        return list(self.client.get(f"{self.path}/taskInstances?limit=100")["task_instances"])

    def states(self) -> dict[str, str]:
        """Task -> state."""
        return {task["task_id"]: task["state"] for task in self.tasks()}

    def ends(self, seconds: float) -> str:
        """Wait for the run to end; gives back its state. The API server may be away meanwhile."""

        def ended() -> str | None:
            try:
                state = self.client.get(self.path)["state"]
            except (RefusedError, OSError):
                return None
            return state if state in ("success", "failed") else None

        state: list[str | None] = [None]
        wait(f"the end of {self.dag_id}", lambda: state.__setitem__(0, ended()) or state[0], seconds, self._describe)
        return str(state[0])

    def log(self, task_id: str, attempt: int = 1, *, map_index: int = -1) -> str:
        """The log of a task, as the UI shows it."""
        query = f"full_content=true&map_index={map_index}"
        answer = self.client.get(f"{self.path}/taskInstances/{task_id}/logs/{attempt}?{query}")
        return json.dumps(answer["content"])

    def _describe(self) -> str:
        return f"its tasks: {self.states()}"


def wait(what: str, until: Callable[[], Any], seconds: float, describe: Callable[[], str] = str) -> float:
    """Wait for something true; gives back how long it took. Raises TimeoutError."""
    start = time.monotonic()
    while not until():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {what} {describe()}")
        time.sleep(0.5)
    return time.monotonic() - start
