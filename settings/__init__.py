"""The typed model of an environment file, and the rules across its settings."""

from settings.capacity import task_slots
from settings.facts.instance_types import facts_of
from settings.facts.platform_options import PLATFORM_OPTIONS
from settings.loading import environment_path, load_aws_environment, load_environment, load_local_environment
from settings.model.airflow import AirflowSettings
from settings.model.cluster import ClusterSettings
from settings.model.database import DatabaseSettings
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.model.network import NetworkSettings
from settings.model.node_group import NodeGroupSettings
from settings.model.storage import StorageSettings
from settings.reading.violations import SettingsError, Violation
from settings.support import Notice, support_notices

__all__ = [
    "PLATFORM_OPTIONS",
    "AirflowSettings",
    "AwsEnvironment",
    "ClusterSettings",
    "DatabaseSettings",
    "LocalEnvironment",
    "NetworkSettings",
    "NodeGroupSettings",
    "Notice",
    "SettingsError",
    "StorageSettings",
    "Violation",
    "environment_path",
    "facts_of",
    "load_aws_environment",
    "load_environment",
    "load_local_environment",
    "support_notices",
    "task_slots",
]
