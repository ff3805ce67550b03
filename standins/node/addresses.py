"""Loopback addresses: one for each pod and each Service, so that every one of them can have its own port 8080."""

import itertools
import os
import threading

_NUMBERS = itertools.count(2)
"""Shared by all clusters of a process, so that a new one never meets what an old one leaves behind for a while."""


class Addresses:
    """Gives out addresses of a /16 of 127.0.0.0/8, which on Linux is this machine in its entirety."""

    def __init__(self) -> None:
        # A /16 by process, so that two runs at once on one machine do not meet; 127.0 and 127.1 are left to others.
        self._prefix = f"127.{os.getpid() % 250 + 2}"
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()

    def new(self) -> str:
        """An address that no one has had."""
        with self._lock:
            number = next(_NUMBERS)
        return f"{self._prefix}.{number // 250}.{number % 250 + 1}"

    def of(self, name: str) -> str:
        """The address of a name: the same one each time."""
        with self._lock:
            known = self._names.get(name)
        if known is None:
            known = self.new()
            with self._lock:
                known = self._names.setdefault(name, known)
        return known
