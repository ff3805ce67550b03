"""The login by a provider: what the provider says of itself, and the client secret."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError, URLError

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context

Json = dict[str, Any]
SECONDS = 10
LARGEST_BYTES = 1_000_000
OWN_KEY = "alias/aws/secretsmanager"


def metadata_of(issuer: str) -> Json:
    """What a provider publishes ("OpenID Connect Discovery 1.0"). Raises OSError; ValueError for another document."""
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 https, by a rule of the settings
        found = json.loads(answer.read(LARGEST_BYTES))
    if not isinstance(found, dict):
        raise ValueError(f"{url} is no document of a provider")
    return found


def no_login(context: Context) -> str | None:
    """Nobody logs in at a provider."""
    return None if context.settings.airflow.login.is_on else "airflow.login.issuer is not set"


def provider(context: Context) -> Answer:
    """Whether the provider is who the file says, and can do what Airflow asks of it; and what to register there."""
    login = context.settings.airflow.login
    issuer, reached = str(login.issuer), "look whether the cluster's nodes reach it"
    redirect = f"{context.settings.airflow_as_reached.base_url.rstrip('/')}/auth/oauth-authorized/{login.name}"
    step = "the issuer as the provider writes it in airflow.login.issuer (docs/how-to/login.md)"
    try:
        found = metadata_of(issuer)
    except URLError as error:
        if isinstance(error, HTTPError):
            return Answer.failed(f"{issuer} answers {error.code} where its metadata should be", step)
        return Answer.warned(f"{issuer} does not answer here: {error.reason}", reached)
    except ValueError as error:
        return Answer.failed(f"{issuer} has no metadata of a provider: {error}", step)
    except OSError as error:
        return Answer.warned(f"{issuer} does not answer here: {error}", reached)
    answers = []
    if str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        answers.append(Answer.failed(f"{issuer} calls itself {found.get('issuer')}", step))
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not str(found.get(name, "")).startswith("https://"):
            answers.append(Answer.failed(f"its {name} is {found.get(name)}, and not reached over TLS", step))
    if unknown := _unknown(login.scopes, found.get("scopes_supported")):
        answers.append(
            Answer.warned(
                f"{issuer} does not list {', '.join(unknown)}", "look at airflow.login.scopes; some providers list few"
            )
        )
    return worst(answers, Answer.passed(f"{issuer}; the redirect URI to register there: {redirect}"))


def _unknown(asked: tuple[str, ...], listed: object) -> list[str]:
    """Scopes that the provider does not list; none where it lists none at all, which it may."""
    return [scope for scope in asked if scope not in listed] if isinstance(listed, list) else []


def secret(context: Context) -> Answer:
    """Whether the client secret is there for the API server's pods, which would wait for it."""
    arn = str(context.settings.airflow.login.client_secret_arn)
    step = "make the secret, and set airflow.login.client_secret_arn to its whole ARN (docs/how-to/login.md)"
    try:
        found = context.client("secretsmanager").describe_secret(SecretId=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return Answer.failed(f"{arn} does not exist", step)
    if "DeletedDate" in found:
        return Answer.failed(f"{arn} is about to be deleted", f"aws secretsmanager restore-secret --secret-id {arn}")
    if found.get("KmsKeyId", OWN_KEY) != OWN_KEY:
        return Answer.failed(f"{arn} is encrypted with {found['KmsKeyId']}, which the pods' role may not use", step)
    return Answer.passed(f"{found.get('Name', arn)} is there")


CHECKS = (
    Check("access", "login provider", provider, (), no_login),
    Check("access", "client secret", secret, ("secretsmanager:DescribeSecret",), no_login),
)
