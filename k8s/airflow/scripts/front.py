"""The API server's front, as a plugin of Airflow's: no documentation for strangers, and few guesses of passwords.

Airflow 3.3 limits guesses in the login form and not at POST /auth/token, and `api.enable_swagger_ui` turns off some of
its documentation pages and not the others; none of them asks for a login.
"""

# mypy: disable-error-code="import-not-found,misc"
import json
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

DOCUMENTATION = re.compile(r"(/execution|/auth)?/(docs|redoc|openapi\.json|changelog)(/.*)?")
TOKENS = ("/auth/token", "/auth/token/cli")
WRONG_GUESSES, WITHIN_SECONDS = 5, 40
"""As in the login form (fab.auth_rate_limit), of each address and in each process of the API server."""
MOST_ADDRESSES = 10_000


class Front:
    """Answers for the application where it would say too much."""

    def __init__(
        self, app: App, *, shows_documentation: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._shows_documentation, self._clock = app, shows_documentation, clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or hand the request on."""
        path = re.sub("/+", "/", scope.get("path", "")).rstrip("/")
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif DOCUMENTATION.fullmatch(path) and not self._shows_documentation:
            await _answer(send, 404, "Not Found", {})
        elif scope["method"] == "POST" and path in TOKENS:
            await self._token(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _token(self, scope: Message, receive: Receive, send: Send) -> None:
        address = str((scope.get("client") or ("",))[0])
        if wait := self._seconds_to_wait(address):
            await _answer(send, 429, "Too many wrong passwords", {"Retry-After": str(wait)})
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (401, 403):
                self._guessed_wrong(address)
            await send(message)

        await self._app(scope, receive, watched)

    def _seconds_to_wait(self, address: str) -> int:
        guesses, now = self._wrong.get(address, deque()), self._clock()
        while guesses and guesses[0] <= now - WITHIN_SECONDS:
            guesses.popleft()
        return int(guesses[0] + WITHIN_SECONDS - now) + 1 if len(guesses) >= WRONG_GUESSES else 0

    def _guessed_wrong(self, address: str) -> None:
        self._wrong.setdefault(address, deque()).append(self._clock())
        self._wrong.move_to_end(address)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)


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
            "kwargs": {"shows_documentation": conf.getboolean("api", "enable_swagger_ui")},
            "name": "platform_front",
        },
    )
