"""Where the deployed Airflow can be run on this machine: its own image, or a Python that has it.

What runs there gets no credential and nothing else of the caller's environment.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from operations.aws import OperationError
from operations.cdk import ROOT

PYTHON_VARIABLE = "AIRFLOW_PYTHON"
"""The caller's: the path of a Python that has the deployed Airflow and its providers."""

HANDED_ON = "AIRFLOW_VAR_"
"""Variables of Airflow that the code at the top of a file asks for: the one thing of the caller's that is handed on."""

EXTRAS = "amazon,cncf-kubernetes,common-io,fab,git,http,postgres"
"""Providers of an environment of our own, beside Airflow's standard ones. The image has more: it is preferred."""

DAEMON_SECONDS = 10


class InterpreterError(OperationError):
    """The deployed Airflow can't be run here; the text says what would help."""


@dataclass(frozen=True)
class Interpreter:
    """How to run a script under the deployed Airflow."""

    shown: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, script: str, argument: str, given: bytes) -> bytes:
        """Run a script with this on its standard input; returns its output.

        Raises:
            InterpreterError: it did not end well. What it wrote to standard error is told.
        """
        try:
            done = subprocess.run(
                [*self.command, "-c", script, argument],
                input=given, capture_output=True, env=dict(self.environment), check=False,
            )  # fmt: skip
        except OSError as error:
            raise InterpreterError(f"{self.shown} can't be run: {error}") from error
        if done.returncode:
            told = "\n".join(done.stderr.decode(errors="replace").splitlines()[-15:])
            raise InterpreterError(
                f"{told}\n{self.shown}: the check itself has ended with {done.returncode}: see above"
            )
        return done.stdout


def interpreter(version: str, image: str, options: Mapping[str, str]) -> Interpreter:
    """The nearest to what is deployed.

    Args:
        image: of every Airflow pod.
        options: Airflow's, as environment variables.

    Raises:
        InterpreterError: there is none.
    """
    handed = {name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)}
    given = os.environ.get(PYTHON_VARIABLE)
    if given:
        return _local(f"{PYTHON_VARIABLE}={given}", Path(given), {**options, **handed})
    if _docker_answers():
        return _docker(image, {**options, **handed})
    if not _is_airflows_own(image, version):
        raise InterpreterError(
            f"The DAGs run in the image {image}: start Docker here, or name a Python that has the image's packages"
            f" ({PYTHON_VARIABLE}=…/bin/python)"
        )
    return _local(f"Airflow {version} (no Docker here)", _made(version), {**options, **handed})


def _is_airflows_own(image: str, version: str) -> bool:
    """Whether an image has nothing but what the version brings, whatever its Python."""
    name = rf"(docker\.io/)?apache/airflow:{re.escape(version)}(-python3\.\d+)?(@sha256:[0-9a-f]+)?"
    return re.fullmatch(name, image) is not None


def _docker_answers() -> bool:
    """Whether there is a Docker with a daemon."""
    if shutil.which("docker") is None:
        return False
    try:
        asked = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"],
            capture_output=True, timeout=DAEMON_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _docker(image: str, options: Mapping[str, str]) -> Interpreter:
    command = ["docker", "run", "--rm", "--interactive", "--network", "none", "--cap-drop", "ALL"]
    command += ["--security-opt", "no-new-privileges", "--entrypoint", "python", "--env", "PYTHONDONTWRITEBYTECODE=1"]
    for name in options:
        command += ["--env", name]  # its value from the environment: a command line can be read by everybody
    # The client needs the caller's configuration (which daemon, which login); the container gets none of it.
    return Interpreter(f"image {image}", (*command, image), {**os.environ, **options})


def _local(shown: str, python: Path, options: Mapping[str, str]) -> Interpreter:
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return Interpreter(shown, (str(python), "-s"), {**environment, **options})


def _made(version: str) -> Path:
    """The Python of an environment with this Airflow, made when it is first needed."""
    folder = ROOT / f".venv-dags-{version}"
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = f"apache-airflow[{EXTRAS}]=={version} {sys.version}"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Installing Airflow {version} into {folder.name}, once (minutes)", flush=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted.partition(" ")[0]],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            raise InterpreterError(
                f"Airflow {version} can't be installed here: see above. Start Docker, or name a Python that has it"
                f" ({PYTHON_VARIABLE}=…/bin/python)"
            )
    stamp.write_text(wanted)
    return python
