"""Volumes of Airflow's pods and where they are mounted."""

from collections.abc import Iterable

from cdk8s_plus_28 import k8s as kube

from k8s import names
from k8s.airflow.pods import paths
from k8s.bindings import DataFolder, GeneratedSecrets, SecretsManagerSecrets

DATA, TEMPORARY, FILES, SCHEMA, SECRETS, POD_TEMPLATE = (
    "data",
    "tmp",
    "platform-files",
    "schema-files",
    "secrets",
    "pod-template",
)


def data_volume() -> kube.Volume:
    """The shared file system."""
    return kube.Volume(
        name=DATA, persistent_volume_claim=kube.PersistentVolumeClaimVolumeSource(claim_name=names.CLAIM)
    )


def temporary_volume(size_limit: str | None = None) -> kube.Volume:
    """`/tmp`, the one place beside the logs that an Airflow pod can write to. Over the limit the pod is evicted."""
    limit = kube.Quantity.from_string(size_limit) if size_limit else None
    return kube.Volume(name=TEMPORARY, empty_dir=kube.EmptyDirVolumeSource(size_limit=limit))


def config_map_volume(name: str, config_map: str) -> kube.Volume:
    return kube.Volume(name=name, config_map=kube.ConfigMapVolumeSource(name=config_map))


def secrets_volume(source: str, secrets: SecretsManagerSecrets | GeneratedSecrets) -> kube.Volume:
    """Secrets as files: straight from AWS Secrets Manager (no Kubernetes Secret stands between), or from a Secret."""
    if isinstance(secrets, GeneratedSecrets):
        return kube.Volume(name=SECRETS, secret=kube.SecretVolumeSource(secret_name=source))
    return kube.Volume(
        name=SECRETS,
        csi=kube.CsiVolumeSource(
            driver="secrets-store.csi.k8s.io", read_only=True, volume_attributes={"secretProviderClass": source}
        ),
    )


def data_mounts(folders: Iterable[DataFolder] = ()) -> list[kube.VolumeMount]:
    """DAGs to read, logs to write, and these folders of data sets."""
    logs = kube.VolumeMount(name=DATA, mount_path=paths.LOGS, sub_path=paths.LOGS_FOLDER)
    return [_dags_mount(), logs, *_data_set_mounts(folders)]


def task_mounts(folders: Iterable[DataFolder] = ()) -> list[kube.VolumeMount]:
    """DAGs to read, the task's own log folder to write, which the container's variables name, and data sets."""
    own = "/".join([paths.LOGS_FOLDER, *paths.TASK_FOLDER])
    logs = kube.VolumeMount(name=DATA, mount_path=paths.LOGS, sub_path_expr=own)
    return [_dags_mount(), logs, *_data_set_mounts(folders)]


def _dags_mount() -> kube.VolumeMount:
    return kube.VolumeMount(name=DATA, mount_path=paths.DAGS, sub_path=paths.DAGS_FOLDER, read_only=True)


def _data_set_mounts(folders: Iterable[DataFolder]) -> list[kube.VolumeMount]:
    return [
        kube.VolumeMount(
            name=DATA,
            mount_path=f"{paths.DATA}/{folder.path}",
            sub_path=folder.path,
            read_only=None if folder.writable else True,
        )
        for folder in folders
    ]


def log_reading_mounts() -> list[kube.VolumeMount]:
    """Logs to read, and nothing else of the shared file system."""
    return [kube.VolumeMount(name=DATA, mount_path=paths.LOGS, sub_path=paths.LOGS_FOLDER, read_only=True)]


def plugin_mount(script: str) -> kube.VolumeMount:
    """One of k8s/airflow/scripts/ as a plugin of Airflow's, beside those of the image."""
    return kube.VolumeMount(
        name=FILES, mount_path=f"{paths.PLUGINS}/platform_{script}.py", sub_path=f"{script}.py", read_only=True
    )


def schema_mount() -> kube.VolumeMount:
    """What waits for the database's schema, and what changes it."""
    return kube.VolumeMount(name=SCHEMA, mount_path=paths.SCHEMA_FILES, read_only=True)


def temporary_mount() -> kube.VolumeMount:
    return kube.VolumeMount(name=TEMPORARY, mount_path=paths.TEMPORARY)


def config_file_mount() -> kube.VolumeMount:
    """An empty airflow.cfg: Airflow would write one, and cannot."""
    return kube.VolumeMount(name=FILES, mount_path=paths.CONFIG_FILE, sub_path="airflow.cfg", read_only=True)


def module_mount(name: str) -> kube.VolumeMount:
    """One of k8s/airflow/modules/, where Airflow looks for modules."""
    file = f"{name}.py"
    return kube.VolumeMount(name=FILES, mount_path=f"{paths.MODULES}/{file}", sub_path=file, read_only=True)


def files_mount() -> kube.VolumeMount:
    return kube.VolumeMount(name=FILES, mount_path=paths.PLATFORM_FILES, read_only=True)


def secrets_mount() -> kube.VolumeMount:
    return kube.VolumeMount(name=SECRETS, mount_path=paths.SECRETS, read_only=True)
