"""The secrets that Airflow runs on, one row each. From a row follow, on AWS, the generated secret in Secrets Manager
elsewhere the generated value, and everywhere the file that pods find and the Airflow option that is read from it. Who
reads it is in the tables of those who do (k8s/airflow/components.py, jobs.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret of the platform's own."""

    key: str
    """Its name in the bindings. The construct id follows from it: another one is another secret, with a new value."""

    description: str
    """What people read in Secrets Manager."""

    length: int
    """Letters and digits that are generated. A changed one generates a new value, and what the old one encrypted is
    lost."""

    file: str
    """The file that pods find."""

    option: str | None = None
    """The Airflow option that is read from it; None: a script reads it."""

    read_as: str | None = None
    """What scripts/read_secret.py makes of it for the option; default: the file's content as it is."""

    username: str | None = None
    """Where the secret is JSON with a username: RDS adds host, port and dbname."""

    irreplaceable: bool = False
    """With its value data is lost, or locked away; the value of another one can be made anew at any time."""

    @property
    def id(self) -> str:
        """Construct id."""
        return "".join(part.capitalize() for part in self.key.split("_"))

    @property
    def generated_key(self) -> str:
        """The key of the value where no secret manager is: of the JSON only the password is generated."""
        return f"{self.key}_password" if self.username else self.key


SECRETS = (
    Secret(
        key="database",
        description="Airflow metadata database",
        length=32,
        file="database.json",
        option="database.sql_alchemy_conn",
        read_as="database-url",
        username="airflow",
        irreplaceable=True,
    ),
    # 43 characters of base64url are 32 bytes; whoever reads it adds the 44th, which Secrets Manager can't generate.
    Secret(
        key="fernet_key",
        description="Airflow Fernet key, without its trailing =",
        length=43,
        file="fernet-key",
        option="core.fernet_key",
        irreplaceable=True,
    ),
    Secret(
        key="jwt_secret",
        description="Airflow JWT secret",
        length=64,
        file="jwt-secret",
        option="api_auth.jwt_secret",
        read_as="signing-key",
    ),
    Secret(
        key="api_secret_key",
        description="Airflow API secret key",
        length=64,
        file="api-secret-key",
        option="api.secret_key",
    ),
    Secret(
        key="admin_password",
        description="Airflow admin user's first password",
        length=24,
        file="admin-password",
    ),
)
"""Letters and digits only: Airflow expands `$` and `~` in option values, and URLs and shells have opinions on the
rest."""


def secret(key: str) -> Secret:
    """The row of a key."""
    return next(row for row in SECRETS if row.key == key)
