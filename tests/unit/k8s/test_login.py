"""Login by a provider: what the API server gets, and nobody else; and who gets which role."""

import json
import runpy
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from k8s.bindings import PlatformBindings
from k8s.rendered import Release
from settings.model.airflow import AirflowSettings
from tests.unit.k8s.conftest import aws_bindings, local_bindings
from tests.unit.settings.tables.login import ARN, LOCAL_LOGIN, LOGIN

Json = dict[str, Any]
FOLDER = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "login"


def released(bindings: PlatformBindings, login: Json) -> Release:
    settings = AirflowSettings.model_validate({"base_url": "https://airflow.example.com", "login": login})
    return Release(settings, bindings)


@cache
def on_aws() -> Release:
    return released(aws_bindings(), LOGIN)


@cache
def locally() -> Release:
    return released(local_bindings(), LOCAL_LOGIN)


def pod(release: Release, kind: str, name: str) -> Json:
    found: Json = release.get(kind, name)["spec"]["template"]["spec"]
    return found


def environment(release: Release, name: str) -> dict[str, str]:
    (container,) = pod(release, "Deployment", name)["containers"]
    return {each["name"]: each["value"] for each in container["env"]}


def test_should_lead_the_api_server_alone_to_the_login() -> None:
    own = environment(on_aws(), "airflow-api-server")
    assert own["AIRFLOW__FAB__CONFIG_FILE"] == "/opt/airflow/platform/webserver_config.py"
    assert own["AIRFLOW__CORE__AUTH_MANAGER"] == "platform_login.LoginFabAuthManager"
    for other in ("airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"):
        assert not {"AIRFLOW__FAB__CONFIG_FILE", "AIRFLOW__CORE__AUTH_MANAGER"} & environment(on_aws(), other).keys()
    mounts = pod(on_aws(), "Deployment", "airflow-api-server")["containers"][0]["volumeMounts"]
    for module in ("login_claims", "platform_login"):
        path = f"/opt/airflow/config/{module}.py"
        assert [each["subPath"] for each in mounts if each["mountPath"] == path] == [f"{module}.py"]


def test_should_give_the_client_secret_to_the_api_server_alone() -> None:
    for provider in on_aws().of_kind("SecretProviderClass"):
        objects = json.loads(provider["spec"]["parameters"]["objects"])
        given = [each["objectAlias"] for each in objects if each["objectName"] == ARN]
        assert given == (["login-client-secret"] if provider["metadata"]["name"] == "airflow-api-server" else [])
    for workload in ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"):
        volumes = pod(locally(), "Deployment", workload)["volumes"]
        named = [each["secret"]["secretName"] for each in volumes if "secret" in each]
        assert ("login" in named) is (workload == "airflow-api-server")


def test_should_make_the_pods_anew_for_another_client_secret() -> None:
    annotations = on_aws().get("Deployment", "airflow-api-server")["spec"]["template"]["metadata"]["annotations"]
    assert f"login-client-secret={ARN}" in annotations["airflow-on-eks/secrets"].split()


@pytest.mark.parametrize(
    ("release", "file"),
    [(on_aws, "/opt/airflow/secrets/login-client-secret"), (locally, "/opt/airflow/login/client-secret")],
)
def test_should_tell_the_login_as_data_and_no_secret(release: Any, file: str) -> None:
    files = release().get("ConfigMap", "airflow-platform-files")["data"]
    told = json.loads(files["login.json"])
    assert environment(release(), "airflow-api-server")["AIRFLOW_LOGIN_CLIENT_SECRET_FILE"] == file
    assert (told["roles"], told["default_role"]) == ({"airflow-admins": "Admin", "everybody": "Viewer"}, None)
    assert (told["administrator"], told["reserved_names"]) == ("admin", ["admin"])
    assert {"webserver_config.py", "platform_login.py", "login_claims.py"} <= files.keys()


def test_should_shut_the_administrator_out_on_request() -> None:
    off = released(aws_bindings(), {**LOGIN, "administrator": False, "service_users": ["ci"]})
    told = json.loads(off.get("ConfigMap", "airflow-platform-files")["data"]["login.json"])
    assert (told["administrator"], told["service_users"], told["reserved_names"]) == (None, ["ci"], ["admin", "ci"])


def test_should_have_nothing_of_it_by_default(aws: Release) -> None:
    text = json.dumps([*aws.of_kind("ConfigMap"), *aws.of_kind("Deployment"), *aws.of_kind("SecretProviderClass")])
    for part in ("platform_login", "login.json", "webserver_config", "LoginFabAuthManager", "SESSION_MAX_LIFETIME"):
        assert part not in text


def test_should_end_sessions_so_that_the_provider_is_asked_again() -> None:
    options = on_aws().get("ConfigMap", "airflow-config")["data"]
    assert options["AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES"] == "720"


def rules(login: Json) -> list[Json]:
    policy = released(local_bindings(), login).get("NetworkPolicy", "airflow-api-server-egress")
    return [rule for rule in policy["spec"]["egress"] if any("ipBlock" in to for to in rule.get("to", ()))]


def test_should_let_the_api_server_ask_the_provider() -> None:
    (anywhere,) = rules(LOCAL_LOGIN)
    assert anywhere["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}]
    assert [each["port"] for each in anywhere["ports"]] == [443, 9400]
    (narrow,) = rules({**LOGIN, "egress_cidrs": ["198.51.100.0/24"]})
    assert narrow["to"] == [{"ipBlock": {"cidr": "198.51.100.0/24"}}]
    assert [each["port"] for each in narrow["ports"]] == [443]


CLAIMS = runpy.run_path(str(FOLDER / "login_claims.py"))
TOLD: Json = {
    "username_claim": "preferred_username",
    "group_claims": ["groups"],
    "roles": {"admins": "Admin", "data": "User", "CN=Ops, OU=x": "Op", "example.com": "Viewer"},
    "default_role": None,
    "reserved_names": ["admin", "ci"],
}
ANN = {"sub": "1", "preferred_username": "ann", "given_name": "Ann", "family_name": "B", "email": "ann@example.com"}


def roles(claims: Json, **changes: Any) -> list[str]:
    found: list[str] = CLAIMS["person"]({**ANN, **claims}, {**TOLD, **changes})["role_keys"]
    return found


@pytest.mark.parametrize(
    ("claims", "paths", "expected"),
    [
        ({"groups": ["admins"]}, ["groups"], ["Admin"]),
        ({"groups": "data"}, ["groups"], ["User"]),
        ({"groups": "CN=Ops, OU=x"}, ["groups"], ["Op"]),  # a text is one group, whatever is in it
        ({"groups": ["data", "unknown", "admins"]}, ["groups"], ["Admin", "User"]),
        ({"groups": [f"g{number}" for number in range(5000)] + ["data"]}, ["groups"], ["User"]),
        ({"realm_access": {"roles": ["admins"]}}, ["realm_access.roles"], ["Admin"]),
        ({"resource_access": {"airflow": {"roles": ["data"]}}}, ["resource_access.airflow.roles"], ["User"]),
        ({"https://example.com/groups": ["data"]}, ["https://example.com/groups"], ["User"]),
        ({"cognito:groups": ["data"]}, ["cognito:groups"], ["User"]),
        ({"hd": "example.com", "groups": ["data"]}, ["hd", "groups"], ["User", "Viewer"]),
        ({"a.b": ["data"], "a": {"b": ["admins"]}}, ["a.b"], ["User"]),
    ],
)
def test_should_find_the_roles_of_groups(claims: Json, paths: list[str], expected: list[str]) -> None:
    assert roles(claims, group_claims=paths) == expected


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"groups": []},
        {"groups": None},
        {"groups": ["unknown"]},
        {"groups": ["Admins", "ADMINS", " admins", "admins "]},
        {"groups": [["admins"], {"admins": True}, 1, None]},
        {"groups": {"admins": True}},
        {"groups": "admins,data"},
        {"realm_access": {"roles": ["admins"]}},
    ],
)
def test_should_refuse_who_has_no_role(claims: Json) -> None:
    with pytest.raises(CLAIMS["RefusedError"], match="none of your groups has a role"):
        roles(claims)
    assert roles(claims, default_role="Public") == ["Public"]


def test_should_give_the_default_role_only_to_who_has_no_other() -> None:
    assert roles({"groups": ["admins"]}, default_role="Public") == ["Admin"]


def test_should_say_so_when_the_groups_are_too_many_for_the_provider() -> None:
    claims = {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://example.com"}}}
    with pytest.raises(CLAIMS["RefusedError"], match="too many"):
        roles(claims)


@pytest.mark.parametrize(("verified", "expected"), [(True, ["Admin"]), ("true", ["Admin"])])
def test_should_believe_a_verified_address(verified: Any, expected: list[str]) -> None:
    given = {"ann@example.com": "Admin"}
    assert roles({"email_verified": verified}, group_claims=["email"], roles=given) == expected


@pytest.mark.parametrize("verified", [False, "false", None, 1, "yes"])
def test_should_believe_no_address_that_is_not_verified(verified: Any) -> None:
    for path in (["email"],):
        with pytest.raises(CLAIMS["RefusedError"]):
            roles({"email_verified": verified}, group_claims=path, roles={"ann@example.com": "Admin"})
    with pytest.raises(CLAIMS["RefusedError"], match="does not tell your user name"):
        roles({"email_verified": verified, "groups": ["admins"]}, username_claim="email")


@pytest.mark.parametrize("name", [None, "", " ", 7, ["ann"], "a\nb"])
def test_should_refuse_who_has_no_name(name: Any) -> None:
    with pytest.raises(CLAIMS["RefusedError"], match="does not tell your user name"):
        roles({"preferred_username": name, "groups": ["admins"]})


@pytest.mark.parametrize("name", ["admin", "Admin", "ADMIN", "ci", "Ci"])
def test_should_refuse_the_names_of_airflows_own_users(name: str) -> None:
    with pytest.raises(CLAIMS["RefusedError"], match="one of Airflow's own users"):
        roles({"preferred_username": name, "groups": ["admins"]})


def test_should_tell_airflow_who_it_is() -> None:
    assert CLAIMS["person"]({**ANN, "groups": ["admins"]}, TOLD) == {
        "username": "ann",
        "first_name": "Ann",
        "last_name": "B",
        "email": "ann@example.com",
        "role_keys": ["Admin"],
    }


@pytest.mark.parametrize(
    ("claims", "enough"),
    [({"groups": []}, True), ({}, False), ({"groups": ["x"], "preferred_username": None}, False)],
)
def test_should_ask_the_provider_for_more_only_where_it_must(claims: Json, enough: bool) -> None:
    assert CLAIMS["is_told"]({**ANN, **claims}, TOLD) is enough


def test_should_start_nothing_without_the_client_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flask takes a configuration that ends in an OSError for an empty one, and passwords would do."""

    def flask_config(login: Json, secret_file: Path) -> Json:
        return {"CLIENT_SECRET": secret_file.read_text(), **login}

    monkeypatch.setitem(sys.modules, "platform_login", SimpleNamespace(flask_config=flask_config))
    config, secret = tmp_path / "webserver_config.py", tmp_path / "client-secret"
    config.write_text((FOLDER / "webserver_config.py").read_text())
    monkeypatch.setenv("AIRFLOW_LOGIN_CLIENT_SECRET_FILE", str(secret))
    (tmp_path / "login.json").write_text('{"AUTH_TYPE": 4}')
    with pytest.raises(RuntimeError, match="client-secret"):
        runpy.run_path(str(config))
    secret.write_text("s")
    assert runpy.run_path(str(config))["AUTH_TYPE"] == 4
    (tmp_path / "login.json").unlink()
    with pytest.raises(RuntimeError, match=r"login\.json"):
        runpy.run_path(str(config))
