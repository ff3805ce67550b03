"""Rules on the login by a provider."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.model.login import BUILT_IN_ROLES, LOOPBACK
from settings.reading.violations import Violation
from settings.rules.shared import differing, repeats

Environment = AwsEnvironment | LocalEnvironment

PATH = "airflow.login"
PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
OF_THE_PLATFORM = ("administrator", "logout")
"""Names of other pages of the login."""


def only_a_provider_has_the_rest(environment: Environment) -> Iterator[Violation]:
    """Whoever reads the file would believe that it does something."""
    login = environment.airflow.login
    if not login.is_on:
        yield from differing(PATH, login, f"must be left out unless {PATH}.issuer names a provider")


def provider_knows_airflow(environment: Environment) -> Iterator[Violation]:
    """Without an id no login is possible."""
    login = environment.airflow.login
    if login.is_on and login.client_id is None:
        yield Violation(f"{PATH}.client_id", f"must be set, since {PATH}.issuer is", login.client_id)


def issuer_is_reached_over_tls(environment: Environment) -> Iterator[Violation]:
    """Whoever stands between could log in as anybody."""
    login = environment.airflow.login
    if login.issuer is None:
        return
    parts = urlsplit(login.issuer)
    if not 1 <= int(parts.netloc.rpartition(":")[2] if ":" in parts.netloc else 1) <= 65535:
        yield Violation(f"{PATH}.issuer", "must have a port from 1 to 65535", login.issuer)
    elif parts.scheme != "https" and (isinstance(environment, AwsEnvironment) or parts.hostname not in LOOPBACK):
        yield Violation(f"{PATH}.issuer", "must begin with https:// (without AWS also http://localhost)", login.issuer)


def airflow_is_reached_over_tls(environment: Environment) -> Iterator[Violation]:
    """Providers refuse a redirect to plain HTTP, but for one to the person's own machine."""
    airflow = environment.airflow_as_reached
    if airflow.login.is_on and not airflow.base_url.startswith("https://") and not airflow.is_port_forwarded:
        rule = f"must begin with https://, or be http://localhost with its port, since {PATH}.issuer is set"
        yield Violation("airflow.base_url", rule, airflow.base_url)


def secret_is_where_the_platform_reads(environment: Environment) -> Iterator[Violation]:
    """On AWS in Secrets Manager, elsewhere in a Kubernetes Secret."""
    login = environment.airflow.login
    if not login.is_on:
        return
    names = ["client_secret_arn", "client_secret_name"]
    wanted, other = names if isinstance(environment, AwsEnvironment) else reversed(names)
    if getattr(login, wanted) is None:
        yield Violation(f"{PATH}.{wanted}", f"must be set, since {PATH}.issuer is", None)
    if (value := getattr(login, other)) is not None:
        yield Violation(f"{PATH}.{other}", f"must be left out: {PATH}.{wanted} is read here", value)


def secret_is_of_the_environment(environment: AwsEnvironment) -> Iterator[Violation]:
    """The pods' role reads there, and the driver asks that region."""
    arn = environment.airflow.login.client_secret_arn
    if arn is None:
        return
    _, partition, _, region, account, *_ = arn.split(":")
    own = next((name for start, name in PARTITIONS.items() if environment.region.startswith(f"{start}-")), "aws")
    if (partition, region) != (own, environment.region):
        yield Violation(f"{PATH}.client_secret_arn", f"must be in {environment.region}, the environment's region", arn)
    if environment.account and account != environment.account:
        yield Violation(f"{PATH}.client_secret_arn", f"must be in account {environment.account}", arn)


def scopes_ask_for_an_identity(environment: Environment) -> Iterator[Violation]:
    """Without `openid` a provider tells nothing of who it is."""
    scopes = environment.airflow.login.scopes
    if "openid" not in scopes:
        yield Violation(f"{PATH}.scopes", "must have openid", list(scopes))
    yield from repeats(f"{PATH}.scopes", scopes, "scopes")


def name_is_no_page(environment: Environment) -> Iterator[Violation]:
    """It would hide the other page."""
    name = environment.airflow.login.name
    if name in OF_THE_PLATFORM:
        yield Violation(f"{PATH}.name", f"must not be {' or '.join(OF_THE_PLATFORM)}", name)


def roles_exist(environment: Environment) -> Iterator[Violation]:
    """Nobody with the role could log in."""
    login, known = environment.airflow.login, (*BUILT_IN_ROLES, *_custom_roles(environment))
    given = {f"{PATH}.roles.{group}": role for group, role in login.roles.items()}
    if login.default_role is not None:
        given[f"{PATH}.default_role"] = login.default_role
    for path, role in given.items():
        if role not in known:
            yield Violation(path, f"must be one of {', '.join(known)}, or be in fab.custom_roles", role)


def somebody_gets_in(environment: Environment) -> Iterator[Violation]:
    """A login that refuses everybody."""
    login = environment.airflow.login
    if login.is_on and not login.roles and login.default_role is None:
        yield Violation(f"{PATH}.roles", f"must have a group, unless {PATH}.default_role is set", {})


def names_stand_once(environment: Environment) -> Iterator[Violation]:
    """A service user may not be the administrator: Airflow knows users without regard to capitals."""
    airflow = environment.airflow
    yield from repeats(f"{PATH}.group_claims", airflow.login.group_claims, "claims")
    yield from repeats(f"{PATH}.service_users", airflow.login.service_users, "users")
    for index, name in enumerate(airflow.login.service_users):
        if name.casefold() == airflow.admin.username.casefold():
            yield Violation(f"{PATH}.service_users[{index}]", "must not be airflow.admin.username", name)


def _custom_roles(environment: Environment) -> tuple[str, ...]:
    try:
        roles = json.loads(str(environment.airflow.config.get("fab.custom_roles", "{}")))
    except ValueError:
        return ()
    return tuple(roles) if isinstance(roles, dict) else ()
