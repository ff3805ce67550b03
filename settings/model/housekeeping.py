"""What goes by itself when it is old."""

from typing import Annotated

from pydantic import Field

from settings.model.base import Settings, time_of_day


class HousekeepingSettings(Settings):
    """What goes by itself when it is old, once a day: each a CronJob of its own, with its own rights.

    On by default, because all of it only grows; generous by default, because nobody asked for it to go.
    """

    metadata_retention_days: Annotated[int, Field(ge=30, le=3650)] | None = 365
    """Days after its end that a run stays in the metadata database, with its tasks, tries and XComs, and that an audit
    record stays; `null`: for ever. Runs that have not ended stay, and the newest of each DAG: of every type and
    outcome."""

    archive_retention_days: Annotated[int, Field(ge=0, le=3650)] = 30
    """Days that what has gone from the metadata is kept in tables `_airflow_deleted__...` of the same database, where
    `airflow db export-archived` finds it; 0: it is deleted at once."""

    log_retention_days: Annotated[int, Field(ge=7, le=3650)] | None = 365
    """Days after it was last written that a task's log stays on the file system; `null`: for ever. With S3 links only a
    log that has arrived in S3 goes, and its copy there stays."""

    pod_retention_days: Annotated[int, Field(ge=1, le=365)] | None = 7
    """Days after their end that pods and Jobs of tasks stay on the cluster which Airflow did not delete itself; `null`:
    for ever."""

    start_time: Annotated[str, time_of_day("03:30")] = "03:30"
    """UTC time of day at which it begins, "HH:MM"."""
