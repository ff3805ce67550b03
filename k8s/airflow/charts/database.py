"""PostgreSQL in the cluster, for a platform without a database service."""

import cdk8s
from cdk8s_plus_28 import k8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts import secret_files
from k8s.airflow.context import ReleaseContext
from k8s.airflow.pods.ports import DATABASE_PORT
from k8s.airflow.pods.resources import binary_quantity, resources
from k8s.airflow.pods.security import container_security, pod_security
from k8s.bindings import InClusterDatabase
from k8s.labels import labels, selector
from settings.facts.secrets import secret

COMPONENT = "database"
POSTGRES_UID = 999
"""User and group `postgres` of the official image (Debian)."""

DATA = "/var/lib/postgresql/data"
PASSWORDS = "/run/secrets/airflow-database"


class DatabaseChart(cdk8s.Chart):
    """StatefulSet, Service and claim `airflow-database`. The claim outlives the pod, and the StatefulSet."""

    def __init__(
        self, scope: Construct, construct_id: str, *, release: ReleaseContext, database: InClusterDatabase
    ) -> None:
        super().__init__(scope, construct_id)
        metadata = k8s.ObjectMeta(name=names.DATABASE, namespace=names.NAMESPACE, labels=labels(COMPONENT))
        k8s.KubeService(
            self,
            "Service",
            metadata=metadata,
            # With an address of its own: clients that looked it up find the next pod at once.
            spec=k8s.ServiceSpec(
                type="ClusterIP",
                selector=selector(COMPONENT),
                ports=[
                    k8s.ServicePort(
                        name="postgresql", port=DATABASE_PORT, target_port=k8s.IntOrString.from_string("postgresql")
                    )
                ],
            ),
        )
        # Not a template of the StatefulSet: that can never grow, and `kubectl apply` finds it changed each time.
        k8s.KubePersistentVolumeClaim(
            self,
            "Claim",
            metadata=metadata,
            spec=k8s.PersistentVolumeClaimSpec(
                access_modes=["ReadWriteOnce"],
                resources=k8s.ResourceRequirements(requests={"storage": binary_quantity(database.storage_gib * 1024)}),
                volume_mode="Filesystem",
            ),
        )
        k8s.KubeStatefulSet(
            self,
            "StatefulSet",
            metadata=metadata,
            spec=k8s.StatefulSetSpec(
                replicas=1,
                service_name=names.DATABASE,
                selector=k8s.LabelSelector(match_labels=selector(COMPONENT)),
                template=k8s.PodTemplateSpec(
                    metadata=k8s.ObjectMeta(labels=labels(COMPONENT)),
                    spec=_pod(database),
                ),
            ),
        )


def _pod(database: InClusterDatabase) -> k8s.PodSpec:
    return k8s.PodSpec(
        automount_service_account_token=False,
        enable_service_links=False,
        # A fast shutdown (the image's stop signal) waits for no client.
        termination_grace_period_seconds=60,
        security_context=pod_security(uid=POSTGRES_UID, gid=POSTGRES_UID, fs_group=POSTGRES_UID),
        containers=[
            k8s.Container(
                name=COMPONENT,
                image=database.image,
                image_pull_policy="IfNotPresent",
                args=["-c", "max_connections=200"],
                env=[
                    k8s.EnvVar(name=name, value=value)
                    for name, value in {
                        "POSTGRES_USER": str(secret("database").username),
                        "POSTGRES_DB": secret_files.DATABASE_NAME,
                        "POSTGRES_PASSWORD_FILE": f"{PASSWORDS}/{secret_files.DATABASE_PASSWORD_FILE}",
                        # Below the volume's root, which may hold a lost+found.
                        "PGDATA": f"{DATA}/pgdata",
                    }.items()
                ],
                ports=[k8s.ContainerPort(name="postgresql", container_port=DATABASE_PORT)],
                resources=resources(cpu_millicores=100, memory_mib=512),
                security_context=container_security(),
                startup_probe=_probe(period=2, failures=90),
                liveness_probe=_probe(period=20, failures=6),
                readiness_probe=_probe(period=5, failures=2),
                volume_mounts=[
                    k8s.VolumeMount(name="data", mount_path=DATA),
                    k8s.VolumeMount(name="password", mount_path=PASSWORDS, read_only=True),
                    k8s.VolumeMount(name="run", mount_path="/var/run/postgresql"),
                    k8s.VolumeMount(name="tmp", mount_path="/tmp"),  # noqa: S108 a volume of the pod's own
                ],
            )
        ],
        volumes=[
            k8s.Volume(
                name="data",
                persistent_volume_claim=k8s.PersistentVolumeClaimVolumeSource(claim_name=names.DATABASE),
            ),
            k8s.Volume(name="password", secret=k8s.SecretVolumeSource(secret_name=names.DATABASE)),
            k8s.Volume(name="run", empty_dir=k8s.EmptyDirVolumeSource()),
            k8s.Volume(name="tmp", empty_dir=k8s.EmptyDirVolumeSource()),
        ],
    )


def _probe(*, period: int, failures: int) -> k8s.Probe:
    """Over TCP: while a new database is set up, the image runs a server that listens on the socket only."""
    user, name = str(secret("database").username), secret_files.DATABASE_NAME
    return k8s.Probe(
        exec=k8s.ExecAction(command=["pg_isready", "-q", "-h", "127.0.0.1", "-U", user, "-d", name]),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )
