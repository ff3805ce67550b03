"""Where connections and variables are looked for before the database."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model.base import Form, Settings

StorePrefix = Annotated[
    str,
    Form(
        r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,9}",
        "must be a path of letters, digits, . _ and -, such as airflow/connections, without a slash at its end",
        128,
    ),
]


class SecretsBackendSettings(Settings):
    """A store of AWS's in which Airflow looks for connections and variables before it asks its database."""

    service: Literal["secrets_manager", "ssm"] | None = None
    """AWS Secrets Manager, or the Parameter Store of AWS Systems Manager; default: off, all are in the database."""

    connections_prefix: StorePrefix | None = "airflow/connections"
    """What the names of connections begin with, before a slash and the connection's id; null: none is looked for.
    In the Parameter Store a slash comes before it, written here or not."""

    variables_prefix: StorePrefix | None = "airflow/variables"
    """The same of variables, before a slash and the variable's key; null: none is looked for."""

    cache_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    """Seconds that each process keeps what it was told, also that there is nothing: so late a change arrives. 0 asks
    AWS at every read."""

    kms_key_arn: (
        Annotated[
            str,
            Form(
                r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}",
                "must be the ARN of a KMS key, such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-…",
            ),
        ]
        | None
    ) = None
    """Your KMS key that the values are encrypted with; default: the one of AWS's for the service."""
