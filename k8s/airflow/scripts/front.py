"""The API server's front, as a plugin of Airflow's: no documentation for strangers, and few guesses of passwords.

Airflow 3.3 limits guesses in the login form and not at POST /auth/token, and `api.enable_swagger_ui` turns off some of
its documentation pages and not the others; none of them asks for a login.

Where people come over TLS (an https `api.base_url`), something before the API server ends it, and tells so in headers
that anybody in the cluster can write as well. So no header is believed: Airflow sees every request as one to its own
public address. What came from outside never gets to the API of tasks, which is at the same port.
"""

# mypy: disable-error-code="import-not-found,misc"
import json
import posixpath
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

DOCUMENTATION = re.compile(r"(/execution|/auth)?/(docs|redoc|openapi\.json|changelog)(/.*)?")
OF_TASKS = re.compile(r"/+execution(/.*)?", re.IGNORECASE | re.DOTALL)
TOKENS = ("/auth/token", "/auth/token/cli")
WRONG_GUESSES, WITHIN_SECONDS = 5, 40
"""As in the login form (fab.auth_rate_limit), of each address and in each process of the API server."""
LOGINS_OF_A_PEER = 100
"""Tries to log in, in the same time, of all addresses that one node or proxy tells: it may have made them up."""
MOST_ADDRESSES = 10_000
FORWARDED = {
    b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-prefix",
    b"x-forwarded-proto",
}  # fmt: skip
"""A load balancer always adds some of them, and a client can't take them out on the way."""
DRAINING, STARTED = "/tmp/draining", time.time()  # noqa: S108 a volume of the pod's own; k8s/airflow/pods/paths.py


def draining() -> bool:
    """Whether the pod goes. A mark from before this process is of a container that was restarted."""
    try:
        return Path(DRAINING).stat().st_mtime >= STARTED - 1
    except OSError:
        return False


class Limit:
    """So many events of each key in WITHIN_SECONDS."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most, self._clock = most, clock
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    def seconds_to_wait(self, key: str) -> int:
        events, now = self._events.get(key, deque()), self._clock()
        while events and events[0] <= now - WITHIN_SECONDS:
            events.popleft()
        return int(events[0] + WITHIN_SECONDS - now) + 1 if len(events) >= self._most else 0

    def count(self, key: str) -> None:
        self._events.setdefault(key, deque()).append(self._clock())
        self._events.move_to_end(key)
        while len(self._events) > MOST_ADDRESSES:
            self._events.popitem(last=False)


class Front:
    """Answers for the application where it would say too much."""

    def __init__(
        self,
        app: App,
        *,
        shows_documentation: bool = False,
        base_url: str = "",
        clock: Callable[[], float] = time.monotonic,
        goes: Callable[[], bool] = draining,
    ) -> None:
        self._app, self._shows_documentation, self._goes = app, shows_documentation, goes
        url = urlsplit(base_url)
        self._public = url if url.scheme == "https" else None
        self._wrong, self._logins = Limit(WRONG_GUESSES, clock), Limit(LOGINS_OF_A_PEER, clock)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._goes():
            send = _last(send)
        path, peer = re.sub("/+", "/", scope.get("path", "")).rstrip("/"), _address(scope)
        of_tasks = any(OF_TASKS.fullmatch(each) for each in (path, posixpath.normpath(f"/{path}")))
        if self._public and self._is_from_outside(scope):
            if of_tasks:
                await _answer(send, 404, "Not Found", {})
                return
            scope = {**scope, "client": _told_client(scope)}
        if self._public and not of_tasks:
            scope = self._as_public(scope)
        if DOCUMENTATION.fullmatch(path) and not self._shows_documentation:
            await _answer(send, 404, "Not Found", {})
        elif scope["method"] == "POST" and path in (*TOKENS, "/auth/login"):
            await self._login(scope, receive, send, path, peer)
        else:
            await self._app(scope, receive, send)

    def _is_from_outside(self, scope: Message) -> bool:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0]
        own = self._public is not None and host.lower() == self._public.hostname
        return own or any(name.lower() in FORWARDED for name, _ in scope["headers"])

    def _as_public(self, scope: Message) -> Message:
        """The request, as one to the public address."""
        others = [each for each in scope["headers"] if each[0].lower() not in {b"host", *FORWARDED}]
        host = self._public.netloc.encode() if self._public else b""
        return {**scope, "scheme": "https", "headers": [(b"host", host), *others]}

    async def _login(self, scope: Message, receive: Receive, send: Send, path: str, peer: str) -> None:
        address = _address(scope)
        wait = self._wrong.seconds_to_wait(address) if path in TOKENS else 0
        if address != peer:
            wait = max(wait, self._logins.seconds_to_wait(peer))
            self._logins.count(peer)
        if wait:
            await _answer(send, 429, "Too many wrong passwords", {"Retry-After": str(wait)})
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (401, 403):
                self._wrong.count(address)
            await send(message)

        await self._app(scope, receive, watched)


def _address(scope: Message) -> str:
    return str((scope.get("client") or ("",))[0])


def _told_client(scope: Message) -> Any:
    """Who the load balancer says that it is: the last address, which it has added itself."""
    told = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    last = told[-1].decode("latin-1").rpartition(",")[2].strip() if told else ""
    try:
        return (str(ip_address(last)), 0)
    except ValueError:
        return scope.get("client")


def _last(send: Send) -> Send:
    """Ask for the end of the connection with the answer, so that the next request makes one to a pod that stays."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    return closing


async def _answer(send: Send, status: int, detail: str, headers: dict[str, str]) -> None:
    body = json.dumps({"detail": detail}).encode()
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class FrontPlugin(AirflowPlugin):
    """What Airflow looks for."""

    name = "platform_front"
    fastapi_root_middlewares = (
        {
            "middleware": Front,
            "args": [],
            "kwargs": {
                "shows_documentation": conf.getboolean("api", "enable_swagger_ui"),
                "base_url": conf.get("api", "base_url", fallback="") or "",
            },
            "name": "platform_front",
        },
    )
