"""PostgreSQL in the cluster, for a platform without a database service."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.charts import secret_files
from k8s.airflow.context import ChartContext
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
        self, scope: Construct, construct_id: str, *, context: ChartContext, database: InClusterDatabase
    ) -> None:
        super().__init__(scope, construct_id)
        metadata = kube.ObjectMeta(name=names.DATABASE, namespace=names.NAMESPACE, labels=labels(COMPONENT))
        kube.KubeService(
            self,
            "Service",
            metadata=metadata,
            # With an address of its own: clients that looked it up find the next pod at once.
            spec=kube.ServiceSpec(
                type="ClusterIP",
                selector=selector(COMPONENT),
                ports=[
                    kube.ServicePort(
                        name="postgresql", port=DATABASE_PORT, target_port=kube.IntOrString.from_string("postgresql")
                    )
                ],
            ),
        )
        # Not a template of the StatefulSet: that can never grow, and `kubectl apply` finds it changed each time.
        kube.KubePersistentVolumeClaim(
            self,
            "Claim",
            metadata=metadata,
            spec=kube.PersistentVolumeClaimSpec(
                access_modes=["ReadWriteOnce"],
                resources=kube.ResourceRequirements(requests={"storage": binary_quantity(database.storage_gib * 1024)}),
                volume_mode="Filesystem",
            ),
        )
        kube.KubeStatefulSet(
            self,
            "StatefulSet",
            metadata=metadata,
            spec=kube.StatefulSetSpec(
                replicas=1,
                service_name=names.DATABASE,
                selector=kube.LabelSelector(match_labels=selector(COMPONENT)),
                template=kube.PodTemplateSpec(
                    metadata=kube.ObjectMeta(labels=labels(COMPONENT)),
                    spec=_pod(database),
                ),
            ),
        )


def _pod(database: InClusterDatabase) -> kube.PodSpec:
    return kube.PodSpec(
        automount_service_account_token=False,
        enable_service_links=False,
        # A fast shutdown (the image's stop signal) waits for no client.
        termination_grace_period_seconds=60,
        security_context=pod_security(uid=POSTGRES_UID, gid=POSTGRES_UID, fs_group=POSTGRES_UID),
        containers=[
            kube.Container(
                name=COMPONENT,
                image=database.image,
                image_pull_policy="IfNotPresent",
                args=["-c", "max_connections=200"],
                env=[
                    kube.EnvVar(name=name, value=value)
                    for name, value in {
                        "POSTGRES_USER": str(secret("database").username),
                        "POSTGRES_DB": secret_files.DATABASE_NAME,
                        "POSTGRES_PASSWORD_FILE": f"{PASSWORDS}/{secret_files.DATABASE_PASSWORD_FILE}",
                        # Below the volume's root, which may hold a lost+found.
                        "PGDATA": f"{DATA}/pgdata",
                    }.items()
                ],
                ports=[kube.ContainerPort(name="postgresql", container_port=DATABASE_PORT)],
                resources=resources(cpu_millicores=100, memory_mib=512),
                security_context=container_security(),
                startup_probe=_probe(period=2, failures=90),
                liveness_probe=_probe(period=20, failures=6),
                readiness_probe=_probe(period=5, failures=2),
                volume_mounts=[
                    kube.VolumeMount(name="data", mount_path=DATA),
                    kube.VolumeMount(name="password", mount_path=PASSWORDS, read_only=True),
                    kube.VolumeMount(name="run", mount_path="/var/run/postgresql"),
                    kube.VolumeMount(name="tmp", mount_path="/tmp"),  # noqa: S108 a volume of the pod's own
                ],
            )
        ],
        volumes=[
            kube.Volume(
                name="data",
                persistent_volume_claim=kube.PersistentVolumeClaimVolumeSource(claim_name=names.DATABASE),
            ),
            kube.Volume(name="password", secret=kube.SecretVolumeSource(secret_name=names.DATABASE)),
            kube.Volume(name="run", empty_dir=kube.EmptyDirVolumeSource()),
            kube.Volume(name="tmp", empty_dir=kube.EmptyDirVolumeSource()),
        ],
    )


def _probe(*, period: int, failures: int) -> kube.Probe:
    """Over TCP: while a new database is set up, the image runs a server that listens on the socket only."""
    user, name = str(secret("database").username), secret_files.DATABASE_NAME
    return kube.Probe(
        exec=kube.ExecAction(command=["pg_isready", "-q", "-h", "127.0.0.1", "-U", user, "-d", name]),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )
