"""Processes with a mark in their environment, by which all of them can be found and ended, whatever they forked."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

MARK = "POD_SANDBOX"
"""Environment variable of every process of a pod: the file that its shim reads. Its path begins with the run's folder."""


def marked(prefix: str, *, container: str | None = None) -> list[int]:
    """Process ids whose mark begins with `prefix`, of one container or of all."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        mine = any(entry.startswith(f"{MARK}={prefix}".encode()) for entry in environment)
        if mine and (container is None or f"POD_CONTAINER={container}".encode() in environment):
            found.append(int(process.name))
    return found


def kill_marked(prefix: str, *, container: str | None = None) -> None:
    """End them at once, and those that they fork meanwhile."""
    while found := marked(prefix, container=container):
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)


def start(command: Sequence[str], environment: dict[str, str], output: Path, folder: Path) -> "subprocess.Popen[bytes]":
    """Start a command in a session of its own; its output is appended to a file."""
    with output.open("ab") as file:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
        )


def signal_session(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal a session's first process group, as the init process of the images does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
