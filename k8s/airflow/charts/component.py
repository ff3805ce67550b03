"""A component of Airflow: its Deployment, its disruption budget, and the Service in front of it."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.airflow_pod import AirflowPod
from k8s.airflow.charts import secret_files
from k8s.airflow.components import Component
from k8s.airflow.context import ChartContext
from k8s.airflow.pods import login, paths, secrets_backend, volumes
from k8s.airflow.pods.probes import probes_of
from k8s.labels import labels, selector


class ComponentChart(cdk8s.Chart):
    """A component's pods, kept running through updates, node drains and the loss of a zone."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext, component: Component) -> None:
        super().__init__(scope, construct_id)
        self._context, self._component = context, component
        self._settings = context.airflow.components[component.setting]
        self._add_deployment()
        if self._settings.replicas > 1:
            self._add_disruption_budget()
        if component.service and component.port:
            self._add_service(component.service, component.port)
        door = context.bindings.front_door
        if door and component.people_service and component.port:
            self._add_service(component.people_service, component.port, node_port=door.node_port)

    def _add_deployment(self) -> None:
        airflow, component = self._context.airflow, self._component
        kube.KubeDeployment(
            self,
            "Deployment",
            metadata=self._metadata(airflow.version),
            spec=kube.DeploymentSpec(
                replicas=self._settings.replicas,
                revision_history_limit=3,
                # Kubernetes and the deployment give up at the same time.
                progress_deadline_seconds=airflow.rollout_timeout_minutes * 60,
                selector=kube.LabelSelector(match_labels=selector(component.label)),
                # The old pod stays until the new one is ready, so an image that cannot start takes nothing down. Two
                # schedulers, DAG processors or triggerers at a time are safe.
                strategy=kube.DeploymentStrategy(
                    type="RollingUpdate",
                    rolling_update=kube.RollingUpdateDeployment(
                        max_unavailable=kube.IntOrString.from_number(0), max_surge=kube.IntOrString.from_number(1)
                    ),
                ),
                template=self._pod_template(),
            ),
        )

    def _pod_template(self) -> kube.PodTemplateSpec:
        airflow, component = self._context.airflow, self._component
        asking = secrets_backend.asking(airflow, component.looks_up, self._context.bindings.aws_region)
        pod = AirflowPod(
            context=self._context,
            service_account=component.name,
            secrets=component.secrets,
            data="logs to read" if component.reads_logs_only else "all",
            data_sets=component.reads_data_sets,
            reads_bundles=component.reads_bundles,
            plugins=component.plugins,
            cpu_millicores=self._settings.cpu_millicores,
            memory_mib=self._settings.memory_mib,
            with_pod_template=component.makes_task_pods,
            modules=(*component.modules, *([secrets_backend.MODULE] if asking else [])),
            extra_environment={**component.environment(airflow), **asking},
            has_the_login=component.has_the_login,
        )
        return kube.PodTemplateSpec(
            metadata=kube.ObjectMeta(
                labels=labels(component.label, airflow.version),
                annotations={
                    # An autoscaler counts /tmp as data that is lost with the node, and would never drain it.
                    "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": volumes.TEMPORARY,
                    **pod.checksums(),
                    **secret_files.annotations(
                        self._context.bindings.secrets,
                        component.secrets,
                        login.secret_files(airflow) if component.has_the_login else {},
                    ),
                },
            ),
            spec=pod.spec(
                self._container(pod),
                waits_for_schema=True,
                grace_seconds=component.grace_seconds,
                uses_kubernetes=component.kubernetes is not None,
                topology_spread_constraints=[
                    self._spread("topology.kubernetes.io/zone"),
                    self._spread("kubernetes.io/hostname"),
                ],
            ),
        )

    def _container(self, pod: AirflowPod) -> kube.Container:
        component, probes = self._component, probes_of(self._component.check)
        lifecycle = None
        if component.drain_seconds:
            sleep = kube.ExecAction(command=self._drain(component.drain_seconds))
            lifecycle = kube.Lifecycle(pre_stop=kube.LifecycleHandler(exec=sleep))
        return pod.container(
            component.label,
            component.args,
            ports=dict([component.port] if component.port else []),
            startup=probes.startup,
            liveness=probes.liveness,
            readiness=probes.readiness,
            lifecycle=lifecycle,
        )

    def _add_disruption_budget(self) -> None:
        kube.KubePodDisruptionBudget(
            self,
            "DisruptionBudget",
            metadata=self._metadata(),
            spec=kube.PodDisruptionBudgetSpec(
                max_unavailable=kube.IntOrString.from_number(1),
                selector=kube.LabelSelector(match_labels=selector(self._component.label)),
                # A pod that does not work keeps no node from being drained.
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
        )

    def _drain(self, seconds: int) -> list[str]:
        """Wait; and where a load balancer keeps connections to the pod, ask for their end before the pod goes."""
        if self._context.bindings.front_door is None or self._component.people_service is None:
            return ["sleep", str(seconds)]
        return ["sh", "-c", f"touch {paths.DRAINING} && sleep {seconds}"]

    def _add_service(self, service: str, port: tuple[str, int], *, node_port: int | None = None) -> None:
        """`node_port`: also a port of every node, which leads to the pods of all nodes."""
        name, number = port
        kube.KubeService(
            self,
            "Service" if node_port is None else "DoorService",
            metadata=kube.ObjectMeta(name=service, namespace=names.NAMESPACE, labels=labels(self._component.label)),
            spec=kube.ServiceSpec(
                type="ClusterIP" if node_port is None else "NodePort",
                # A node without a ready pod answers too: none is found unhealthy because a pod has moved.
                external_traffic_policy=None if node_port is None else "Cluster",
                selector=selector(self._component.label),
                ports=[
                    kube.ServicePort(
                        name=name, port=number, target_port=kube.IntOrString.from_string(name), node_port=node_port
                    )
                ],
            ),
        )

    def _metadata(self, version: str | None = None) -> kube.ObjectMeta:
        name, label = self._component.name, self._component.label
        return kube.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels(label, version))

    def _spread(self, topology_key: str) -> kube.TopologySpreadConstraint:
        """Spread over zones or nodes as far as there is room; the pods of an earlier revision do not count."""
        return kube.TopologySpreadConstraint(
            topology_key=topology_key,
            max_skew=1,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=kube.LabelSelector(match_labels=selector(self._component.label)),
            match_label_keys=["pod-template-hash"],
        )
