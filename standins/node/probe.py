"""Probes of a container."""

import http.client
import socket
import time
from typing import Any, Protocol

Json = dict[str, Any]


class Probed(Protocol):
    """What a probe needs of a container."""

    def execute(self, command: list[str], timeout: float) -> int: ...

    def port(self, port: int | str) -> int: ...


class Probe:
    """One probe of one run of a container, with the thresholds and periods of its specification."""

    def __init__(self, spec: Json) -> None:
        self._spec = spec
        self._period = spec.get("periodSeconds", 10)
        self._timeout = spec.get("timeoutSeconds", 1)
        self._due = time.monotonic() + spec.get("initialDelaySeconds", 0)
        self._successes = self._failures = 0
        self._verdict: bool | None = None

    @staticmethod
    def of(spec: Json | None) -> "Probe | None":
        return None if spec is None else Probe(spec)

    @property
    def failed(self) -> bool:
        """Whether it failed as often as its threshold."""
        return self._verdict is False

    def look(self, container: Probed, address: str) -> bool | None:
        """Probe if it is time; gives back the verdict so far: True, False, or None while there is none."""
        if time.monotonic() >= self._due:
            good = self._once(container, address)
            self._due = time.monotonic() + self._period
            self._successes = self._successes + 1 if good else 0
            self._failures = 0 if good else self._failures + 1
            if self._successes >= self._spec.get("successThreshold", 1):
                self._verdict = True
            if self._failures >= self._spec.get("failureThreshold", 3):
                self._verdict = False
        return self._verdict

    def _once(self, container: Probed, address: str) -> bool:
        if "exec" in self._spec:
            return container.execute(self._spec["exec"]["command"], self._timeout) == 0
        try:
            if "tcpSocket" in self._spec:
                port = container.port(self._spec["tcpSocket"]["port"])
                socket.create_connection((address, port), self._timeout).close()
                return True
            get = self._spec["httpGet"]
            connection = http.client.HTTPConnection(address, container.port(get["port"]), timeout=self._timeout)
            try:
                connection.request("GET", get.get("path", "/"))
                return 200 <= connection.getresponse().status < 400
            finally:
                connection.close()
        except (OSError, http.client.HTTPException):
            return False
