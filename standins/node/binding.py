"""Mounts that hold what runs in them: bind mounts, in a mount namespace of the container's own.

A link would lead a process to the folder's real neighbours (`logs/..`), and could not be read-only. Only root
may mount, and only where it may make namespaces; for others mounts are links.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

_BIND = """
while [ "$1" != -- ]; do
  mount --bind "$2" "$3" || exit 125
  [ "$1" = rw ] || mount -o remount,bind,ro "$3" || exit 125
  shift 3
done
shift
exec "$@"
"""
_IN_NAMESPACE = ("unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", _BIND, "sh")


class Bind(NamedTuple):
    """A folder of this machine, and the empty folder of a container's root that shows it."""

    place: Path
    shown: Path
    read_only: bool


def command(binds: Sequence[Bind]) -> list[str]:
    """What to put before a command that is to see these mounts."""
    if not binds:
        return []
    words = [word for bind in binds for word in ("ro" if bind.read_only else "rw", str(bind.place), str(bind.shown))]
    return [*_IN_NAMESPACE, *words, "--"]


@cache
def possible() -> bool:
    """Whether this process may make such mounts."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    tried = [*command([Bind(Path("/usr"), Path("/tmp"), read_only=True)]), "/bin/true"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0
