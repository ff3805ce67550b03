"""Who reads which secrets: components, Jobs and housekeeping, each through an object and an AWS role of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from k8s.airflow import components, housekeeping, jobs
from settings.model.airflow import AirflowSettings


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
    """Every reader that there may be: each has its role whatever the settings say. Task pods are none."""
    return _readers(housekeeping.CLEANERS)


def readers_of(airflow: AirflowSettings) -> tuple[SecretReader, ...]:
    """Those that these settings ask for. A role that no pod has may read nothing, and is given to nobody."""
    return _readers(housekeeping.cleaners(airflow))


def _readers(cleaners: Sequence[housekeeping.Cleaner]) -> tuple[SecretReader, ...]:
    rows: Sequence[components.Component | jobs.ReleaseJob | housekeeping.Cleaner]
    rows = (*components.COMPONENTS, *jobs.JOBS, *cleaners)
    logins = {row.name for row in components.COMPONENTS if row.has_the_login}
    return tuple(
        SecretReader(id=row.id, account=row.name, secrets=row.secrets, has_the_login=row.name in logins)
        for row in rows
        if row.secrets
    )
