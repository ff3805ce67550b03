"""An environment file, as a whole."""

from typing import Annotated, Literal

from pydantic import Field

from settings.airflow import AirflowSettings
from settings.base import Settings
from settings.cluster import ClusterSettings
from settings.database import DatabaseSettings
from settings.network import NetworkSettings
from settings.storage import StorageSettings

EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,18}[a-z0-9]$")]


class AwsEnvironment(Settings):
    """A deployment on AWS: `environments/dev.yaml`, `environments/production.yaml`."""

    platform: Literal["aws"] = "aws"

    name: EnvironmentName
    """Part of the stacks' and the cluster's physical names. Changing it makes a second, separate platform."""

    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    """AWS account, 12 digits in quotes; default: the account of the credentials that deploy."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    """AWS region."""

    availability_zones: Annotated[tuple[str, ...], Field(strict=False, min_length=2, max_length=3)]
    """Two or three zones of the region. Append only: an earlier zone's subnets must not move."""

    tags: Annotated[dict[str, str], Field(max_length=40)] = {}
    """AWS tags on every resource."""

    retain_data: bool = True
    """Keep file system, database, keys and secrets when a stack is destroyed or a resource replaced."""

    network: NetworkSettings = NetworkSettings()
    cluster: ClusterSettings = ClusterSettings()
    storage: StorageSettings = StorageSettings()
    database: DatabaseSettings = DatabaseSettings()
    airflow: AirflowSettings = AirflowSettings()


class LocalSettings(Settings):
    """What stands in for AWS on any other Kubernetes."""

    host_path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._/-]+$")] = "/var/lib/airflow-on-eks"
    """Folder on the (single) node that holds DAGs and logs."""

    task_slots: Annotated[int, Field(ge=1, le=1000)] = 8
    """Task pods that the cluster can hold at once."""

    database_image: Annotated[str, Field(pattern=r"^[a-z0-9][a-zA-Z0-9._/:@-]*$")] = "postgres:17"
    """PostgreSQL image of the database in the cluster."""

    database_storage_gib: Annotated[int, Field(ge=1, le=1000)] = 5
    """Volume of the database in the cluster, from its default StorageClass, in GiB."""


class LocalEnvironment(Settings):
    """The same charts on any Kubernetes, without AWS: `environments/local.yaml`."""

    platform: Literal["kubernetes"]

    name: EnvironmentName

    local: LocalSettings = LocalSettings()
    airflow: AirflowSettings = AirflowSettings()
