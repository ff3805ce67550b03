"""Platform bindings: the one typed contract between a platform (AWS, or any Kubernetes) and the charts.

On AWS the strings are CDK tokens, which CloudFormation fills in at deployment. They may stand in objects, but nothing
that holds one is ever hashed: a token's text changes with unrelated code and not with what it stands for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FsxVolume:
    """The FSx for Lustre file system, and what a StorageClass needs to make another like it."""

    file_system_id: str
    dns_name: str
    mount_name: str
    subnet_id: str
    security_group_id: str


@dataclass(frozen=True, kw_only=True)
class HostPathVolume:
    """A folder of the (single) node."""

    path: str


@dataclass(frozen=True, kw_only=True)
class DataFolder:
    """A folder of the shared file system that holds data sets."""

    path: str
    writable: bool
    """Else it is filled from elsewhere, and pods read only."""


@dataclass(frozen=True, kw_only=True)
class SecretsManagerSecrets:
    """AWS Secrets Manager secrets, mounted by the Secrets Store CSI driver with the pod's own AWS role.

    `database` holds JSON with username, password, host, port and dbname, as RDS writes it; the others a plain value.
    """

    arns: Mapping[str, str]
    """ARNs by `key` of the table settings.facts.secrets."""


@dataclass(frozen=True, kw_only=True)
class GeneratedSecrets:
    """Secret values for Kubernetes Secrets, for a platform without a secret manager. Never used on AWS."""

    values: Mapping[str, str]
    """Values by `generated_key` of the table settings.facts.secrets."""


@dataclass(frozen=True, kw_only=True)
class InClusterDatabase:
    """A PostgreSQL StatefulSet in the airflow namespace, for a platform without a database service."""

    image: str
    storage_gib: int


@dataclass(frozen=True, kw_only=True)
class Toleration:
    """A taint that a pod tolerates."""

    key: str
    value: str | None
    effect: str


@dataclass(frozen=True, kw_only=True)
class FrontDoor:
    """A load balancer of the platform's, which sends people's requests to a port of the nodes."""

    node_port: int
    node_cidrs: tuple[str, ...]
    """IPv4 networks in which the nodes stand: a pod sees the node that a request came to."""


@dataclass(frozen=True, kw_only=True)
class PlatformBindings:
    """What the charts need to know of the platform they run on."""

    volume: FsxVolume | HostPathVolume
    secrets: SecretsManagerSecrets | GeneratedSecrets
    in_cluster_database: InClusterDatabase | None
    """None: the database is the platform's, and its address is in the database secret."""

    database_authorities: str | None
    """PEM certificates of those who may have signed the database's; None: it has none, and TLS is off."""

    task_slots: int
    """Task pods that the platform can hold at once; bounds Airflow's parallelism."""

    data_folders: tuple[DataFolder, ...] = ()
    """What authors' code finds below /opt/airflow/data. Never of a token: task pods are hashed with it."""

    logs_are_exported: bool = False
    """Whether the log folder is linked to S3, so that what is deleted in it has to stand there first."""

    database_cidrs: tuple[str, ...] = ()
    """IPv4 networks in which the platform's database stands; none: anywhere."""

    kubernetes_api_cidrs: tuple[str, ...] = ()
    """IPv4 networks in which the Kubernetes API answers pods; none: anywhere."""

    aws_region: str | None = None
    """Of what pods ask of AWS; None: it is none of AWS's platforms."""

    aws_cidrs: tuple[str, ...] = ("0.0.0.0/0",)
    """IPv4 networks in which AWS's services answer pods."""

    task_tolerations: tuple[str, ...] = ()
    """Keys of taints that a task's pod may tolerate: those of the platform's own nodes."""

    task_profile_tolerations: Mapping[str, tuple[Toleration, ...]] = field(default_factory=dict)
    """Task profile -> the taints of the nodes that it names; a profile that is not in it tolerates none."""
    front_door: FrontDoor | None = None
    """None: people come by `kubectl port-forward`, or by what they put before the Service themselves."""
