"""People log in at a provider, under a public name and TLS: another API server beside that of the fresh cluster."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings.model.login import LoginSettings
from tests.runtime.client import RefusedError, wait
from tests.runtime.conftest import Stages, fresh
from tests.runtime.manifests import rendered
from tests.runtime.provider import Provider, hidden_fields, tls_front
from tests.runtime.stage import Stage
from tests.runtime.visitor import Visitor

Json = dict[str, Any]
HOST = "airflow.example.test"
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "login-client", "namespace": "airflow"},
    "type": "Opaque",
    "data": {"client-secret": b64encode(b"a client secret").decode()},
}
ROLES = {"airflow-admins": "Admin", "operators": "Op", "data team": "User", "everybody": "Viewer"}


def beside(stage: Stage, provider: Provider) -> list[Json]:
    """The API server of an environment with a login, under names of its own."""
    login = LoginSettings(
        issuer=provider.issuer,
        client_id="airflow",
        client_secret_name="login-client",
        roles=ROLES,
        service_users=("ci",),
    )
    # Airflow keeps what it knows of a user for 30 s.
    changes = {"base_url": f"https://{HOST}", "login": login, "config": {"fab.cache_ttl": 1}}
    steps = rendered(stage.secrets, changes=changes)
    found = []
    for manifest in (each for step in steps for each in step.manifests):
        name, kind = manifest["metadata"]["name"], manifest["kind"]
        if name in ("airflow-config", "airflow-platform-files") or (
            kind in ("Deployment", "Service") and name in ("airflow-api-server", "webserver-svc")
        ):
            text = json.dumps(manifest).replace('component": "api-server"', 'component": "login"')
            for config_map in ("airflow-config", "airflow-platform-files"):
                text = text.replace(f'"{config_map}"', f'"{config_map}-login"')
            copy = json.loads(text)
            if kind != "ConfigMap":
                copy["metadata"]["name"] = f"{name}-login"
            found.append(copy)
    return [SECRET, *found]


class FrontDoor:
    """Airflow's public name, and the provider."""

    def __init__(self, provider: Provider, port: int, authority: Path, stage: Stage) -> None:
        self.provider, self.stage, self._port, self._authority = provider, stage, port, authority

    def visitor(self) -> Visitor:
        return Visitor(HOST, self._port, self._authority)

    def roles(self, user: str) -> set[str]:
        """Roles of a user, as Airflow has them."""
        found = self.stage.client().call("GET", f"/auth/fab/v1/users/{user}")
        return {role["name"] for role in found["roles"]}


@pytest.fixture(scope="module")
def door(stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    stage = fresh(stages)
    folder = tmp_path_factory.mktemp("login")
    with Provider(folder) as provider:
        manifests = beside(stage, provider)
        stage.cluster.apply(manifests)
        for manifest in manifests:
            stage.rolled_out(manifest)
        with tls_front(folder, HOST, stage.cluster.service("webserver-svc-login")) as (port, authority):
            yield FrontDoor(provider, port, authority, stage)
        for manifest in reversed(manifests):
            metadata = manifest["metadata"]
            stage.cluster.delete(manifest["kind"], metadata["namespace"], metadata["name"])


@pytest.mark.parametrize(("group", "role"), ROLES.items())
def test_should_give_a_member_of_each_group_exactly_its_role(door: FrontDoor, group: str, role: str) -> None:
    door.provider.knows(f"member-{role}", groups=[group, "unknown"], email=f"{role}@example.com")
    visitor = door.visitor()
    page = visitor.log_in(f"member-{role}")
    assert "<title>Airflow" in page, page[:500]
    assert door.roles(f"member-{role}") == {role}
    assert "authorized_menu_items" in visitor.open("/ui/auth/menus")


def test_should_keep_deep_links_and_lead_nowhere_else(door: FrontDoor) -> None:
    door.provider.knows("linked", groups=["everybody"])
    visitor = door.visitor()
    wanted = f"https://{HOST}/dags/wide/tasks?tab=a%20b&search=x"
    visitor.log_in("linked", f"/api/v2/auth/login?next={wanted.replace('&', '%26').replace('?', '%3F')}")
    assert visitor.url == wanted
    assert visitor.hosts() == {f"https://{HOST}", door.provider.issuer}
    elsewhere = door.visitor()
    elsewhere.log_in("linked", "/auth/login/?next=https://elsewhere.example.com/")
    assert elsewhere.hosts() == {f"https://{HOST}", door.provider.issuer}


def test_should_set_cookies_for_tls_and_this_site_only(door: FrontDoor) -> None:
    door.provider.knows("cookies", groups=["everybody"])
    visitor = door.visitor()
    visitor.log_in("cookies")
    own = visitor.cookies[HOST]
    assert {"session", "_token"} <= set(own)
    for name in ("session", "_token"):
        assert own[name]["secure"] is True
        assert own[name]["httponly"] is True
        assert own[name]["samesite"].lower() == "lax"


def test_should_refuse_who_has_no_group_with_a_page_that_says_so(door: FrontDoor) -> None:
    for groups in ([], ["unknown"], ["AIRFLOW-ADMINS"]):
        door.provider.knows("stranger", groups=groups)
        visitor = door.visitor()
        page = visitor.log_in("stranger")
        assert "none of your groups has a role in this Airflow" in page
        assert visitor.open("/api/v2/dags") and visitor.status == 401
        with pytest.raises(RefusedError, match="404"):
            door.roles("stranger")


def test_should_follow_the_provider_at_the_next_login(door: FrontDoor) -> None:
    door.provider.knows("moving", groups=["airflow-admins"])
    before = door.visitor()
    before.log_in("moving")
    assert door.roles("moving") == {"Admin"}
    door.provider.knows("moving", groups=["everybody"])
    door.visitor().log_in("moving")
    assert door.roles("moving") == {"Viewer"}
    door.provider.knows("moving", groups=[])
    assert "none of your groups" in door.visitor().log_in("moving")
    assert door.roles("moving") == set()

    def is_shut_out() -> bool:
        before.open("/api/v2/dags")
        return before.status == 403

    wait("the end of what was open elsewhere", is_shut_out, 20)


def test_should_end_the_session_here_and_at_the_provider(door: FrontDoor) -> None:
    door.provider.knows("leaving", groups=["everybody"])
    visitor = door.visitor()
    visitor.log_in("leaving")
    token = visitor.cookies[HOST]["_token"].value
    page = visitor.open("/api/v2/auth/logout")
    assert visitor.url.startswith(f"{door.provider.issuer}/oauth2/end_session?")
    fields = hidden_fields(page)
    assert fields["redirect_uri"] == f"https://{HOST}/auth/login/"
    assert "id_token_hint=ey" in visitor.url
    visitor.open("/oauth2/end_session/confirm", fields)
    assert visitor.url == f"https://{HOST}/auth/login/"
    assert "_token" not in visitor.cookies[HOST]
    visitor.open("/api/v2/dags")
    assert visitor.status == 401
    stolen = door.visitor()
    stolen.open("/api/v2/dags", token=token)
    assert stolen.status in (401, 403)


def test_should_let_the_administrator_in_by_a_door_of_its_own(door: FrontDoor) -> None:
    password = door.stage.secrets.values["admin_password"]
    visitor = door.visitor()
    page = visitor.open("/auth/login/administrator")
    visitor.open("/auth/login/administrator", {**hidden_fields(page), "username": "admin", "password": password})
    assert "authorized_menu_items" in visitor.open("/ui/auth/menus")
    visitor.open("/api/v2/auth/logout")
    assert visitor.url == f"https://{HOST}/auth/login/", "it never was at the provider"


def test_should_take_passwords_of_service_users_and_nobody_elses(door: FrontDoor) -> None:
    container = door.stage.cluster.running("login").container("api-server")
    for name in ("ci", "person"):
        command = ["airflow", "users", "create", "--role", "Viewer", "--firstname", name, "--lastname", name]
        command += ["--username", name, "--email", f"{name}@example.com", "--password", f"password-of-{name}"]
        assert container.execute(command, timeout=120) == 0
    machine = door.stage.anonymous("webserver-svc-login").login("ci", "password-of-ci")
    assert machine.get("/dags")["total_entries"]
    for path in ("/auth/token", "/auth/token/cli"):
        with pytest.raises(RefusedError, match="401"):
            body = {"username": "person", "password": "password-of-person"}
            door.stage.anonymous("webserver-svc-login").call("POST", path, body)


def test_should_not_take_the_providers_word_for_airflows_own_users(door: FrontDoor) -> None:
    for name in ("admin", "ADMIN", "ci"):
        door.provider.knows(name, groups=["airflow-admins"])
        visitor = door.visitor()
        assert "one of Airflow&#39;s own users" in visitor.log_in(name)
        visitor.open("/api/v2/dags")
        assert visitor.status == 401
