"""A port of this machine that leads to Airflow, for as long as somebody needs it."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from operations.aws import OperationError

SERVICE, NAMESPACE = "webserver-svc", "airflow"
PORT_OF_THE_SERVICE = 8080
START_SECONDS = 20.0


def is_free(port: int) -> bool:
    """Whether nothing listens at a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def forward(kubeconfig: dict[str, Any], port: int, ready: Callable[[], object]) -> int:
    """Run `kubectl port-forward` until it ends, or Ctrl-C; `ready` is called once, when the port answers.

    Returns kubectl's exit code, 0 after Ctrl-C.

    Raises:
        OperationError: there is no kubectl, or something else listens at the port.
    """
    program = shutil.which("kubectl")
    if program is None:
        raise OperationError("There is no kubectl on PATH, which leads a port of this machine to Airflow")
    if not is_free(port):
        raise OperationError(f"Something else listens at port {port}: choose another with PORT=…")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "kubeconfig"  # the folder is this user's alone
        config.write_text(json.dumps(kubeconfig))
        way = ["port-forward", f"service/{SERVICE}", f"{port}:{PORT_OF_THE_SERVICE}"]
        running = subprocess.Popen(
            [program, "--kubeconfig", str(config), "--namespace", NAMESPACE, *way],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "KUBECONFIG": str(config)},
        )
        try:
            if _answers(port, running):
                ready()
            return running.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            running.terminate()
            running.wait()


def _answers(port: int, running: "subprocess.Popen[bytes]") -> bool:
    """Wait until the port takes connections; False when kubectl ends before."""
    end = time.monotonic() + START_SECONDS
    while running.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False
