"""Who may talk to whom inside the airflow namespace.

Kubelet probes come from the node and `kubectl port-forward` from the node's runtime into the pod's own loopback:
neither needs a rule ("Network Policies", Kubernetes documentation: traffic to and from the node a pod runs on is
always allowed). Outgoing traffic is free: tasks talk to whatever their DAGs name.
"""

from collections.abc import Sequence

from cdk8s_plus_28 import k8s
from constructs import Construct

from k8s import names
from k8s.airflow.charts import api_server, dag_processor, database, migration, scheduler, triggerer
from k8s.airflow.pods.ports import API_PORT, DATABASE_PORT, TRIGGERER_LOG_PORT
from k8s.labels import APP, labels, selector

DATABASE_CLIENTS = (
    api_server.COMPONENT,
    dag_processor.COMPONENT,
    migration.ADMIN_USER,
    migration.MIGRATION,
    scheduler.COMPONENT,
    triggerer.COMPONENT,
)


def add_network_policies(scope: Construct, *, with_database: bool) -> None:
    """Nothing comes in, but what Airflow needs."""
    _add(scope, "DenyIngress", "deny-ingress", k8s.LabelSelector(), [])
    _add(
        scope,
        "ApiServerIngress",
        names.API_SERVER,
        k8s.LabelSelector(match_labels=selector(api_server.COMPONENT)),
        # Components, Jobs and task pods: all pods that carry Airflow's name.
        [_from(k8s.LabelSelector(match_labels={"app.kubernetes.io/name": APP}), API_PORT)],
    )
    _add(
        scope,
        "TriggererIngress",
        names.TRIGGERER,
        k8s.LabelSelector(match_labels=selector(triggerer.COMPONENT)),
        # Logs of running triggers.
        [_from(k8s.LabelSelector(match_labels=selector(api_server.COMPONENT)), TRIGGERER_LOG_PORT)],
    )
    if with_database:
        clients = k8s.LabelSelector(
            match_labels={"app.kubernetes.io/name": APP},
            match_expressions=[
                k8s.LabelSelectorRequirement(
                    key="app.kubernetes.io/component", operator="In", values=list(DATABASE_CLIENTS)
                )
            ],
        )
        _add(
            scope,
            "DatabaseIngress",
            names.DATABASE,
            k8s.LabelSelector(match_labels=selector(database.COMPONENT)),
            [_from(clients, DATABASE_PORT)],
        )


def _from(pods: k8s.LabelSelector, port: int) -> k8s.NetworkPolicyIngressRule:
    return k8s.NetworkPolicyIngressRule(
        from_=[k8s.NetworkPolicyPeer(pod_selector=pods)],
        ports=[k8s.NetworkPolicyPort(port=k8s.IntOrString.from_number(port), protocol="TCP")],
    )


def _add(
    scope: Construct,
    construct_id: str,
    name: str,
    pods: k8s.LabelSelector,
    ingress: Sequence[k8s.NetworkPolicyIngressRule],
) -> None:
    k8s.KubeNetworkPolicy(
        scope,
        construct_id,
        metadata=k8s.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels("network")),
        spec=k8s.NetworkPolicySpec(pod_selector=pods, policy_types=["Ingress"], ingress=list(ingress) or None),
    )
