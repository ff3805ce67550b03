"""The typed model of an environment file, and the rules across its settings."""

from settings.airflow import AirflowSettings
from settings.capacity import task_slots
from settings.cluster import ClusterSettings
from settings.database import DatabaseSettings
from settings.environment import AwsEnvironment, LocalEnvironment
from settings.instance_types import facts_of
from settings.loading import load_aws_environment, load_environment, load_local_environment
from settings.network import NetworkSettings
from settings.node_group import NodeGroupSettings
from settings.platform_options import PLATFORM_OPTIONS
from settings.storage import StorageSettings
from settings.violations import SettingsError, Violation

__all__ = [
    "PLATFORM_OPTIONS",
    "AirflowSettings",
    "AwsEnvironment",
    "ClusterSettings",
    "DatabaseSettings",
    "LocalEnvironment",
    "NetworkSettings",
    "NodeGroupSettings",
    "SettingsError",
    "StorageSettings",
    "Violation",
    "facts_of",
    "load_aws_environment",
    "load_environment",
    "load_local_environment",
    "task_slots",
]
