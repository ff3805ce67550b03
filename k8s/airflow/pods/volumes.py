"""Volumes of Airflow's pods and where they are mounted."""

from cdk8s_plus_28 import k8s

from k8s import names
from k8s.airflow.pods import paths
from k8s.bindings import GeneratedSecrets, SecretsManagerSecrets

DATA, TEMPORARY, FILES, SECRETS, ADMIN_SECRETS, POD_TEMPLATE = (
    "data",
    "tmp",
    "platform-files",
    "secrets",
    "admin-secrets",
    "pod-template",
)


def data_volume() -> k8s.Volume:
    """The shared file system."""
    return k8s.Volume(name=DATA, persistent_volume_claim=k8s.PersistentVolumeClaimVolumeSource(claim_name=names.CLAIM))


def temporary_volume(size_limit: str | None = None) -> k8s.Volume:
    """`/tmp`, the one place beside the logs that an Airflow pod can write to. Over the limit the pod is evicted."""
    limit = k8s.Quantity.from_string(size_limit) if size_limit else None
    return k8s.Volume(name=TEMPORARY, empty_dir=k8s.EmptyDirVolumeSource(size_limit=limit))


def config_map_volume(name: str, config_map: str) -> k8s.Volume:
    return k8s.Volume(name=name, config_map=k8s.ConfigMapVolumeSource(name=config_map))


def secrets_volume(name: str, source: str, secrets: SecretsManagerSecrets | GeneratedSecrets) -> k8s.Volume:
    """Secrets as files: straight from AWS Secrets Manager (no Kubernetes Secret stands between), or from a Secret."""
    if isinstance(secrets, GeneratedSecrets):
        return k8s.Volume(name=name, secret=k8s.SecretVolumeSource(secret_name=source))
    return k8s.Volume(
        name=name,
        csi=k8s.CsiVolumeSource(
            driver="secrets-store.csi.k8s.io", read_only=True, volume_attributes={"secretProviderClass": source}
        ),
    )


def data_mounts() -> list[k8s.VolumeMount]:
    """DAGs to read, logs to write."""
    return [
        k8s.VolumeMount(name=DATA, mount_path=paths.DAGS, sub_path=paths.DAGS_FOLDER, read_only=True),
        k8s.VolumeMount(name=DATA, mount_path=paths.LOGS, sub_path=paths.LOGS_FOLDER),
    ]


def temporary_mount() -> k8s.VolumeMount:
    return k8s.VolumeMount(name=TEMPORARY, mount_path=paths.TEMPORARY)


def config_file_mount() -> k8s.VolumeMount:
    """An empty airflow.cfg: Airflow would write one, and cannot."""
    return k8s.VolumeMount(name=FILES, mount_path=paths.CONFIG_FILE, sub_path="airflow.cfg", read_only=True)


def files_mount() -> k8s.VolumeMount:
    return k8s.VolumeMount(name=FILES, mount_path=paths.PLATFORM_FILES, read_only=True)


def secrets_mount() -> k8s.VolumeMount:
    return k8s.VolumeMount(name=SECRETS, mount_path=paths.SECRETS, read_only=True)
