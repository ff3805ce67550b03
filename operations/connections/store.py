"""What lies below a prefix in AWS's stores, with its values, read with the rights of whoever asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

Client = Any


@dataclass(frozen=True)
class Entry:
    """A secret or a parameter."""

    name: str
    """What Airflow calls it: what follows the prefix and a slash. Empty: it does not lie below the prefix."""

    full_name: str
    value: str | None = field(default=None, repr=False)
    problem: str = ""
    """Why there is no value, or why Airflow never asks for it."""


def secrets(client: Client, prefix: str) -> Iterator[Entry]:
    """Of Secrets Manager; also those whose names have a slash in front that the prefix has not, or the other way."""
    bare = prefix.strip("/")
    pages = client.get_paginator("list_secrets").paginate(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [bare, f"/{bare}"]}]
    )
    for page in pages:
        for secret in page["SecretList"]:
            full_name = secret["Name"]
            name = full_name[len(prefix) + 1 :] if full_name.startswith(f"{prefix}/") else ""
            if name and secret.get("DeletedDate"):
                yield Entry(name, full_name, problem="it is scheduled for deletion, and nobody can read it")
            elif name:
                yield _secret(client, name, full_name)
            elif full_name.strip("/").startswith(f"{bare}/"):
                yield Entry("", full_name, problem=f"its name does not begin with {prefix}/: mind the first slash")


def parameters(client: Client, prefix: str) -> Iterator[Entry]:
    """Of the Parameter Store, which knows no name with slashes but none in front."""
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=prefix, Recursive=True, WithDecryption=True)
    for page in pages:
        for parameter in page["Parameters"]:
            yield Entry(parameter["Name"][len(prefix) + 1 :], parameter["Name"], parameter["Value"])


READ: dict[str, tuple[str, Callable[[Client, str], Iterator[Entry]]]] = {
    "secrets_manager": ("secretsmanager", secrets),
    "ssm": ("ssm", parameters),
}
"""`airflow.secrets_backend.service` -> boto3's name of it, and what reads it."""


def _secret(client: Client, name: str, full_name: str) -> Entry:
    try:
        value = client.get_secret_value(SecretId=full_name).get("SecretString")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return Entry(name, full_name, problem=f"its value could not be looked at: {code}")
    return Entry(name, full_name, value, "" if value is not None else "it holds bytes, and Airflow reads text")
