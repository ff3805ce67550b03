"""Airflow's metadata database."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Settings


class DatabaseSettings(Settings):
    """RDS for PostgreSQL, Airflow's metadata database."""

    engine_version: Literal["14", "15", "16", "17"] = "17"
    """PostgreSQL major version, in quotes; RDS keeps the minor version up to date."""

    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z]+[0-9][a-z0-9-]*\.[a-z0-9]+$")] = "db.t4g.small"
    """RDS instance class, with its `db.`."""

    allocated_storage_gib: Annotated[int, Field(ge=20, le=65536)] = 20
    """gp3 storage to start with, in GiB."""

    max_allocated_storage_gib: Annotated[int, Field(ge=22, le=65536)] = 100
    """Limit of storage autoscaling, in GiB, at least 10% over `allocated_storage_gib`."""

    multi_az: bool = False
    """A standby in a second zone (doubles the price)."""

    backup_retention_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days of automatic backups and point-in-time recovery; 0 turns them off."""

    customer_managed_key: bool = False
    """Encrypt with a KMS key of our own instead of the AWS managed one. Changing it replaces the database."""
