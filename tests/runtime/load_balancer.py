"""A load balancer before the nodes, as far as Airflow sees one.

It adds its headers, keeps connections to a port of the nodes and uses them again, tries no request twice, and takes a
connection that ends under a request for a failure of it.
"""

import http.client
import queue
import select
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from settings.facts.front_door import IDLE_SECONDS

Headers = dict[str, str]


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every header of a name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class LoadBalancer:
    """In front of one Service of type NodePort."""

    address: str
    host: str
    client: str = "203.0.113.9"
    opened: int = 0
    _idle: "queue.LifoQueue[tuple[http.client.HTTPConnection, float]]" = field(default_factory=queue.LifoQueue)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Headers | None = None) -> Answer:
        """One request. Raises OSError or HTTPException where a client would get a 502."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        before = given.get("x-forwarded-for")
        sent = {
            "host": self.host,
            **given,
            "x-forwarded-for": f"{before}, {self.client}" if before else self.client,
            "x-forwarded-proto": "https",
            "x-forwarded-port": "443",
        }
        connection = self._connection()
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        found = Answer(answer.status, answer.getheaders(), answer.read())
        if answer.will_close:
            connection.close()
        else:
            self._idle.put((connection, time.monotonic()))
        return found

    def _connection(self) -> http.client.HTTPConnection:
        while True:
            try:
                connection, since = self._idle.get_nowait()
            except queue.Empty:
                self.opened += 1
                return http.client.HTTPConnection(self.address, 8080, timeout=30)
            if time.monotonic() - since < IDLE_SECONDS and not _has_ended(connection):
                return connection
            connection.close()


def _has_ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has closed an idle connection, which a load balancer learns while it waits."""
    return connection.sock is None or bool(select.select([connection.sock], [], [], 0)[0])


@dataclass
class Load:
    """So many requests a second, each in a thread of its own, until it is stopped."""

    balancer: LoadBalancer
    path: str
    per_second: int
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    _ends: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._pacer = threading.Thread(target=self._run, daemon=True)
        self._pacer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._pacer.join(timeout=10)
        for each in self._threads:
            each.join(timeout=40)

    def _run(self) -> None:
        start = time.monotonic()
        while not self._ends.is_set():
            thread = threading.Thread(target=self._one, daemon=True)
            thread.start()
            self._threads.append(thread)
            self.asked += 1
            time.sleep(max(0.0, start + self.asked / self.per_second - time.monotonic()))

    def _one(self) -> None:
        try:
            status = self.balancer.ask("GET", self.path).status
        except (OSError, http.client.HTTPException) as error:
            self.failed.append(repr(error))
        else:
            if status != 200:
                self.failed.append(str(status))


def host_of(url: str) -> str:
    """What stands in the header Host for a URL."""
    return urlsplit(url).netloc
