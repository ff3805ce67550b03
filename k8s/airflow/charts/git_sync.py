"""The pod that brings Git repositories to the shared file system, and all that only it has.

A Deployment of its own because it holds the credentials of Git hosts: the DAG processor runs authors' code.
"""

import json
from collections.abc import Mapping

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.charts import secret_files
from k8s.airflow.charts.egress_policies import add_egress_policy, to_networks_named
from k8s.airflow.context import ChartContext
from k8s.airflow.pods import paths, volumes
from k8s.airflow.pods.resources import resources
from k8s.airflow.pods.security import container_security, pod_security
from k8s.bindings import GeneratedSecrets
from k8s.labels import labels, selector
from settings.model.airflow import AirflowSettings

COMPONENT = "git-sync"
CREDENTIAL_KEY = "credential"
"""Of a Kubernetes Secret."""

MIRRORS_LIMIT = "5Gi"
"""Of `/tmp`, which holds a bare repository of one commit for each bundle."""


class GitSyncChart(cdk8s.Chart):
    """Scripts, ServiceAccount, way to the credentials, way out and Deployment `airflow-git-sync`."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext) -> None:
        super().__init__(scope, construct_id)
        self._context = context
        kube.KubeServiceAccount(
            self, "ServiceAccount", metadata=self._metadata(), automount_service_account_token=False
        )
        scripts = context.config_maps.git_sync
        kube.KubeConfigMap(self, "Scripts", metadata=self._metadata(), data=scripts.data)
        cidrs = context.airflow.git_sync.egress_cidrs
        add_egress_policy(self, "Egress", names.GIT_SYNC, COMPONENT, to_networks_named(cidrs))
        if self._on_aws and (files := credential_files(context.airflow)):
            secret_files.add_secret_provider_class(
                self, "Credentials", names.GIT_SYNC, {file: name for name, file in files.items()}
            )
        self._add_deployment()

    @property
    def _on_aws(self) -> bool:
        return not isinstance(self._context.bindings.secrets, GeneratedSecrets)

    def _metadata(self, version: str | None = None) -> kube.ObjectMeta:
        return kube.ObjectMeta(name=names.GIT_SYNC, namespace=names.NAMESPACE, labels=labels(COMPONENT, version))

    def _add_deployment(self) -> None:
        airflow, files = self._context.airflow, self._context.config_maps.git_sync
        kube.KubeDeployment(
            self,
            "Deployment",
            metadata=self._metadata(airflow.version),
            spec=kube.DeploymentSpec(
                replicas=1,
                revision_history_limit=3,
                progress_deadline_seconds=airflow.rollout_timeout_minutes * 60,
                selector=kube.LabelSelector(match_labels=selector(COMPONENT)),
                # Two at once would only wait for each other; without it everything runs on what is there.
                strategy=kube.DeploymentStrategy(type="Recreate"),
                template=kube.PodTemplateSpec(
                    metadata=kube.ObjectMeta(
                        labels=labels(COMPONENT, airflow.version),
                        annotations={
                            "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": volumes.TEMPORARY,
                            f"checksum/{files.name}": files.checksum,
                        },
                    ),
                    spec=self._pod(),
                ),
            ),
        )

    def _pod(self) -> kube.PodSpec:
        airflow = self._context.airflow
        return kube.PodSpec(
            service_account_name=names.GIT_SYNC,
            automount_service_account_token=False,
            enable_service_links=False,
            # What it was doing is begun anew.
            termination_grace_period_seconds=10,
            security_context=pod_security(),
            containers=[
                kube.Container(
                    name=COMPONENT,
                    image=airflow.image_of_pods,
                    image_pull_policy="IfNotPresent",
                    args=self._args(),
                    # The image's entry point would otherwise look for a database.
                    env=[kube.EnvVar(name="CONNECTION_CHECK_MAX_COUNT", value="0")],
                    resources=resources(
                        cpu_millicores=airflow.git_sync.cpu_millicores, memory_mib=airflow.git_sync.memory_mib
                    ),
                    security_context=container_security(),
                    # Until a new bundle has its first commit the deployment waits, and fails in the end.
                    startup_probe=_probe("alive", period=2, failures=30),
                    liveness_probe=_probe("alive", period=30, failures=3),
                    readiness_probe=_probe("ready", period=5, failures=1),
                    volume_mounts=[
                        volumes.temporary_mount(),
                        volumes.files_mount(),
                        kube.VolumeMount(name=volumes.DATA, mount_path=paths.BUNDLES, sub_path=paths.BUNDLES_FOLDER),
                        *self._credential_mounts(),
                    ],
                )
            ],
            volumes=[
                volumes.temporary_volume(MIRRORS_LIMIT),
                volumes.config_map_volume(volumes.FILES, names.GIT_SYNC),
                volumes.data_volume(),
                *self._credential_volumes(),
            ],
        )

    def _args(self) -> list[str]:
        airflow = self._context.airflow
        files = credential_files(airflow)
        bundles = [
            {
                "name": name,
                "url": git.url,
                "tracking_ref": git.tracking_ref,
                "subdir": git.subdir or "",
                "refresh_seconds": git.refresh_seconds,
                "credential": self._credential_path(files[git.credential]) if git.credential else None,
            }
            for name, git in airflow.git_bundles.items()
        ]
        keep = ["--keep-days", str(airflow.git_sync.keep_days)]
        return paths.script("git_sync", "--folder", paths.BUNDLES, *keep, "--bundles", json.dumps(bundles))

    def _credential_path(self, file: str) -> str:
        return f"{paths.SECRETS}/{file}" + ("" if self._on_aws else f"/{CREDENTIAL_KEY}")

    def _credential_volumes(self) -> list[kube.Volume]:
        files = credential_files(self._context.airflow)
        if not files or not self._on_aws:
            return [
                kube.Volume(name=f"credential-{file}", secret=kube.SecretVolumeSource(secret_name=name))
                for name, file in files.items()
            ]
        return [volumes.secrets_volume(names.GIT_SYNC, self._context.bindings.secrets)]

    def _credential_mounts(self) -> list[kube.VolumeMount]:
        files = credential_files(self._context.airflow)
        if not files or not self._on_aws:
            return [
                kube.VolumeMount(name=f"credential-{file}", mount_path=f"{paths.SECRETS}/{file}", read_only=True)
                for file in files.values()
            ]
        return [volumes.secrets_mount()]


def credential_files(airflow: AirflowSettings) -> Mapping[str, str]:
    """Name of each secret -> the file that it is found in: the first bundle's name that reads it."""
    found: dict[str, str] = {}
    for name, git in airflow.git_bundles.items():
        if git.credential is not None:
            found.setdefault(git.credential, name)
    return found


def _probe(wanted: str, *, period: int, failures: int) -> kube.Probe:
    return kube.Probe(
        exec=kube.ExecAction(command=paths.script("git_sync", "--probe", wanted)),
        period_seconds=period,
        timeout_seconds=10,
        failure_threshold=failures,
    )
