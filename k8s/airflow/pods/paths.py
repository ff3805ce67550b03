"""Where things stand inside the containers."""

HOME = "/opt/airflow"
DAGS = f"{HOME}/dags"
LOGS = f"{HOME}/logs"
BUNDLES = f"{HOME}/bundles"
DATA = f"{HOME}/data"
CONFIG_FILE = f"{HOME}/airflow.cfg"
PLUGINS = f"{HOME}/plugins"
PLATFORM_FILES = f"{HOME}/platform"
SCHEMA_FILES = f"{HOME}/schema"
DATABASE_AUTHORITIES = f"{PLATFORM_FILES}/database-authorities.pem"
MODULES = f"{HOME}/config"  # Airflow looks for modules there
SECRETS = f"{HOME}/secrets"
LOGIN = f"{HOME}/login"
POD_TEMPLATE_DIRECTORY = f"{HOME}/pod-template"
DEFAULT_TEMPLATE = "pod-template.yaml"
POD_TEMPLATE = f"{POD_TEMPLATE_DIRECTORY}/{DEFAULT_TEMPLATE}"
TEMPORARY = "/tmp"  # noqa: S108 a volume of the pod's own
DRAINING = f"{TEMPORARY}/draining"
"""There from the moment that the pod goes; k8s/airflow/scripts/front.py looks for it."""

# Folders of the file system, made by the storage set-up Job and mounted by subPath.
DAGS_FOLDER = "dags"
LOGS_FOLDER = "logs"
BUNDLES_FOLDER = "bundles"
"""Only where a DAG bundle is a Git repository. Linked to no bucket: it can be fetched again."""
STORAGE_SETUP_MOUNT = "/mnt/airflow"

TASK_NAMES = {"LOG_DAG_ID": "dag_id", "LOG_RUN_ID": "run_id", "LOG_TASK_ID": "task_id"}
"""Variables of a task's container -> the annotations of its pod that they come from."""

TASK_FOLDER = tuple(f"{annotation}=$({variable})" for variable, annotation in TASK_NAMES.items())
"""Folders from `logs/` to a task's own, as Airflow names them (`logging.log_filename_template`)."""


def script(name: str, *arguments: str) -> list[str]:
    """Container arguments that run one of k8s/airflow/scripts/; the image's entry point takes `python` as it is."""
    return ["python", f"{PLATFORM_FILES}/{name}.py", *arguments]


def schema(action: str, *arguments: str) -> list[str]:
    """Container arguments that wait for the database's schema, or do something to it."""
    return ["python", f"{SCHEMA_FILES}/schema_version.py", action, *arguments]
