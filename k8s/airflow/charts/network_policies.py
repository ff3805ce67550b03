"""Who may talk to the pods of the airflow namespace; egress_policies.py has the way out.

Kubelet probes come from the node and `kubectl port-forward` from the node's runtime into the pod's own loopback:
neither needs a rule ("Network Policies", Kubernetes documentation: traffic to and from the node a pod runs on is
always allowed).
"""

from collections.abc import Sequence

from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow import components, housekeeping, jobs
from k8s.airflow.charts import database
from k8s.airflow.pods.ports import DATABASE_PORT
from k8s.bindings import FrontDoor
from k8s.labels import APP, labels, selector


def add_network_policies(scope: Construct, *, with_database: bool, front_door: FrontDoor | None) -> None:
    """Nothing comes in, but what Airflow needs."""
    _add(scope, "DenyIngress", "deny-ingress", kube.LabelSelector(), [])
    for component in components.COMPONENTS:
        if component.port and component.callers is not None:
            pods = kube.LabelSelector(match_labels=selector(component.label))
            callers = [kube.LabelSelector(match_labels=selector(each)) for each in component.callers]
            everybody = kube.LabelSelector(match_labels={"app.kubernetes.io/name": APP})
            allowed = _from(callers or [everybody], component.port[1])
            _add(scope, f"{component.id}Ingress", component.name, pods, [allowed])
            if front_door and component.people_service:
                # Of every pod's addresses too, which are the nodes' networks': k8s/airflow/scripts/front.py believes
                # none of them more than the load balancer.
                from_nodes = _from_networks(front_door.node_cidrs, component.port[1])
                _add(scope, f"{component.id}DoorIngress", f"{component.name}-door", pods, [from_nodes])
    if with_database:
        clients = kube.LabelSelector(
            match_labels={"app.kubernetes.io/name": APP},
            match_expressions=[
                kube.LabelSelectorRequirement(
                    key="app.kubernetes.io/component", operator="In", values=_database_clients()
                )
            ],
        )
        _add(
            scope,
            "DatabaseIngress",
            names.DATABASE,
            kube.LabelSelector(match_labels=selector(database.COMPONENT)),
            [_from([clients], DATABASE_PORT)],
        )


def _database_clients() -> list[str]:
    rows = (*components.COMPONENTS, *jobs.JOBS, *housekeeping.CLEANERS)
    return sorted(row.label for row in rows if "database" in row.secrets)


def _from(pods: Sequence[kube.LabelSelector], port: int) -> kube.NetworkPolicyIngressRule:
    return kube.NetworkPolicyIngressRule(
        from_=[kube.NetworkPolicyPeer(pod_selector=each) for each in pods],
        ports=[kube.NetworkPolicyPort(port=kube.IntOrString.from_number(port), protocol="TCP")],
    )


def _from_networks(cidrs: Sequence[str], port: int) -> kube.NetworkPolicyIngressRule:
    return kube.NetworkPolicyIngressRule(
        from_=[kube.NetworkPolicyPeer(ip_block=kube.IpBlock(cidr=each)) for each in cidrs],
        ports=[kube.NetworkPolicyPort(port=kube.IntOrString.from_number(port), protocol="TCP")],
    )


def _add(
    scope: Construct,
    construct_id: str,
    name: str,
    pods: kube.LabelSelector,
    ingress: Sequence[kube.NetworkPolicyIngressRule],
) -> None:
    kube.KubeNetworkPolicy(
        scope,
        construct_id,
        metadata=kube.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels("network")),
        spec=kube.NetworkPolicySpec(pod_selector=pods, policy_types=["Ingress"], ingress=list(ingress) or None),
    )
