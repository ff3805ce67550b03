"""One run of a DAG of the user's, from its start to its end. The only thing in the doctor that writes."""

import json
import re
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from k8s.airflow.pods.paths import LOGS
from k8s.names import NAMESPACE, SCHEDULER
from operations.doctor.check import Answer, Check, Line
from operations.doctor.context import Context
from operations.doctor.kubectl import CommandError, Kubectl, KubectlError
from operations.doctor.kubernetes import ASK, no_airflow
from operations.doctor.kubernetes_api import KubernetesUnreachableError

Json = dict[str, Any]

SECONDS = 300
"""How long a run may take by default: a node may have to start and pull the image first."""

COMMAND_SECONDS = 60
"""Of one `airflow` command, which takes 3 to 10 s of a core in the scheduler's container."""

PAUSE_SECONDS = 3
ENDED = ("success", "failed")
DAG_ID = re.compile(r"[\w.][\w.-]*")
"""What Airflow takes as the name of a DAG (`validate_key`), but for those that a command would take for an option."""

INSIDE = f"kubectl --namespace {NAMESPACE} exec deployment/{SCHEDULER} --"


class Canary:
    """A run that says whether everything on a task's way works: database, scheduler, pods, DAG files, API server."""

    def __init__(self, kubectl: Kubectl, dag_id: str, seconds: float, started: Callable[[str], None]) -> None:
        """`started` is told the run's name as soon as it is there."""
        self._kubectl, self._dag_id, self._seconds, self._started = kubectl, dag_id, seconds, started

    def run(self) -> Answer:
        """Passes when the run has succeeded; it was asked for by name, so that everything else is a failure."""
        try:
            return self._cannot_start() or self._run()
        except CommandError as error:
            return Answer.failed(f"Airflow's command has failed: {_last(str(error))}", "docs/runbooks/incidents.md")
        except KubectlError as error:
            step = "kubectl and a principal of cluster.access.admins are needed, from where the endpoint can be reached"
            return Answer.failed(f"{self._dag_id} could not be run: {error}", step)

    def _airflow(self, *arguments: str) -> str:
        return self._kubectl.execute(SCHEDULER, ["airflow", *arguments], COMMAND_SECONDS)

    def _cannot_start(self) -> Answer | None:
        """Why the DAG can't be run; None when it can."""
        listed = f"{INSIDE} airflow dags list"
        try:
            [details] = _rows(self._airflow("dags", "details", self._dag_id, "--output", "json"))
        except CommandError as error:
            if "does not exist" not in str(error):
                raise
            return Answer.failed(f"there is no DAG {self._dag_id}", f"name one of `{listed}`")
        if _is_true(details.get("is_stale")):
            return Answer.failed(f"the file of DAG {self._dag_id} is gone", f"name another one of `{listed}`")
        if _is_true(details.get("is_paused")):
            unpause = f"{INSIDE} airflow dags unpause {self._dag_id}"
            return Answer.failed(f"DAG {self._dag_id} is paused: its runs would not begin", unpause)
        return None

    def _run(self) -> Answer:
        run_id = f"doctor-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}"
        self._airflow("dags", "trigger", self._dag_id, "--run-id", run_id, "--output", "json")
        self._started(run_id)
        named, begun, state = f"run {run_id} of {self._dag_id}", time.monotonic(), "queued"
        while state not in ENDED and time.monotonic() - begun < self._seconds:
            time.sleep(PAUSE_SECONDS)
            state = self._state(run_id)
        took = time.monotonic() - begun
        if state == "success":
            return Answer.passed(f"{named}: success after {took:.0f} s")
        try:
            tasks = self._without_success(run_id)
        except (CommandError, KubectlError) as error:
            asked = f"{INSIDE} airflow dags state {self._dag_id} {run_id}"
            return Answer.failed(f"{named}: {state} after {took:.0f} s, and can't be asked: {_last(str(error))}", asked)
        states = ", ".join(f"{task} {status}" for task, status in tasks.items()) or "no task"
        if state != "failed":
            told = f"{named}: still {state} after {took:.0f} s ({states}), and it goes on"
            return Answer.failed(told, f"kubectl --namespace {NAMESPACE} get pods; docs/runbooks/incidents.md")
        first = next((task for task, status in tasks.items() if status == "failed"), "*")
        log = f"{LOGS}/dag_id={self._dag_id}/run_id={run_id}/task_id={first}"
        told = f"{named}: failed after {took:.0f} s ({states})"
        return Answer.failed(told, f"its log: {INSIDE} sh -c 'cat {log}/*.log'")

    def _state(self, run_id: str) -> str:
        """The run's state: the last line, as `success` or, of a run with a configuration, `success, {…}`."""
        try:
            return _last(self._airflow("dags", "state", self._dag_id, run_id)).partition(",")[0].lower()
        except (CommandError, KubectlError):  # a connection that breaks once ends no run: it is asked again
            return "unknown"

    def _without_success(self, run_id: str) -> dict[str, str]:
        """Task -> state of those that did not succeed."""
        rows = _rows(self._airflow("tasks", "states-for-dag-run", self._dag_id, run_id, "--output", "json"))
        states = {row["task_id"]: row.get("state") or "waiting" for row in rows}
        return {task: state for task, state in states.items() if state not in ("success", "skipped")}


def canary(context: Context, dag_id: str, seconds: float, started: Callable[[str], None]) -> Line:
    """The line of a run of this DAG."""

    def ask(context: Context) -> Answer:
        """Whether the DAG runs."""
        reason = no_airflow(context)
        if reason:
            return Answer.failed(reason, "`make deploy` first")
        try:
            _ = context.kubernetes
        except KubernetesUnreachableError as error:
            return Answer.failed(f"{dag_id} could not be run: {error}", "ask from where the endpoint can be reached")
        return Canary(Kubectl(NAMESPACE, context.new_reader), dag_id, seconds, started).run()

    check = Check("airflow", "canary", ask, ASK, before=False)
    return Line(check, ask(context))


def _rows(output: str) -> list[Json]:
    """The rows of `--output json`: Airflow writes its log lines before them, to the same place."""
    for line in reversed(output.splitlines()):
        if line.startswith("["):
            try:
                rows: list[Json] = json.loads(line)
            except ValueError:
                continue
            return rows
    raise CommandError(f"no JSON in {output!r}")


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and "command terminated" not in line]
    return lines[-1] if lines else ""


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
