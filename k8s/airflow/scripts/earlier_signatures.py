"""The API server accepts tokens that were signed with another key of its file, as a plugin of Airflow's.

Airflow signs and checks with one key alone ([api_auth] jwt_secret), and a running task holds a token of that one: with
a new key its next request would fail it. While the key changes its file holds two (scripts/read_secret.py has the
form): what the other one has signed is signed again at the door, with nothing else in it changed. Without a second key
every request passes as it came.
"""

# mypy: disable-error-code="import-not-found,misc"
import base64
import hashlib
import hmac
import json
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from airflow.plugins_manager import AirflowPlugin

Message = MutableMapping[str, Any]
App = Callable[[Message, Any, Any], Awaitable[None]]

TOKEN = re.compile(rb"([\w-]+)\.([\w-]+)\.([\w-]+)")
HEADERS = (b"authorization", b"cookie")
"""Where tasks and scripts send a token, and browsers theirs."""

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def keys() -> "list[bytes]":
    """The keys of the file; the first without a `+` is what Airflow signs with."""
    text = (Path(os.environ["AIRFLOW_SECRETS_DIRECTORY"]) / "jwt-secret").read_text()
    found = sorted((key.strip() for key in text.split(",")), key=lambda key: key.startswith("+"))
    return [key.removeprefix("+").encode() for key in found]


class EarlierSignatures:
    """Signs again, where the signature is of a key that is accepted and not used."""

    def __init__(self, app: App) -> None:
        self._app = app
        # A pod is made anew when the file changes, and Airflow reads its key once as well.
        self._used, *self._accepted = keys()

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Hand the request on."""
        if self._accepted and scope["type"] == "http":
            headers = [(name, self._told(value) if name in HEADERS else value) for name, value in scope["headers"]]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)

    def _told(self, value: bytes) -> bytes:
        return TOKEN.sub(self._signed, value)

    def _signed(self, token: "re.Match[bytes]") -> bytes:
        header, claims, signature = token.groups()
        try:
            made_by = HASHES[json.loads(base64.urlsafe_b64decode(header + b"=="))["alg"]]
        except (ValueError, KeyError, TypeError):
            return token[0]

        def signature_of(key: bytes) -> bytes:
            digest = hmac.new(key, header + b"." + claims, made_by).digest()
            return base64.urlsafe_b64encode(digest).rstrip(b"=")

        if any(hmac.compare_digest(signature, signature_of(key)) for key in self._accepted):
            return b".".join((header, claims, signature_of(self._used)))
        return token[0]


class EarlierSignaturesPlugin(AirflowPlugin):
    """What Airflow looks for."""

    name = "platform_earlier_signatures"
    fastapi_root_middlewares = (
        {"middleware": EarlierSignatures, "args": [], "kwargs": {}, "name": "platform_earlier_signatures"},
    )
