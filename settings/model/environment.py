"""An environment file, as a whole."""

from typing import Annotated, Literal

from pydantic import Field

from settings.facts.zones import FEWEST_ZONES, MOST_ZONES
from settings.model.access import FrontDoorSettings
from settings.model.airflow import AirflowSettings
from settings.model.backup import BackupSettings
from settings.model.base import AsTuple, Form, ImageReference, Settings, ZoneName
from settings.model.cluster import ClusterSettings
from settings.model.database import DatabaseSettings
from settings.model.images import AwsImagesSettings, ImagesSettings
from settings.model.network import NetworkSettings
from settings.model.restore import RestoreSettings
from settings.model.storage import StorageSettings

EnvironmentName = Annotated[
    str,
    Form(
        r"[a-z]([a-z0-9]|-(?!-)){0,18}[a-z0-9]",
        "must be 2 to 20 small letters, digits or single hyphens, starting with a letter and not ending with a hyphen",
        20,
    ),
]


class AwsEnvironment(Settings):
    """A deployment on AWS: `environments/dev.yaml`, `environments/production.yaml`."""

    platform: Literal["aws"] = "aws"
    """Where it runs: `aws`, or `kubernetes` for any other cluster."""

    name: EnvironmentName
    """Part of the stacks' and the cluster's physical names. Changing it makes a second, separate platform."""

    account: Annotated[str, Form(r"[0-9]{12}", "must be twelve digits", 12)] | None = None
    """AWS account, 12 digits in quotes; default: the account of the credentials that deploy."""

    region: Annotated[
        str, Form(r"[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]", "must be the name of an AWS region, such as us-east-1")
    ]
    """AWS region, one whose RDS certificates are in `settings/facts/rds_certificates`."""

    availability_zones: Annotated[tuple[ZoneName, ...], AsTuple, Field(min_length=FEWEST_ZONES, max_length=MOST_ZONES)]
    """Two or three zones of the region. Append only: an earlier zone's subnets must not move."""

    tags: Annotated[dict[str, str], Field(max_length=40)] = {}
    """AWS tags on every resource."""

    retain_data: bool = True
    """Keep file system, database, keys and secrets when a stack is destroyed or a resource replaced."""

    network: NetworkSettings = NetworkSettings()
    cluster: ClusterSettings = ClusterSettings()
    storage: StorageSettings = StorageSettings()
    database: DatabaseSettings = DatabaseSettings()
    backup: BackupSettings = BackupSettings()
    restore: RestoreSettings = RestoreSettings()
    images: AwsImagesSettings = AwsImagesSettings()
    airflow: AirflowSettings = AirflowSettings()
    access: FrontDoorSettings = FrontDoorSettings()

    @property
    def airflow_as_reached(self) -> AirflowSettings:
        """Airflow, with the address that people open it at: the load balancer's where there is one."""
        url = self.access.url
        return self.airflow if url is None else self.airflow.model_copy(update={"base_url": url})

    @property
    def storage_zone(self) -> str:
        """The zone of the file system."""
        return self.storage.availability_zone or self.availability_zones[0]


class LocalSettings(Settings):
    """What stands in for AWS on any other Kubernetes."""

    host_path: Annotated[
        str,
        Form(
            r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)+",
            "must be an absolute path of letters, digits, . _ and -, without .. and not the root",
        ),
    ] = "/var/lib/airflow-on-eks"
    """Folder on the (single) node that holds DAGs and logs."""

    task_slots: Annotated[int, Field(ge=1, le=1000)] = 8
    """Task pods that the cluster can hold at once."""

    database_image: ImageReference = "postgres:17"
    """PostgreSQL image of the database in the cluster."""

    database_storage_gib: Annotated[int, Field(ge=1, le=1000)] = 5
    """Volume of the database in the cluster, from its default StorageClass, in GiB."""


class LocalEnvironment(Settings):
    """The same charts on any Kubernetes, without AWS: `environments/local.yaml`."""

    platform: Literal["kubernetes"]
    """Where it runs: `kubernetes`."""

    name: EnvironmentName
    """Part of the names of generated files."""

    local: LocalSettings = LocalSettings()
    images: ImagesSettings = ImagesSettings()
    airflow: AirflowSettings = AirflowSettings()

    @property
    def airflow_as_reached(self) -> AirflowSettings:
        """Airflow: what is before it is not the platform's, and `airflow.base_url` says where that is."""
        return self.airflow
