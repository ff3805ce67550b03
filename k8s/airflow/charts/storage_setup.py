"""The Job that makes a fresh file system ready, in a namespace of its own, which lets root pods in."""

from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.charts.job import add_job
from k8s.airflow.context import ChartContext
from k8s.airflow.pods import paths
from k8s.airflow.pods.resources import resources
from k8s.airflow.pods.security import AIRFLOW_GID, AIRFLOW_UID
from k8s.labels import labels

COMPONENT = "storage-setup"


def add_storage_setup(scope: Construct, context: ChartContext) -> None:
    """The Job, and a NetworkPolicy that lets its pods talk to no one."""
    _add_network_policy(scope)
    _add_job(scope, context)


def _add_network_policy(scope: Construct) -> None:
    """Root pods talk to no one. (The node mounts the volume, not the pod.)"""
    kube.KubeNetworkPolicy(
        scope,
        "SetupNetworkPolicy",
        metadata=kube.ObjectMeta(name="deny-all", namespace=names.STORAGE_SETUP_NAMESPACE, labels=labels(COMPONENT)),
        spec=kube.NetworkPolicySpec(pod_selector=kube.LabelSelector(), policy_types=["Ingress", "Egress"]),
    )


def _add_job(scope: Construct, context: ChartContext) -> None:
    """Makes the folders of a fresh, root-owned file system that Airflow's user owns, and gives them to it.

    A folder of data sets that is filled from elsewhere stays as it is: what arrives there is root's, for all to read.

    fsGroup is not applied to a ReadWriteMany volume. `install -d` makes what is missing and sets owner and mode
    of exactly these folders: done twice it changes nothing, and it never goes into them.
    """
    airflow = context.airflow
    written = [folder.path for folder in context.bindings.data_folders if folder.writable]
    bundles = [paths.BUNDLES_FOLDER] if airflow.git_bundles else []
    wanted = (paths.DAGS_FOLDER, paths.LOGS_FOLDER, *bundles, *written)
    folders = [f"{paths.STORAGE_SETUP_MOUNT}/{folder}" for folder in wanted]
    # setgid: what is made inside keeps Airflow's group.
    install = ["install", "-d", "-o", str(AIRFLOW_UID), "-g", str(AIRFLOW_GID), "-m", "2775"]
    add_job(
        scope,
        "SetupJob",
        name=names.STORAGE_SETUP,
        namespace=names.STORAGE_SETUP_NAMESPACE,
        labels=labels(COMPONENT, airflow.version),
        spec=kube.JobSpec(
            backoff_limit=5,
            active_deadline_seconds=1800,
            template=kube.PodTemplateSpec(
                metadata=kube.ObjectMeta(labels=labels(COMPONENT, airflow.version)),
                spec=kube.PodSpec(
                    automount_service_account_token=False,
                    enable_service_links=False,
                    restart_policy="Never",
                    termination_grace_period_seconds=5,
                    security_context=kube.PodSecurityContext(
                        run_as_user=0,
                        run_as_group=0,
                        seccomp_profile=kube.SeccompProfile(type="RuntimeDefault"),
                    ),
                    containers=[
                        kube.Container(
                            name=COMPONENT,
                            image=airflow.image_of_pods,  # any image with coreutils; this one is needed anyway
                            image_pull_policy="IfNotPresent",
                            command=[*install, *folders],
                            resources=resources(cpu_millicores=50, memory_mib=64),
                            security_context=kube.SecurityContext(
                                allow_privilege_escalation=False,
                                # CHOWN to give the folders away, FOWNER to set their mode afterwards.
                                capabilities=kube.Capabilities(drop=["ALL"], add=["CHOWN", "FOWNER"]),
                                read_only_root_filesystem=True,
                            ),
                            volume_mounts=[kube.VolumeMount(name="data", mount_path=paths.STORAGE_SETUP_MOUNT)],
                        )
                    ],
                    volumes=[
                        kube.Volume(
                            name="data",
                            persistent_volume_claim=kube.PersistentVolumeClaimVolumeSource(claim_name=names.CLAIM),
                        )
                    ],
                ),
            ),
        ),
    )
