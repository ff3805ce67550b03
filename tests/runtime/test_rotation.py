"""Every key and password changes under running tasks, with the steps of `make rotate`: none fails."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from k8s.airflow.components import COMPONENTS
from k8s.airflow.key_ring import KeyRing
from operations.doctor.kubectl import CommandError
from operations.rotate.steps import SECRETS, CommandFailedError, Rotation
from settings.facts.secrets import Secret, secret
from tests.runtime.client import RefusedError, wait
from tests.runtime.in_the_container import InTheContainer
from tests.runtime.install import postgres
from tests.runtime.stage import Stage

TOKEN_SECONDS = 40
"""What a task's token is good for meanwhile, instead of ten minutes: the API server renews it after ten seconds."""


class StagedPlatform:
    """What `make rotate` does through AWS and kubectl, for all secrets at once: they share each roll."""

    def __init__(self, airflow: Stage, then: Callable[[], None]) -> None:
        """`then`: is done after the first roll."""
        self._airflow, self._then = airflow, then
        self._rotating, self._waiting, self._changed = set(SECRETS.values()), set[str](), threading.Condition()

    def read(self, row: Secret) -> KeyRing:
        return KeyRing.parse(self._airflow.secrets.values[row.generated_key])

    def write(self, row: Secret, ring: KeyRing) -> None:
        with self._changed:
            self._airflow.change_secret(row.generated_key, str(ring))

    def is_rolled(self, row: Secret) -> bool:
        return True

    def roll(self, row: Secret) -> None:
        with self._changed:
            self._waiting.add(row.key)
            self._changed.wait_for(lambda: row.key not in self._waiting or self._waiting == self._rotating)
            if row.key in self._waiting:
                self._release()
                self._waiting.clear()
                self._changed.notify_all()

    def rotate(self, name: str) -> None:
        """All of it; whoever else waits for a roll waits for this one no more."""
        try:
            Rotation(name, self, token_seconds=TOKEN_SECONDS).run()
        finally:
            with self._changed:
                self._rotating.remove(SECRETS[name])
                self._changed.notify_all()

    def _release(self) -> None:
        rotating = not self.read(secret("jwt_secret")).at_rest
        config = {"execution_api.jwt_expiration_time": TOKEN_SECONDS} if rotating else {}
        self._airflow.release(changes={"config": config})
        wait("the end of the pods of before", self._none_ends, 150)
        then, self._then = self._then, lambda: None
        then()

    def run(self, command: Sequence[str], seconds: float) -> str:
        try:
            return InTheContainer(self._airflow).execute("airflow-scheduler", command, seconds)
        except CommandError as error:
            raise CommandFailedError(str(error)) from error

    def _none_ends(self) -> bool:
        pods = [pod for row in COMPONENTS for pod in self._airflow.cluster.pods(row.label)]
        return not any("deletionTimestamp" in pod["metadata"] for pod in pods)


def opens(airflow: Stage, password: str) -> bool:
    """Whether the database takes a password of Airflow's user."""
    address = airflow.cluster.service("airflow-database")
    command = [str(postgres() / "bin" / "psql"), "-h", address, "-U", "airflow", "-d", "airflow", "-tAc", "SELECT 1"]
    done = subprocess.run(command, env={"PGPASSWORD": password}, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "password authentication failed" in done.stderr, done.stderr
    return done.returncode == 0


def test_should_rotate_every_secret_under_running_tasks_and_read_what_was_there_before(airflow: Stage) -> None:
    before, client = dict(airflow.secrets.values), airflow.client()
    held = {"connection_id": "made_before", "conn_type": "http", "login": "ada", "password": "kept through a rotation"}
    client.call("POST", "/api/v2/connections", held)
    for dag in ("talking", "chain"):
        client.dag_appears(dag, 60)
    runs = [client.trigger("chain")]

    def begin() -> None:
        talking = airflow.client().trigger("talking")
        runs.append(talking)
        wait("a running task", lambda: talking.states().get("speak") == "running", 120)

    platform = StagedPlatform(airflow, begin)
    with ThreadPoolExecutor() as threads:
        rotations = {name: threads.submit(platform.rotate, name) for name in SECRETS}
        rotations["database"].result()
        runs.append(airflow.client().trigger("chain"))
        for rotation in rotations.values():
            rotation.result()

    (speaking,) = [run for run in runs if run.dag_id == "talking"]
    speaking.client = airflow.client()
    assert speaking.states() == {"speak": "running"}, "it does not show that a running task survives"
    (airflow.folder(speaking, "speak") / "let-go").touch()
    for run in runs:
        run.client = airflow.client()
        assert run.ends(180) == "success"
        assert {task["try_number"] for task in run.tasks()} == {1}

    now = airflow.secrets.values
    for row in (secret(key) for key in SECRETS.values()):
        assert KeyRing.parse(now[row.generated_key]).at_rest
        assert now[row.generated_key] != before[row.generated_key]
    shown = platform.run(["airflow", "connections", "get", "made_before", "--output", "json"], 60)
    assert held["password"] in shown
    assert [opens(airflow, values["database_password"]) for values in (before, now)] == [False, True]
    with pytest.raises(RefusedError) as refusal:
        client.get("/dags")  # with a token of before
    assert refusal.value.code in (401, 403)
