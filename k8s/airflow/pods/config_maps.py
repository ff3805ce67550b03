"""What the ConfigMaps hold, as plain data: no token of the platform's, so that it can be hashed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from k8s import names
from k8s.airflow.pods import login, paths
from k8s.airflow.pods.checksum import checksum
from k8s.airflow.pods.options import contract, environment, environment_variable, tuning
from k8s.airflow.pods.task_profiles import task_profiles
from k8s.airflow.pods.worker_pod import worker_pod
from k8s.bindings import PlatformBindings
from settings.facts import secrets as facts
from settings.model.airflow import AirflowSettings

SCRIPTS = Path(__file__).parents[1] / "scripts"
MODULES = Path(__file__).parents[1] / "modules"
GIT_SYNC = SCRIPTS / "git_sync"
HOUSEKEEPING = SCRIPTS / "housekeeping"
SCHEMA = SCRIPTS / "schema"


@dataclass(frozen=True, kw_only=True)
class ConfigMapData:
    """A ConfigMap and the checksum that its users carry."""

    name: str
    data: Mapping[str, str]

    @property
    def checksum(self) -> str:
        return checksum(dict(self.data))


@dataclass(frozen=True, kw_only=True)
class ConfigMaps:
    """The ConfigMaps of a release."""

    config: ConfigMapData
    """Environment of every component and Job."""

    files: ConfigMapData
    """Helper scripts and modules, the database's authorities, and the empty airflow.cfg that Airflow would otherwise
    write into a read-only file system."""

    schema: ConfigMapData
    """The scripts around the database's schema, in the step that needs them first: with the others they would be too
    much for one."""

    git_sync: ConfigMapData
    """The scripts of the pod that fetches Git bundles, in its own step: with the others they would be much for one."""

    housekeeping: ConfigMapData
    """The scripts that clean up, and the database's authorities for the one that asks it: in their own step as well."""

    worker_pod_template: ConfigMapData
    """What the scheduler makes task pods from, a file for each profile."""


def config_maps(airflow: AirflowSettings, bindings: PlatformBindings) -> ConfigMaps:
    """The ConfigMaps for these settings."""
    options = {**tuning(airflow, bindings), **airflow.config, **contract(airflow, bindings)}
    templates = {
        profile.file: yaml.safe_dump(worker_pod(airflow, profile, bindings.data_folders), sort_keys=True)
        for profile in task_profiles(airflow, bindings)
    }
    authorities = bindings.database_authorities
    trust = {} if authorities is None else {Path(paths.DATABASE_AUTHORITIES).name: authorities}
    files = {**_files(SCRIPTS), **_files(MODULES), **login.files(airflow), **trust}
    return ConfigMaps(
        config=ConfigMapData(
            name=names.CONFIG_MAP,
            data={**environment(options), **other_environment(bindings)},
        ),
        files=ConfigMapData(name=names.PLATFORM_FILES, data={"airflow.cfg": "", **files}),
        schema=ConfigMapData(name=names.SCHEMA_FILES, data=_files(SCHEMA)),
        git_sync=ConfigMapData(name=names.GIT_SYNC, data=_files(GIT_SYNC)),
        housekeeping=ConfigMapData(name=names.HOUSEKEEPING, data={**_files(HOUSEKEEPING), **trust}),
        worker_pod_template=ConfigMapData(name=names.WORKER_POD_TEMPLATE, data=templates),
    )


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.glob("*.py"))}


def secret_commands(keys: Iterable[str]) -> dict[str, str]:
    """The options of these secrets, which Airflow reads by running a command.

    In a container's environment, not in the shared ConfigMap: a command whose file is not there is an
    error of its option. They work in `kubectl exec` too, where an entry point's exports miss.
    """
    # -I -S: no site-packages, a tenth of the start-up time; Airflow runs these at every access.
    command = f"python -I -S {paths.PLATFORM_FILES}/read_secret.py"
    return {
        f"{environment_variable(row.option)}_CMD": f"{command} {row.read_as or row.file}"
        for row in map(facts.secret, keys)
        if row.option
    }


def other_environment(bindings: PlatformBindings) -> dict[str, str]:
    """Environment that is no Airflow option."""
    return {
        "AIRFLOW_HOME": paths.HOME,
        "AIRFLOW_SECRETS_DIRECTORY": paths.SECRETS,
        # The image's entry point would run `airflow db check` before everything: seconds of a core at each start.
        "CONNECTION_CHECK_MAX_COUNT": "0",
        **database_tls(bindings),
    }


def database_tls(bindings: PlatformBindings) -> dict[str, str]:
    """How connections to the database are protected. In the URL it would break the async driver; both read these."""
    if bindings.database_authorities is None:
        return {"PGSSLMODE": "disable"}
    # The certificate names the address in the database's secret, and one of the authorities has signed it.
    return {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": paths.DATABASE_AUTHORITIES}
