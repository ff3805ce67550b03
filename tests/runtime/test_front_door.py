"""Airflow behind a load balancer that ends TLS: what it believes, whom it lets where, and what an update loses."""

import json
import re
import time
from copy import deepcopy
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

import pytest

from tests.runtime.client import wait
from tests.runtime.load_balancer import Answer, Load, LoadBalancer, host_of
from tests.runtime.stage import Stage

FORGED = {
    "Host": "evil.example.net",
    "X-Forwarded-Host": "evil.example.net",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "81",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=192.0.2.1;host=evil.example.net;proto=http",
}


def balancer(stage: Stage) -> LoadBalancer:
    assert stage.public_url
    return LoadBalancer(stage.cluster.service("webserver-door"), host_of(stage.public_url))


def sign_in(stage: Stage, door: LoadBalancer, headers: dict[str, str] | None = None) -> Answer:
    """Open the form, and send it."""
    form = door.ask("GET", "/auth/login/", headers=headers)
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', form.body)
    assert token, form.status
    session = "; ".join(cookie.partition(";")[0] for cookie in form.all("Set-Cookie"))
    fields = {
        "csrf_token": token[1].decode(),
        "username": "admin",
        "password": stage.secrets.values["admin_password"],
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": session}
    kind["Referer"] = f"{stage.public_url}/auth/login/"
    return door.ask("POST", "/auth/login/", urlencode(fields).encode(), {**(headers or {}), **kind})


def test_should_give_cookies_for_tls_alone(behind_a_door: Stage) -> None:
    answer = sign_in(behind_a_door, balancer(behind_a_door))
    assert answer.status == 302, answer.body[:500]
    cookies = {name: morsel for each in answer.all("Set-Cookie") for name, morsel in SimpleCookie(each).items()}
    assert {"session", "_token"} <= set(cookies)
    for name in ("session", "_token"):
        assert cookies[name]["secure"], f"{name} is not Secure"
        assert cookies[name]["httponly"], f"{name} is not HttpOnly"
        assert cookies[name]["samesite"].lower() == "lax"


def test_should_send_people_to_its_own_address_whatever_headers_say(behind_a_door: Stage) -> None:
    door = balancer(behind_a_door)
    for headers in (None, FORGED):
        for path in (
            "/",
            "/auth/users/list",
            "/api/v2/auth/login",
            "/api/v2/auth/login?next=" + quote("//evil.example.net"),
        ):
            answer = door.ask("GET", path, headers=headers)
            for location in answer.all("Location"):
                assert location.startswith(("/", f"{behind_a_door.public_url}/")), (path, headers, location)
                assert not location.startswith("//")
                assert "evil" not in location.partition("?")[0]
            assert b"evil.example.net" not in answer.body
    forged = sign_in(behind_a_door, door, FORGED)
    plain = sign_in(behind_a_door, door)
    assert (forged.status, forged.all("Location")) == (plain.status, plain.all("Location"))
    assert [each.partition("=")[0] for each in forged.all("Set-Cookie")] == [
        each.partition("=")[0] for each in plain.all("Set-Cookie")
    ]
    assert all("secure" in each.lower() for each in forged.all("Set-Cookie"))


@pytest.mark.parametrize(
    "path",
    [
        *("/execution/", "/execution/health", "//execution/health", "/%65xecution/health", "/execution%2Fhealth"),
        *("/./execution/health", "/x/../execution/health", "/x/%2e%2e/execution/health", "/execution//health"),
        *("/EXECUTION/health", "/execution/docs", "/execution/task-instances/1/run"),
    ],
)
def test_should_keep_the_api_of_tasks_from_outside(behind_a_door: Stage, path: str) -> None:
    assert balancer(behind_a_door).ask("GET", path).status == 404


def test_should_leave_the_api_of_tasks_to_tasks(behind_a_door: Stage) -> None:
    client = behind_a_door.client()
    assert client.call("GET", "/execution/health")["status"] == "healthy"
    client.dag_appears("chain", 60)
    assert client.trigger("chain").ends(300) == "success"


@pytest.mark.parametrize("page", ["/docs", "/redoc", "/openapi.json", "/auth/docs", "/auth/openapi.json"])
def test_should_show_strangers_no_documentation_behind_a_door(behind_a_door: Stage, page: str) -> None:
    assert balancer(behind_a_door).ask("GET", page).status == 404


def test_should_let_a_script_in_with_a_token(behind_a_door: Stage) -> None:
    door, kind = balancer(behind_a_door), {"Content-Type": "application/json"}
    given = {"username": "admin", "password": behind_a_door.secrets.values["admin_password"]}
    answer = door.ask("POST", "/auth/token", json.dumps(given).encode(), kind)
    assert answer.status == 201, answer.body
    token = json.loads(answer.body)["access_token"]
    assert door.ask("GET", "/api/v2/dags", headers={"Authorization": f"Bearer {token}"}).status == 200
    assert door.ask("GET", "/api/v2/dags").status == 401


def test_should_stop_the_guesses_of_one_address_and_let_others_in(behind_a_door: Stage) -> None:
    guesser = balancer(behind_a_door)
    kind = {"Content-Type": "application/json"}
    guess = json.dumps({"username": "admin", "password": "guess"}).encode()
    codes = [guesser.ask("POST", "/auth/token", guess, kind).status for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    other = balancer(behind_a_door)
    other.client = "203.0.113.10"
    assert other.ask("POST", "/auth/token", guess, kind).status == 401


def test_should_lose_no_request_of_20_a_second_while_the_api_server_is_updated(behind_a_door: Stage) -> None:
    stage, door = behind_a_door, balancer(behind_a_door)
    (before,) = [pod["metadata"]["uid"] for pod in stage.cluster.pods("api-server")]
    deployment = deepcopy(stage.cluster.kubernetes.get("Deployment", "airflow-api-server", "airflow"))
    assert deployment
    deployment["spec"]["template"]["metadata"]["annotations"]["test/update"] = str(time.time())
    wanted = {key: deployment[key] for key in ("apiVersion", "kind", "spec")}
    wanted["metadata"] = {key: deployment["metadata"][key] for key in ("name", "namespace", "labels")}
    with Load(door, "/api/v2/version", 20) as load:
        time.sleep(3)
        stage.cluster.apply([wanted])
        stage.rolled_out(wanted)
        wait(
            "the old pod's end",
            lambda: before not in {p["metadata"]["uid"] for p in stage.cluster.pods("api-server")},
            150,
        )
        time.sleep(3)
    assert load.failed == []
    assert load.asked > 200
    assert door.opened < load.asked / 2, "connections were not kept, so nothing was tried"
