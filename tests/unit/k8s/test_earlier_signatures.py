"""earlier_signatures.py, the API server's plugin, around an application that is made up."""

import asyncio
import base64
import hashlib
import hmac
import json
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from k8s.airflow.key_ring import KeyRing

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "earlier_signatures.py"
OLD, NEW, STRANGE = "old" * 20, "new" * 20, "strange" * 9
ANNOUNCED = KeyRing(OLD).announced(NEW)
SWITCHED = ANNOUNCED.switched()


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(key: str, algorithm: str = "HS512", subject: str = "a task") -> str:
    """As Airflow signs it."""
    parts = [encoded(json.dumps(each).encode()) for each in ({"alg": algorithm, "kid": "not-used"}, {"sub": subject})]
    made_by = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}.get(algorithm, hashlib.sha512)
    return ".".join([*parts, encoded(hmac.new(key.encode(), ".".join(parts).encode(), made_by).digest())])


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """`door(ring, headers)`: the headers that the application gets where the file holds this ring."""
    plugins = ModuleType("airflow.plugins_manager")
    plugins.AirflowPlugin = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "airflow", ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.plugins_manager", plugins)
    monkeypatch.setenv("AIRFLOW_SECRETS_DIRECTORY", str(tmp_path))
    script = runpy.run_path(str(SCRIPT))
    (plugin,) = script["EarlierSignaturesPlugin"].fastapi_root_middlewares

    def ask(ring: KeyRing, headers: list[tuple[bytes, bytes]], kind: str = "http") -> Any:
        (tmp_path / "jwt-secret").write_text(str(ring))
        got: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            got.append(scope["headers"])

        middleware = plugin["middleware"](app, *plugin["args"], **plugin["kwargs"])
        asyncio.run(middleware({"type": kind, "headers": headers}, None, None))
        return got[0]

    return ask


def bearer(text: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"h"), (b"authorization", f"Bearer {text}".encode())]


@pytest.mark.parametrize(("ring", "other", "used"), [(SWITCHED, OLD, NEW), (ANNOUNCED, NEW, OLD)])
@pytest.mark.parametrize("algorithm", ["HS512", "HS256"])
def test_should_sign_again_what_the_other_key_has_signed(
    door: Any, ring: KeyRing, other: str, used: str, algorithm: str
) -> None:
    assert door(ring, bearer(token(other, algorithm))) == bearer(token(used, algorithm))
    cookie = "session=eJx.aB.c; _token={}; other=1"
    assert door(ring, [(b"cookie", cookie.format(token(other, algorithm)).encode())]) == [
        (b"cookie", cookie.format(token(used, algorithm)).encode())
    ]


UNSIGNED = token(OLD).rpartition(".")[0]
CHANGED = f"{token(OLD, subject='another task').rpartition('.')[0]}.{token(OLD).rpartition('.')[2]}"


@pytest.mark.parametrize(
    "given",
    [
        token(NEW),
        token(STRANGE),
        token(""),
        token(OLD, "none"),
        token(OLD, "RS256"),
        UNSIGNED,
        f"{UNSIGNED}.",
        CHANGED,
        "a.b.c",
        "é".encode().decode("latin-1"),
        "",
    ],
)
def test_should_hand_on_anything_else_as_it_came(door: Any, given: str) -> None:
    assert door(SWITCHED, bearer(given)) == bearer(given)


def test_should_accept_no_key_of_before_when_it_is_done(door: Any) -> None:
    assert door(SWITCHED.done(), bearer(token(OLD))) == bearer(token(OLD))
    assert door(KeyRing(OLD), bearer(token(NEW))) == bearer(token(NEW))


def test_should_look_at_nothing_but_where_tokens_are_sent(door: Any) -> None:
    assert door(SWITCHED, [(b"x-mine", token(OLD).encode())]) == [(b"x-mine", token(OLD).encode())]
    assert door(SWITCHED, bearer(token(OLD)), "websocket") == bearer(token(OLD))
