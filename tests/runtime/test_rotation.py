"""Keys and passwords change under a running task, with the commands of `make rotate`: it does not fail."""

import subprocess
from collections.abc import Sequence

from k8s.airflow.key_ring import KeyRing
from k8s.local import generate_secrets
from operations.doctor.kubectl import CommandError
from operations.rotate.steps import SECRETS, CommandFailedError, Rotation
from settings.facts.secrets import Secret, secret
from tests.runtime.client import wait
from tests.runtime.in_the_container import InTheContainer
from tests.runtime.install import postgres
from tests.runtime.stage import Stage


class StagedPlatform:
    """What `make rotate` does in a pod, on pods that were made in the middle of all rotations, and are not rolled."""

    def __init__(self, airflow: Stage) -> None:
        self._airflow, self.values = airflow, dict(airflow.secrets.values)

    def read(self, row: Secret) -> KeyRing:
        return KeyRing.parse(self.values[row.generated_key])

    def write(self, row: Secret, ring: KeyRing) -> None:
        self.values[row.generated_key] = str(ring)

    def is_rolled(self, row: Secret) -> bool:
        return True

    def roll(self, row: Secret) -> None:
        """They are made so."""

    def run(self, command: Sequence[str], seconds: float) -> str:
        try:
            return InTheContainer(self._airflow).execute("airflow-scheduler", command, seconds)
        except CommandError as error:
            raise CommandFailedError(str(error)) from error


def middle(airflow: Stage, name: str) -> None:
    """Put a secret into the form that proves most: switched, the database's announced, the API's another one."""
    row = secret(SECRETS[name])
    before = KeyRing(airflow.secrets.values[row.generated_key])
    announced = before.announced(generate_secrets().values[row.generated_key])
    form = {"database": announced, "api": announced.switched().done()}.get(name, announced.switched())
    airflow.change_secret(row.generated_key, str(form))


def opens(airflow: Stage, password: str) -> bool:
    """Whether the database takes a password of Airflow's user."""
    address = airflow.cluster.service("airflow-database")
    command = [str(postgres() / "bin" / "psql"), "-h", address, "-U", "airflow", "-d", "airflow", "-tAc", "SELECT 1"]
    done = subprocess.run(command, env={"PGPASSWORD": password}, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "password authentication failed" in done.stderr, done.stderr
    return done.returncode == 0


def test_should_rotate_under_a_running_task_and_read_what_was_there_before(airflow: Stage) -> None:
    before, client = dict(airflow.secrets.values), airflow.client()
    held = {"connection_id": "made_before", "conn_type": "http", "login": "ada", "password": "kept through a rotation"}
    client.call("POST", "/api/v2/connections", held)
    client.dag_appears("talking", 60)
    speaking = client.trigger("talking")
    wait("a running task", lambda: speaking.states().get("speak") == "running", 120)

    for name in SECRETS:
        middle(airflow, name)
    airflow.release()
    # The same token as before: the key that signed it is accepted, and not used.
    assert client.get("/dags/talking")["dag_id"] == "talking"
    platform = StagedPlatform(airflow)
    for name in ("database", "fernet"):
        Rotation(name, platform).run()
    assert [opens(airflow, before["database_password"]), opens(airflow, platform.values["database_password"])] == [
        False,
        True,
    ]
    new_key = f"AIRFLOW__CORE__FERNET_KEY={platform.values['fernet_key']}="
    shown = platform.run(["env", new_key, "airflow", "connections", "get", "made_before", "--output", "json"], 60)
    assert held["password"] in shown, "it is not encrypted with the new key alone"

    # With the new key and the new password: every connection that is opened from now on.
    for run in (speaking, client.trigger("talking")):
        assert run.states().get("speak") != "failed"
        folder = airflow.folder(run, "speak")
        wait("the folder of the task", folder.exists, 120)
        (folder / "let-go").touch()
        assert run.ends(180) == "success"
        assert {task["try_number"] for task in run.tasks()} == {1}
