"""Airflow's metadata database."""

from typing import Annotated, Any, Literal

from pydantic import Field

from settings.facts.versions import PostgresVersion
from settings.model.base import Form, LogRetentionDays, Settings

LARGEST_GIB = 65_536


def _room_to_grow(data: dict[str, Any]) -> int:
    allocated: int = data.get("allocated_storage_gib", 20)
    return min(max(100, 2 * allocated), LARGEST_GIB)


class DatabaseSettings(Settings):
    """RDS for PostgreSQL, Airflow's metadata database."""

    engine_version: PostgresVersion = "17"
    """PostgreSQL major version, in quotes; RDS keeps the minor version up to date."""

    support: Literal["standard", "extended"] = "standard"
    """`standard`: a major version is refused at the end of its standard support; RDS raises an instance that still has
    it by itself, with downtime, and charges nothing. `extended`: it may stay for three years more, at 0.10 USD an hour
    for each vCPU, about 73 USD a month (twice that in the third year)."""

    instance_class: Annotated[
        str,
        Form(
            r"db\.[a-z]{1,4}[0-9][a-z0-9-]{0,12}\.[a-z0-9-]{1,16}",
            "must be an RDS instance class, such as db.t4g.small",
        ),
    ] = "db.t4g.small"
    """RDS instance class, with its `db.`."""

    allocated_storage_gib: Annotated[int, Field(ge=20, le=LARGEST_GIB)] = 20
    """gp3 storage to start with, in GiB."""

    max_allocated_storage_gib: Annotated[int, Field(ge=22, le=LARGEST_GIB)] = Field(default_factory=_room_to_grow)
    """Limit of storage autoscaling, in GiB, at least 10% over `allocated_storage_gib`; default twice
    `allocated_storage_gib`, and at least 100."""

    multi_az: bool = False
    """A standby in a second zone (doubles the price)."""

    backup_retention_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days of automatic backups and point-in-time recovery; 0 turns them off."""

    log_retention_days: LogRetentionDays = 30
    """Days that PostgreSQL's log is kept in CloudWatch Logs."""

    customer_managed_key: bool = False
    """Encrypt with a KMS key of our own instead of the AWS managed one. Changing it replaces the database."""
