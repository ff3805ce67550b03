"""Pods of Airflow's own processes: the components and the Jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdk8s_plus_28 import k8s as kube

from k8s import names
from k8s.airflow.context import ChartContext
from k8s.airflow.pods import login, paths, volumes
from k8s.airflow.pods.config_maps import ConfigMapData, secret_commands
from k8s.airflow.pods.dag_bundles import bundle_modules, bundle_mounts
from k8s.airflow.pods.resources import resources
from k8s.airflow.pods.security import container_security, pod_security

WAIT_SECONDS = 300
"""Seconds that one start of the waiting container waits for the schema; then the kubelet starts it again."""

PASSWORDS = "database_passwords"
"""The module that the shared options name: everything that reads them opens the database."""

TEMPORARY_LIMIT = "5Gi"
"""Components need little; one that fills its node's disk would take its neighbours along. Tasks have no limit."""


@dataclass(frozen=True, kw_only=True)
class AirflowPod:
    """Builds the pods of one component, all with the platform's environment and files, and secrets of its own."""

    context: ChartContext
    service_account: str
    secrets: tuple[str, ...]
    """Keys of the secrets that it mounts, from the object with the name of its ServiceAccount."""

    cpu_millicores: int
    memory_mib: int
    data: Literal["none", "logs to read", "all"] = "all"
    """What to mount of the shared file system; all: DAGs to read, logs to write."""

    data_sets: bool = False
    """Whether to mount the folders of data sets beside all that."""

    plugins: tuple[str, ...] = ()
    """Scripts that Airflow loads as plugins."""

    with_pod_template: bool = False
    modules: Sequence[str] = ()
    """Of k8s/airflow/modules/, for its Airflow to import."""

    reads_bundles: bool = False
    """Mounts what Git bundles have brought."""

    has_the_login: bool = False
    """Mounts the login by a provider, if there is one."""

    extra_environment: Mapping[str, str] | None = None

    def container(
        self,
        name: str,
        args: Sequence[str],
        *,
        ports: Mapping[str, int] | None = None,
        startup: kube.Probe | None = None,
        liveness: kube.Probe | None = None,
        readiness: kube.Probe | None = None,
        lifecycle: kube.Lifecycle | None = None,
    ) -> kube.Container:
        """A container of Airflow's image. Its entry point stays: it sets umask and preloads what ARM needs."""
        return kube.Container(
            name=name,
            image=self.context.airflow.image_of_pods,
            image_pull_policy="IfNotPresent",
            args=list(args),
            env_from=[kube.EnvFromSource(config_map_ref=kube.ConfigMapEnvSource(name=names.CONFIG_MAP))],
            env=[kube.EnvVar(name=name, value=value) for name, value in self._environment().items()] or None,
            ports=[kube.ContainerPort(name=port, container_port=number) for port, number in (ports or {}).items()]
            or None,
            resources=resources(cpu_millicores=self.cpu_millicores, memory_mib=self.memory_mib),
            security_context=container_security(),
            startup_probe=startup,
            liveness_probe=liveness,
            readiness_probe=readiness,
            lifecycle=lifecycle,
            volume_mounts=self._mounts(),
        )

    def wait_for_schema(self) -> kube.Container:
        """Ends when the database's schema is this image's, or newer."""
        return self.container("wait-for-schema", paths.schema("wait", "--timeout-seconds", str(WAIT_SECONDS)))

    def spec(
        self,
        container: kube.Container,
        *,
        waits_for_schema: bool,
        grace_seconds: int,
        uses_kubernetes: bool = False,
        restart_policy: str = "Always",
        topology_spread_constraints: Sequence[kube.TopologySpreadConstraint] | None = None,
    ) -> kube.PodSpec:
        """`uses_kubernetes`: the pod gets its ServiceAccount's token."""
        return kube.PodSpec(
            service_account_name=self.service_account,
            automount_service_account_token=uses_kubernetes,
            enable_service_links=False,
            restart_policy=restart_policy,
            termination_grace_period_seconds=grace_seconds,
            security_context=pod_security(),
            topology_spread_constraints=list(topology_spread_constraints) if topology_spread_constraints else None,
            init_containers=[self.wait_for_schema()] if waits_for_schema else None,
            containers=[container],
            volumes=self._volumes(),
        )

    def checksums(self) -> dict[str, str]:
        """Annotations that change when a ConfigMap changes that these pods use, so that they are made anew."""
        return {f"checksum/{each.name}": each.checksum for each in self._config_maps()}

    def _environment(self) -> dict[str, str]:
        return {**secret_commands(self.secrets), **(self.extra_environment or {})}

    def _config_maps(self) -> list[ConfigMapData]:
        maps = self.context.config_maps
        return [maps.config, maps.files, maps.schema, *([maps.worker_pod_template] if self.with_pod_template else [])]

    def _volumes(self) -> list[kube.Volume]:
        found = [
            volumes.temporary_volume(TEMPORARY_LIMIT),
            volumes.config_map_volume(volumes.FILES, names.PLATFORM_FILES),
            volumes.config_map_volume(volumes.SCHEMA, names.SCHEMA_FILES),
            volumes.secrets_volume(self.service_account, self.context.bindings.secrets),
        ]
        if self.data != "none":
            found.append(volumes.data_volume())
        if self.with_pod_template:
            found.append(volumes.config_map_volume(volumes.POD_TEMPLATE, names.WORKER_POD_TEMPLATE))
        if self.has_the_login:
            found += login.volumes(self.context.airflow)
        return found

    def _data_mounts(self) -> list[kube.VolumeMount]:
        if self.data == "logs to read":
            return volumes.log_reading_mounts()
        return volumes.data_mounts(self.context.bindings.data_folders if self.data_sets else ())

    def _mounts(self) -> list[kube.VolumeMount]:
        found = [
            volumes.temporary_mount(),
            volumes.config_file_mount(),
            volumes.files_mount(),
            volumes.schema_mount(),
            volumes.secrets_mount(),
            *(volumes.module_mount(name) for name in (PASSWORDS, *self.modules, *bundle_modules(self.context.airflow))),
            *(volumes.plugin_mount(script) for script in self.plugins),
        ]
        if self.data != "none":
            found += self._data_mounts()
        if self.reads_bundles:
            found += bundle_mounts(self.context.airflow)
        if self.with_pod_template:
            found.append(
                kube.VolumeMount(name=volumes.POD_TEMPLATE, mount_path=paths.POD_TEMPLATE_DIRECTORY, read_only=True)
            )
        if self.has_the_login:
            found += [volumes.module_mount(name) for name in login.modules(self.context.airflow)]
            found += login.mounts(self.context.airflow)
        return found
