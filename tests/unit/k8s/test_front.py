"""front.py, the API server's plugin, around an application that is made up."""

import asyncio
import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from k8s.rendered import Release

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "front.py"
Json = dict[str, Any]


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the script defines, beside an Airflow that has what it imports."""

    class Conf:
        def getboolean(self, section: str, option: str) -> bool:
            assert (section, option) == ("api", "enable_swagger_ui")
            return False

    airflow, configuration, plugins = (
        ModuleType(f"airflow{part}") for part in ("", ".configuration", ".plugins_manager")
    )
    configuration.conf = Conf()  # type: ignore[attr-defined]
    plugins.AirflowPlugin = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "airflow", airflow)
    monkeypatch.setitem(sys.modules, "airflow.configuration", configuration)
    monkeypatch.setitem(sys.modules, "airflow.plugins_manager", plugins)
    return runpy.run_path(str(SCRIPT))


class Visitor:
    """Asks the front, with a clock of its own; behind it every page is 200 and every password wrong but `right`."""

    def __init__(self, front: Json, **options: Any) -> None:
        self.now = 0.0
        self.reached: list[str] = []
        self._front = front["Front"](self._app, clock=lambda: self.now, **options)

    async def _app(self, scope: Json, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        self.reached.append(scope["path"])
        wrong = "/auth/token" in scope["path"] and not scope["query_string"]
        await send({"type": "http.response.start", "status": 401 if wrong else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def __call__(self, method: str, path: str, *, address: str = "10.0.0.1", right: bool = False) -> Json:
        sent: list[Json] = []

        async def send(message: Json) -> None:
            sent.append(message)

        async def ask() -> None:
            scope = {"type": "http", "method": method, "path": path, "client": (address, 1), "query_string": right}
            await self._front(scope, None, send)

        asyncio.run(ask())
        return {**sent[0], "body": sent[1]["body"]}


HIDDEN = [
    *("/openapi.json", "/docs", "/redoc", "/docs/oauth2-redirect", "//openapi.json", "/openapi.json/"),
    *("/execution/docs", "/execution/openapi.json", "/execution/redoc", "/execution/changelog"),
    *("/auth/docs", "/auth/openapi.json", "/auth/redoc"),
]
SHOWN = [
    "/",
    "/api/v2/version",
    "/auth/login/",
    "/execution/task-instances/1/run",
    "/dags/docs",
    "/docsies",
    "/api/v2/docs",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_should_show_nobody_the_documentation(front: Json, path: str) -> None:
    visitor = Visitor(front)
    answer = visitor("GET", path)
    assert answer["status"] == 404
    assert json.loads(answer["body"]) == {"detail": "Not Found"}
    assert visitor.reached == []


@pytest.mark.parametrize("path", SHOWN)
def test_should_hand_everything_else_on(front: Json, path: str) -> None:
    assert Visitor(front)("GET", path)["status"] == 200


@pytest.mark.parametrize("path", HIDDEN)
def test_should_show_the_documentation_where_the_option_says_so(front: Json, path: str) -> None:
    assert Visitor(front, shows_documentation=True)("GET", path)["status"] == 200


@pytest.mark.parametrize("path", ["/auth/token", "/auth/token/cli", "//auth/token/"])
def test_should_stop_a_sixth_guess_and_say_for_how_long(front: Json, path: str) -> None:
    visitor = Visitor(front)
    assert [visitor("POST", path)["status"] for _ in range(5)] == [401] * 5
    visitor.now = 10
    refused = visitor("POST", path)
    assert (refused["status"], dict(refused["headers"])[b"retry-after"]) == (429, b"31")
    assert len(visitor.reached) == 5
    visitor.now = 41
    assert visitor("POST", path)["status"] == 401


def test_should_stop_only_the_address_that_guesses(front: Json) -> None:
    visitor = Visitor(front)
    for _ in range(6):
        visitor("POST", "/auth/token")
    assert visitor("POST", "/auth/token", address="10.0.0.2", right=True)["status"] == 200


def test_should_count_wrong_passwords_only(front: Json) -> None:
    """A script that logs in for each of its requests is no guess."""
    visitor = Visitor(front)
    assert {visitor("POST", "/auth/token", right=True)["status"] for _ in range(20)} == {200}


def test_should_remember_so_many_addresses_and_no_more(front: Json) -> None:
    visitor = Visitor(front)
    for number in range(front["MOST_ADDRESSES"] + 5):
        visitor("POST", "/auth/token", address=str(number))
    assert len(visitor._front._wrong) == front["MOST_ADDRESSES"]


def test_should_be_loaded_as_a_plugin_with_airflows_own_option(front: Json) -> None:
    (middleware,) = front["FrontPlugin"].fastapi_root_middlewares
    assert middleware["middleware"] is front["Front"]
    assert middleware["kwargs"] == {"shows_documentation": False}


def test_should_stand_in_the_plugins_of_the_api_server_only(any_release: Release) -> None:
    for name, template in any_release.pod_templates.items():
        for container in template["spec"]["containers"]:
            mounted = [
                each for each in container["volumeMounts"] if each["mountPath"].startswith("/opt/airflow/plugins/")
            ]
            wanted = ["front.py", "earlier_signatures.py"] if name == "airflow-api-server" else []
            assert [each["subPath"] for each in mounted] == wanted


def test_should_let_the_api_server_read_logs_and_no_dags(any_release: Release) -> None:
    """Authors write the log tree; a link in it could lead a reader to whatever else it may read."""
    (container,) = any_release.pod_templates["airflow-api-server"]["spec"]["containers"]
    shared = [each for each in container["volumeMounts"] if each["name"] == "data"]
    assert shared == [{"name": "data", "mountPath": "/opt/airflow/logs", "subPath": "logs", "readOnly": True}]
