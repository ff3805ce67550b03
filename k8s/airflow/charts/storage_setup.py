"""The Job that makes a fresh file system ready, in a namespace of its own, which lets root pods in."""

from cdk8s_plus_28 import k8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts.job import add_job
from k8s.airflow.context import ReleaseContext
from k8s.airflow.pods import paths
from k8s.airflow.pods.resources import image, resources
from k8s.airflow.pods.security import AIRFLOW_GID, AIRFLOW_UID
from k8s.labels import labels

COMPONENT = "storage-setup"


def add_storage_setup(scope: Construct, release: ReleaseContext) -> None:
    """The Job, and a NetworkPolicy that lets its pods talk to no one."""
    _add_network_policy(scope)
    _add_job(scope, release)


def _add_network_policy(scope: Construct) -> None:
    """Root pods talk to no one. (The node mounts the volume, not the pod.)"""
    k8s.KubeNetworkPolicy(
        scope,
        "SetupNetworkPolicy",
        metadata=k8s.ObjectMeta(name="deny-all", namespace=names.STORAGE_SETUP_NAMESPACE, labels=labels(COMPONENT)),
        spec=k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=["Ingress", "Egress"]),
    )


def _add_job(scope: Construct, release: ReleaseContext) -> None:
    """Makes the DAG and log folders of a fresh, root-owned file system, and gives them to Airflow's user.

    fsGroup is not applied to a ReadWriteMany volume. `install -d` makes what is missing and sets owner and mode
    of exactly these folders: done twice it changes nothing, and it never goes into them.
    """
    airflow = release.airflow
    folders = [f"{paths.STORAGE_SETUP_MOUNT}/{folder}" for folder in (paths.DAGS_FOLDER, paths.LOGS_FOLDER)]
    # setgid: what is made inside keeps Airflow's group.
    install = ["install", "-d", "-o", str(AIRFLOW_UID), "-g", str(AIRFLOW_GID), "-m", "2775"]
    add_job(
        scope,
        "SetupJob",
        name=names.STORAGE_SETUP,
        namespace=names.STORAGE_SETUP_NAMESPACE,
        labels=labels(COMPONENT, airflow.version),
        spec=k8s.JobSpec(
            backoff_limit=5,
            active_deadline_seconds=1800,
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels=labels(COMPONENT, airflow.version)),
                spec=k8s.PodSpec(
                    automount_service_account_token=False,
                    enable_service_links=False,
                    restart_policy="Never",
                    termination_grace_period_seconds=5,
                    security_context=k8s.PodSecurityContext(
                        run_as_user=0,
                        run_as_group=0,
                        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                    ),
                    containers=[
                        k8s.Container(
                            name=COMPONENT,
                            image=image(airflow),  # any image with coreutils; this one is needed anyway
                            image_pull_policy="IfNotPresent",
                            command=[*install, *folders],
                            resources=resources(cpu_millicores=50, memory_mib=64),
                            security_context=k8s.SecurityContext(
                                allow_privilege_escalation=False,
                                # CHOWN to give the folders away, FOWNER to set their mode afterwards.
                                capabilities=k8s.Capabilities(drop=["ALL"], add=["CHOWN", "FOWNER"]),
                                read_only_root_filesystem=True,
                            ),
                            volume_mounts=[k8s.VolumeMount(name="data", mount_path=paths.STORAGE_SETUP_MOUNT)],
                        )
                    ],
                    volumes=[
                        k8s.Volume(
                            name="data",
                            persistent_volume_claim=k8s.PersistentVolumeClaimVolumeSource(claim_name=names.CLAIM),
                        )
                    ],
                ),
            ),
        ),
    )
