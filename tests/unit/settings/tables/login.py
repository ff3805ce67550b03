"""Login by a provider."""

from typing import Any

from tests.unit.settings.cases import Bad, Changes

ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:airflow/login-AbCdEf"
LOGIN: dict[str, Any] = {
    "issuer": "https://login.example.com/realms/main",
    "client_id": "airflow",
    "client_secret_arn": ARN,
    "roles": {"airflow-admins": "Admin", "everybody": "Viewer"},
}
URL: Changes = {"airflow base_url": "https://airflow.example.com"}
LOCAL_LOGIN: dict[str, Any] = {
    **{name: value for name, value in LOGIN.items() if name != "client_secret_arn"},
    "issuer": "http://localhost:9400",
    "client_secret_name": "login",
}


def with_(**changes: Any) -> Changes:
    """A whole login, but for this."""
    login = {name: value for name, value in {**LOGIN, **changes}.items() if value is not ...}
    return {**URL, "airflow login": login}


BAD = [
    Bad("only_a_provider_has_the_rest", with_(issuer=...), "airflow.login.client_id", "airflow"),
    Bad("only_a_provider_has_the_rest", {"airflow login": {"administrator": False}}, "airflow.login.administrator", ""),
    Bad("provider_knows_airflow", with_(client_id=...), "airflow.login.client_id", "null"),
    Bad("issuer_is_reached_over_tls", with_(issuer="http://localhost:9400"), "airflow.login.issuer", "localhost"),
    Bad("issuer_is_reached_over_tls", with_(issuer="https://a.example.com:70000"), "airflow.login.issuer", "70000"),
    Bad(
        "airflow_is_reached_over_tls",
        {**with_(), "airflow base_url": "http://airflow.example.com"},
        "airflow.base_url",
        "http://airflow.example.com",
    ),
    Bad(
        "secret_is_where_the_platform_reads",
        with_(client_secret_arn=...),
        "airflow.login.client_secret_arn",
        "null",
    ),
    Bad(
        "secret_is_where_the_platform_reads",
        with_(client_secret_name="login"),
        "airflow.login.client_secret_name",
        "login",
    ),
    *(
        Bad(
            "secret_is_of_the_environment",
            {**with_(client_secret_arn=arn), **more},
            "airflow.login.client_secret_arn",
            x,
        )
        for arn, more, x in (
            (ARN.replace("us-east-1", "eu-west-1"), {}, "eu-west-1"),
            (ARN.replace("arn:aws:", "arn:aws-cn:"), {}, "aws-cn"),
            (ARN, {"account": "444455556666"}, "111122223333"),
        )
    ),
    Bad("scopes_ask_for_an_identity", with_(scopes=["email"]), "airflow.login.scopes", "email"),
    Bad("scopes_ask_for_an_identity", with_(scopes=["openid", "openid"]), "airflow.login.scopes[1]", "openid"),
    Bad("name_is_no_page", with_(name="administrator"), "airflow.login.name", "administrator"),
    Bad("roles_exist", with_(roles={"one": "admin"}), "airflow.login.roles.one", "admin"),
    Bad("roles_exist", with_(default_role="Reader"), "airflow.login.default_role", "Reader"),
    Bad("somebody_gets_in", with_(roles=...), "airflow.login.roles", "{}"),
    Bad("names_stand_once", with_(service_users=["ci", "ci"]), "airflow.login.service_users[1]", "ci"),
    Bad("names_stand_once", with_(service_users=["ADMIN"]), "airflow.login.service_users[0]", "ADMIN"),
    Bad("names_stand_once", with_(group_claims=["groups", "groups"]), "airflow.login.group_claims[1]", "groups"),
    Bad("egress_is_of_networks", with_(egress_cidrs=["example.com"]), "airflow.login.egress_cidrs[0]", "example.com"),
]

BAD_LOCAL = [
    Bad(
        "issuer_is_reached_over_tls",
        {"airflow login": {**LOCAL_LOGIN, "issuer": "http://login.example.com"}},
        "airflow.login.issuer",
        "http://login.example.com",
    ),
    Bad(
        "secret_is_where_the_platform_reads",
        {"airflow login": {**LOCAL_LOGIN, "client_secret_arn": ARN}},
        "airflow.login.client_secret_arn",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:",
    ),
]

GOOD: list[Changes] = [
    with_(),
    {"airflow login": LOGIN},  # by port-forward
    with_(roles=..., default_role="Viewer"),
    with_(
        roles={"CN=Data, Team,OU=x": "Op", "0f5a-guid": "User", "équipe": "Public"}, group_claims=["realm_access.roles"]
    ),
    with_(
        group_claims=["https://example.com/groups", "cognito:groups"], service_users=["ci", "dbt"], administrator=False
    ),
    {
        **with_(roles={"one": "Team One"}),
        "airflow config": {"fab.custom_roles": '{"Team One": [{"action": "can_read", "resource": "DAGs"}]}'},
    },
]

GOOD_LOCAL: list[Changes] = [{"airflow login": LOCAL_LOGIN}]
