"""The Deployment of an Airflow component, and its disruption budget."""

from cdk8s_plus_28 import k8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts import secret_files
from k8s.airflow.pods import volumes
from k8s.airflow.pods.airflow_pod import AirflowPod
from k8s.labels import labels, selector
from settings.model.airflow import ComponentSettings


def add_component(
    scope: Construct,
    *,
    name: str,
    component: str,
    settings: ComponentSettings,
    pod: AirflowPod,
    container: k8s.Container,
    grace_seconds: int,
    uses_kubernetes: bool = False,
) -> None:
    """A component's pods, kept running through updates, node drains and the loss of a zone.

    `grace_seconds`: from SIGTERM to SIGKILL. `uses_kubernetes`: its pods get a token.
    """
    airflow = pod.release.airflow
    k8s.KubeDeployment(
        scope,
        "Deployment",
        metadata=_metadata(name, component, airflow.version),
        spec=k8s.DeploymentSpec(
            replicas=settings.replicas,
            revision_history_limit=3,
            # Kubernetes and the deployment give up at the same time.
            progress_deadline_seconds=airflow.rollout_timeout_minutes * 60,
            selector=k8s.LabelSelector(match_labels=selector(component)),
            # The old pod stays until the new one is ready, so an image that cannot start takes nothing down. Two
            # schedulers, DAG processors or triggerers at a time are safe.
            strategy=k8s.DeploymentStrategy(
                type="RollingUpdate",
                rolling_update=k8s.RollingUpdateDeployment(
                    max_unavailable=k8s.IntOrString.from_number(0), max_surge=k8s.IntOrString.from_number(1)
                ),
            ),
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(
                    labels=labels(component, airflow.version),
                    annotations={
                        # An autoscaler counts /tmp as data that is lost with the node, and would never drain it.
                        "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": volumes.TEMPORARY,
                        **pod.checksums(),
                        **secret_files.annotations(pod.release.bindings.secrets),
                    },
                ),
                spec=pod.spec(
                    container,
                    waits_for_schema=True,
                    grace_seconds=grace_seconds,
                    uses_kubernetes=uses_kubernetes,
                    topology_spread_constraints=[
                        _spread(component, "topology.kubernetes.io/zone"),
                        _spread(component, "kubernetes.io/hostname"),
                    ],
                ),
            ),
        ),
    )
    if settings.replicas > 1:
        k8s.KubePodDisruptionBudget(
            scope,
            "DisruptionBudget",
            metadata=_metadata(name, component),
            spec=k8s.PodDisruptionBudgetSpec(
                max_unavailable=k8s.IntOrString.from_number(1),
                selector=k8s.LabelSelector(match_labels=selector(component)),
                # A pod that does not work keeps no node from being drained.
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
        )


def _metadata(name: str, component: str, version: str | None = None) -> k8s.ObjectMeta:
    return k8s.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels(component, version))


def _spread(component: str, topology_key: str) -> k8s.TopologySpreadConstraint:
    """Spread over zones or nodes as far as there is room; the pods of an earlier revision do not count."""
    return k8s.TopologySpreadConstraint(
        topology_key=topology_key,
        max_skew=1,
        when_unsatisfiable="ScheduleAnyway",
        label_selector=k8s.LabelSelector(match_labels=selector(component)),
        match_label_keys=["pod-template-hash"],
    )
