"""Which user a container's processes run as."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

READ_ANYTHING = "-all,+dac_read_search"


@dataclass(frozen=True)
class Identity:
    """User, group and further groups, as a security context names them."""

    user: int
    group: int
    groups: tuple[int, ...] = ()


AIRFLOW = Identity(50_000, 0)


class Identities:
    """Starts commands as the user that the manifest names, where this process may.

    As root: that user, exactly. If it could not read the interpreter (a home folder that is closed to others, say), it
    gets the one capability of reading anything; it still writes only where that user may. As anyone else, or where
    neither works: this process's own user, which then proves nothing about ownership.
    """

    def __init__(self, interpreters: Sequence[Path]) -> None:
        self._interpreters = interpreters
        self._modes = {"exact": self._plain, "reads anything": self._reading, "own": self._own}
        self.mode = next(name for name, mode in self._modes.items() if name == "own" or self._works(mode(AIRFLOW)))

    @property
    def real(self) -> bool:
        """Whether containers run as the users that their manifests name."""
        return self.mode != "own"

    def command(self, identity: Identity) -> list[str]:
        """What to put before a command."""
        return [] if identity == Identity(0, 0) else self._modes[self.mode](identity)

    def words(self, identity: Identity, command: list[str]) -> list[str]:
        """A command as this process may run it: where root is wanted and is not there, this process's user and group
        stand for Airflow's, so that a command which makes folders for Airflow still makes them."""
        if self.real or identity.user != 0:
            return command
        own = {str(AIRFLOW.user): str(os.geteuid()), str(AIRFLOW.group): str(os.getegid())}
        return [own.get(word, word) for word in command]

    def give(self, path: Path, user: int, group: int, mode: int) -> None:
        """Owner and mode of a file or folder; the owner only where that is possible."""
        if self.real:
            os.chown(path, user, group)
        path.chmod(mode)

    @staticmethod
    def _own(identity: Identity) -> list[str]:
        return []

    @staticmethod
    def _plain(identity: Identity, *more: str) -> list[str]:
        groups = ["--groups", ",".join(map(str, identity.groups))] if identity.groups else ["--clear-groups"]
        ids = ["--reuid", str(identity.user), "--regid", str(identity.group)]
        return ["setpriv", *ids, *groups, *(more or ("--inh-caps=-all",)), "--"]

    def _reading(self, identity: Identity) -> list[str]:
        return self._plain(identity, f"--inh-caps={READ_ANYTHING}", f"--ambient-caps={READ_ANYTHING}")

    def _works(self, before: list[str]) -> bool:
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            return False
        for interpreter in self._interpreters:
            try:
                # By way of a shell: setpriv itself still has root's capabilities when it starts a program.
                command = [*before, "/bin/sh", "-c", '"$0" -c ""', str(interpreter)]
                tried = subprocess.run(command, capture_output=True, check=False)
            except OSError:
                return False
            if tried.returncode:
                return False
        return True
