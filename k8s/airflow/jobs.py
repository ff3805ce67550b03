"""Airflow's Jobs that run before the components, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass

from k8s import names
from k8s.airflow.pods import paths
from settings.facts.secrets import secret
from settings.model.airflow import AirflowSettings


@dataclass(frozen=True, kw_only=True)
class ReleaseJob:
    """A Job that runs once for each image and configuration."""

    id: str
    """Construct id, of its AWS role too."""

    name: str
    """Of its ServiceAccount, and of the Job itself with a hash at its end."""

    label: str
    """Value of the label app.kubernetes.io/component."""

    command: Sequence[str]
    """What its container runs, but for what follows a setting."""

    deadline_seconds: int
    """Then Kubernetes ends it."""

    secrets: tuple[str, ...]
    """Keys of the table settings.facts.secrets: what its pods read, and its AWS role may read."""

    waits_for_schema: bool = True
    """Runs on a schema that is there already."""

    makes_the_first_user: bool = False

    def args(self, airflow: AirflowSettings) -> list[str]:
        """The command."""
        admin = airflow.admin
        user = ["--username", admin.username, "--email", admin.email] if self.makes_the_first_user else []
        return [*self.command, *user]


JOBS = (
    ReleaseJob(
        id="Migration",
        name=names.MIGRATION,
        label="migration",
        command=paths.schema("migrate"),
        # A migration of a big database may outlast the deployment's patience; cut off, it would never get further.
        deadline_seconds=3600,
        secrets=("database",),
        waits_for_schema=False,
    ),
    ReleaseJob(
        id="AdminUser",
        name=names.ADMIN_USER,
        label="admin-user",
        command=paths.script("admin_user", "--password-file", f"{paths.SECRETS}/{secret('admin_password').file}"),
        deadline_seconds=1800,
        secrets=("database", "admin_password"),
        makes_the_first_user=True,
    ),
)
