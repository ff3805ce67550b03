"""What cleans up once a day, one row each.

From a row follow the CronJob, the ServiceAccount of its pods, what they may do with the Kubernetes API, whom they may
talk to, and the secrets that they read: nothing that another row has.
"""

from collections.abc import Callable
from dataclasses import dataclass

from k8s import names
from k8s.airflow.components import Rules
from k8s.airflow.pods import paths
from k8s.bindings import PlatformBindings
from settings.model.airflow import AirflowSettings
from settings.model.housekeeping import HousekeepingSettings


@dataclass(frozen=True, kw_only=True)
class Cleaner:
    """A CronJob that deletes what is old."""

    id: str
    """Construct id, of its AWS role too."""

    name: str
    """Of the CronJob and of the ServiceAccount of its pods."""

    label: str
    """Value of the label app.kubernetes.io/component."""

    script: str
    """One of k8s/airflow/scripts/housekeeping/."""

    retention_days: Callable[[HousekeepingSettings], int | None]
    """Its setting; None: there is no such CronJob."""

    minute_of_hour: int
    """After `airflow.housekeeping.start_time`: one after the other, so that they ask for room once."""

    more: Callable[[HousekeepingSettings, PlatformBindings], list[str]] = lambda settings, bindings: []
    """Further arguments."""

    secrets: tuple[str, ...] = ()
    """Keys of the table settings.facts.secrets: what its pods read, and its AWS role may read."""

    writes_logs: bool = False
    """Mounts the log folder, and nothing else of the file system."""

    kubernetes: Rules | None = None
    """Exactly the verbs that it uses; None: no Role and no token."""

    def args(self, settings: HousekeepingSettings, bindings: PlatformBindings) -> list[str]:
        """The command."""
        keep = ["--keep-days", str(self.retention_days(settings))]
        return paths.script(self.script, *keep, *self.more(settings, bindings))

    def schedule(self, settings: HousekeepingSettings) -> str:
        """When it runs, as cron says it."""
        hour, minute = map(int, settings.start_time.split(":"))
        hours, minute = divmod(minute + self.minute_of_hour, 60)
        return f"{minute} {(hour + hours) % 24} * * *"


CLEANERS = (
    Cleaner(
        id="CleanPods",
        name=names.CLEAN_PODS,
        label="clean-pods",
        script="clean_pods",
        retention_days=lambda settings: settings.pod_retention_days,
        minute_of_hour=0,
        kubernetes={"jobs.batch": ["delete", "list"], "pods": ["delete", "list"]},
    ),
    Cleaner(
        id="CleanMetadata",
        name=names.CLEAN_METADATA,
        label="clean-metadata",
        script="clean_metadata",
        retention_days=lambda settings: settings.metadata_retention_days,
        minute_of_hour=10,
        more=lambda settings, bindings: ["--keep-archive-days", str(settings.archive_retention_days)],
        secrets=("database",),
    ),
    Cleaner(
        id="CleanLogs",
        name=names.CLEAN_LOGS,
        label="clean-logs",
        script="clean_logs",
        retention_days=lambda settings: settings.log_retention_days,
        minute_of_hour=30,
        more=lambda settings, bindings: [
            *("--folder", paths.LOGS),
            *(["--only-exported"] if bindings.logs_are_exported else []),
        ],
        writes_logs=True,
    ),
)


def cleaners(airflow: AirflowSettings) -> tuple[Cleaner, ...]:
    """Those that the settings ask for."""
    return tuple(each for each in CLEANERS if each.retention_days(airflow.housekeeping) is not None)
