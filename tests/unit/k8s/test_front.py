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

from k8s.airflow.pods import paths
from k8s.rendered import Release

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "front.py"
Json = dict[str, Any]
PUBLIC = "https://airflow.example.com"


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the script defines, beside an Airflow that has what it imports."""

    class Conf:
        def getboolean(self, section: str, option: str) -> bool:
            assert (section, option) == ("api", "enable_swagger_ui")
            return False

        def get(self, section: str, option: str, fallback: str) -> str:
            assert (section, option, fallback) == ("api", "base_url", "")
            return PUBLIC

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
        self.seen: list[Json] = []
        self.front = front["Front"](self._app, **{"clock": lambda: self.now, "goes": lambda: False, **options})

    async def _app(self, scope: Json, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        self.reached.append(scope["path"])
        self.seen.append(dict(scope))
        wrong = "/auth/token" in scope["path"] and not scope["query_string"]
        await send({"type": "http.response.start", "status": 401 if wrong else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def __call__(
        self,
        method: str,
        path: str,
        *,
        address: str = "10.0.0.1",
        right: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Json:
        sent: list[Json] = []

        async def send(message: Json) -> None:
            sent.append(message)

        async def ask() -> None:
            sent_headers = [
                (name.replace("_", "-").encode(), value.encode()) for name, value in (headers or {}).items()
            ]
            scope = {
                "type": "http", "method": method, "path": path, "client": (address, 1), "query_string": right,
                "scheme": "http", "headers": sent_headers,
            }  # fmt: skip
            await self.front(scope, None, send)

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
    assert len(visitor.front._wrong._events) == front["MOST_ADDRESSES"]


def test_should_be_loaded_as_a_plugin_with_airflows_own_option(front: Json) -> None:
    (middleware,) = front["FrontPlugin"].fastapi_root_middlewares
    assert middleware["middleware"] is front["Front"]
    assert middleware["kwargs"] == {"shows_documentation": False, "base_url": PUBLIC}


# --- Where people come over TLS

OUTSIDE = {"host": "airflow.example.com", "x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "https"}
"""What the load balancer hands on: the name that people open, and headers that it adds."""
INSIDE = {"host": "webserver-svc:8080"}
OF_TASKS = [
    *("/execution", "/execution/", "/execution/health", "/execution/task-instances/1/run", "//execution/health"),
    *("/./execution/health", "/x/../execution/health", "/Execution/health", "/execution//health", "/%65/../execution"),
    *("/../execution/health", "///x/..//execution", "/execution/a\nb"),
]


def behind_tls(front: Json, **options: Any) -> Visitor:
    return Visitor(front, base_url=PUBLIC, **options)


def test_should_show_airflow_its_own_address_whatever_headers_say(front: Json) -> None:
    forged = {
        "host": "evil.example.net", "x_forwarded_host": "evil.example.net", "x_forwarded_proto": "http",
        "x_forwarded_port": "81", "x_forwarded_prefix": "/evil", "forwarded": "host=evil.example.net",
        "accept": "text/html",
    }  # fmt: skip
    visitor = behind_tls(front)
    visitor("GET", "/auth/login/", headers=forged)
    assert visitor.seen[0]["scheme"] == "https"
    assert visitor.seen[0]["headers"] == [(b"host", b"airflow.example.com"), (b"accept", b"text/html")]


def test_should_change_nothing_without_tls(front: Json) -> None:
    visitor = Visitor(front, base_url="http://airflow.example.com")
    visitor("GET", "/execution/health", headers=OUTSIDE)
    seen = visitor.seen[0]
    assert (seen["scheme"], seen["client"], len(seen["headers"])) == ("http", ("10.0.0.1", 1), 3)


@pytest.mark.parametrize("path", OF_TASKS)
def test_should_keep_the_api_of_tasks_from_who_comes_from_outside(front: Json, path: str) -> None:
    for outside in (OUTSIDE, {"host": "AIRFLOW.example.com:443"}, {**INSIDE, "x_forwarded_for": "203.0.113.9"}):
        visitor = behind_tls(front)
        assert visitor("GET", path, headers=outside)["status"] == 404
        assert visitor.reached == []


def test_should_leave_the_api_to_tasks(front: Json) -> None:
    visitor = behind_tls(front)
    assert visitor("GET", "/execution/task-instances/1/run", headers=INSIDE)["status"] == 200
    assert visitor.seen[0]["headers"] == [(b"host", b"webserver-svc:8080")]
    assert visitor.seen[0]["scheme"] == "http"


def test_should_know_people_by_the_address_that_the_load_balancer_added(front: Json) -> None:
    """The first ones are what the client has sent itself."""
    visitor = behind_tls(front)
    visitor("GET", "/", headers={**OUTSIDE, "x_forwarded_for": "192.0.2.1, 203.0.113.9"})
    visitor("GET", "/", headers={**OUTSIDE, "x_forwarded_for": "nobody"})
    visitor("GET", "/", headers={**OUTSIDE, "x_forwarded_for": "192.0.2.1, 2001:db8::7"})
    assert [seen["client"][0] for seen in visitor.seen] == ["203.0.113.9", "10.0.0.1", "2001:db8::7"]


def test_should_stop_the_guesses_of_one_address_behind_a_load_balancer(front: Json) -> None:
    visitor = behind_tls(front)
    codes = [visitor("POST", "/auth/token", headers=OUTSIDE)["status"] for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    other = {**OUTSIDE, "x_forwarded_for": "203.0.113.10"}
    assert visitor("POST", "/auth/token", right=True, headers=other)["status"] == 200


@pytest.mark.parametrize("path", ["/auth/token", "/auth/login/"])
def test_should_stop_who_makes_up_an_address_for_each_guess(front: Json, path: str) -> None:
    visitor = behind_tls(front)
    codes = [
        visitor("POST", path, headers={**OUTSIDE, "x_forwarded_for": f"203.0.113.{number}"})["status"]
        for number in range(front["LOGINS_OF_A_PEER"] + 3)
    ]
    assert set(codes[:-3]) <= {200, 401}
    assert codes[-3:] == [429] * 3
    assert visitor("POST", path, address="10.0.0.2", right=True, headers=OUTSIDE)["status"] == 200


def test_should_ask_for_the_end_of_connections_when_the_pod_goes(front: Json) -> None:
    going = [False]
    visitor = Visitor(front, goes=lambda: going[0])
    assert (b"connection", b"close") not in visitor("GET", "/")["headers"]
    going[0] = True
    assert (b"connection", b"close") in visitor("GET", "/")["headers"]


def test_should_take_a_mark_from_before_the_process_for_none(
    front: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that was restarted has the volume of the one before it."""
    mark, draining = tmp_path / "draining", front["draining"]
    monkeypatch.setitem(draining.__globals__, "DRAINING", str(mark))
    assert not draining()
    mark.touch()
    assert draining()
    monkeypatch.setitem(draining.__globals__, "STARTED", mark.stat().st_mtime + 60)
    assert not draining()


def test_should_look_for_the_mark_that_the_hook_makes(front: Json) -> None:
    assert front["DRAINING"] == paths.DRAINING


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
