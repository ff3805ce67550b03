"""DAG bundles as Airflow is told of them, and what their pods mount."""

import json
from typing import Any

from cdk8s_plus_28 import k8s as kube

from k8s.airflow.pods import paths, volumes
from settings.model.airflow import AirflowSettings
from settings.model.dag_bundles import DagBundleSettings

GIT_FOLDERS = "git_folders"
"""The one of k8s/airflow/modules/ that reads what git-sync has brought."""

LOOK_SECONDS = 10
"""Between two looks of the DAG processor at which commit is current: it opens one small file."""


def bundle_options(airflow: AirflowSettings) -> dict[str, str]:
    """Airflow's option, for all that parse, run or show DAGs; none without the setting."""
    if not airflow.dag_bundles:
        return {}
    told = [{"name": name, **_told(name, bundle)} for name, bundle in airflow.dag_bundles.items()]
    return {"dag_processor.dag_bundle_config_list": json.dumps(told)}


def _told(name: str, bundle: DagBundleSettings) -> dict[str, Any]:
    if bundle.git is not None:
        subdir = {"subdir": bundle.git.subdir} if bundle.git.subdir else {}
        return {
            "classpath": f"{GIT_FOLDERS}.GitFolders",
            "kwargs": {"folder": f"{paths.BUNDLES}/{name}", **subdir, "refresh_interval": LOOK_SECONDS},
        }
    path = bundle.image if bundle.folder is None else f"{paths.DAGS}/{bundle.folder}".removesuffix("/.")
    return {"classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {"path": path}}


def bundle_modules(airflow: AirflowSettings) -> tuple[str, ...]:
    """What Airflow imports for the option's sake, wherever it reads it."""
    return (GIT_FOLDERS,) if airflow.git_bundles else ()


def bundle_mounts(airflow: AirflowSettings) -> list[kube.VolumeMount]:
    """The commits' folders, to read, for pods that run what is in them."""
    if not airflow.git_bundles:
        return []
    return [
        kube.VolumeMount(name=volumes.DATA, mount_path=paths.BUNDLES, sub_path=paths.BUNDLES_FOLDER, read_only=True)
    ]
