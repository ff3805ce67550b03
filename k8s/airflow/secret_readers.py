"""Who reads which secrets: the components and the Jobs, each through an object and an AWS role of its own."""

from dataclasses import dataclass

from k8s.airflow import components, jobs


@dataclass(frozen=True, kw_only=True)
class SecretReader:
    """The pods of one ServiceAccount."""

    id: str
    """Construct id of what is its own: the object that names its secrets, its AWS role, its policy."""

    account: str
    """Its ServiceAccount, and the object that names its secrets."""

    secrets: tuple[str, ...]
    """Keys of the table settings.facts.secrets."""

    has_the_login: bool = False
    """Reads the client secret of `airflow.login` too."""


def secret_readers() -> tuple[SecretReader, ...]:
    """Every reader. Task pods are none."""
    logins = {row.name for row in components.COMPONENTS if row.has_the_login}
    return tuple(
        SecretReader(id=row.id, account=row.name, secrets=row.secrets, has_the_login=row.name in logins)
        for row in (*components.COMPONENTS, *jobs.JOBS)
    )
