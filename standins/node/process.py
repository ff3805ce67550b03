"""Processes, found again by their mark, their session and their folder, whatever they forked."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

MARK = "POD_SANDBOX"
"""Environment variable of every process of a pod: the file that its shim reads, in the run's folder."""
CONTAINER = "POD_CONTAINER"
"""Environment variable of every process of a container: the container's name."""


def of_run(folder: Path) -> list[int]:
    """Every process of every pod of a run, by its mark or by where it works: a process title overwrites the mark."""
    prefix = f"{folder}/"
    return [pid for pid in _all() if _mark(pid)[0].startswith(prefix) or _works_in(pid).startswith(prefix)]


def of_container(sandbox: Path, container: str, session: int) -> list[int]:
    """Every process of a container: its session, what carries its mark, and what these have started."""
    parents = {pid: _parent_and_session(pid) for pid in _all()}
    mine = {pid for pid, (_, of) in parents.items() if of == session or _mark(pid) == (str(sandbox), container)}
    while started := {pid for pid, (parent, _) in parents.items() if parent in mine} - mine:
        mine |= started
    return sorted(mine)


def kill(find: Callable[[], list[int]]) -> None:
    """End what `find` finds at once, and what was forked meanwhile."""
    while found := find():
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _all() -> list[int]:
    return [int(process.name) for process in Path("/proc").iterdir() if process.name.isdigit()]


def _mark(pid: int) -> tuple[str, str]:
    """The sandbox and the container in a process's environment."""
    try:
        entries = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "", ""
    environment = dict(entry.split("=", 1) for entry in entries if "=" in entry)
    return environment.get(MARK, ""), environment.get(CONTAINER, "")


def _works_in(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


def _parent_and_session(pid: int) -> tuple[int, int]:
    """Zeros for a process that is gone, or has ended and waits for its parent to notice."""
    try:
        # After the name, which stands in brackets and may hold anything: state, parent, group, session.
        state, parent, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except (OSError, ValueError):
        return 0, 0
    return (0, 0) if state == "Z" else (int(parent), int(session))


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


def is_over(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it has ended. Its account stays open until somebody waits for it."""
    if process.returncode is not None:
        return True
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # another thread has waited
        process.poll()
        return True


def cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    """User and system time of a process that is over, and of all below it that their parents have waited for; 0 if it
    is not known any more."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def signal_session(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal a session's first process group, as the init process of the images does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
