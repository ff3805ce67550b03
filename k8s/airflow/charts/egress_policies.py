"""Whom the pods of the airflow namespace may talk to.

Secrets and the file system are mounted by the node, so no pod needs a way to Secrets Manager or Lustre for them. What
looks connections up there does.
"""

from collections.abc import Iterable, Mapping, Sequence

from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow import components, jobs
from k8s.airflow.charts import database
from k8s.airflow.components import Component
from k8s.airflow.context import ChartContext
from k8s.airflow.pods import secrets_backend
from k8s.airflow.pods.ports import API_PORT, DATABASE_PORT, DNS_PORT, HTTP_PORT, HTTPS_PORT, KUBERNETES_API_PORTS
from k8s.airflow.pods.task_profiles import task_roles
from k8s.airflow.pods.worker_pod import COMPONENT as WORKER
from k8s.labels import labels, selector

INSTANCE_METADATA = "169.254.169.254/32"
POD_IDENTITY_AGENT = "169.254.170.23/32"
"""Of the node ("Understand how EKS Pod Identity works", Amazon EKS user guide)."""

Rule = kube.NetworkPolicyEgressRule


def add_egress_policies(scope: Construct, context: ChartContext) -> None:
    """Nothing goes out, but what Airflow needs and what the settings open."""
    _add(scope, "DenyEgress", "deny-egress", kube.LabelSelector(), [])
    for component in components.COMPONENTS:
        cidrs = context.airflow.components[component.setting].egress_cidrs
        rules = [
            to_database(context),
            *([to_kubernetes(context)] if component.kubernetes is not None else []),
            *_store(component, context),
            *_provider(component, context),
            *_calls(component),
            *to_networks_named(cidrs),
        ]
        add_egress_policy(scope, f"{component.id}Egress", component.name, component.label, rules)
    for job in jobs.JOBS:
        add_egress_policy(scope, f"{job.id}Egress", job.name, job.label, [to_database(context)])
    api_server = components.API_SERVER
    tasks = [
        _to_pods(selector(api_server.label), API_PORT),
        *_role_of_tasks(context),
        *to_networks_named(context.airflow.worker.egress_cidrs),
    ]
    add_egress_policy(scope, "WorkerEgress", names.WORKER, WORKER, tasks)


def to_database(context: ChartContext) -> Rule:
    """The metadata database."""
    if context.bindings.in_cluster_database is not None:
        return _to_pods(selector(database.COMPONENT), DATABASE_PORT)
    return _to_networks(context.bindings.database_cidrs, [DATABASE_PORT])


def to_kubernetes(context: ChartContext) -> Rule:
    """The Kubernetes API, for those that have a token for it."""
    return _to_networks(context.bindings.kubernetes_api_cidrs, KUBERNETES_API_PORTS)


def _role_of_tasks(context: ChartContext) -> list[Rule]:
    """The agent of the node that hands out AWS roles, where tasks have some."""
    return [_pod_identity_agent()] if task_roles(context.airflow) else []


def _pod_identity_agent() -> Rule:
    return _to_networks([POD_IDENTITY_AGENT], [HTTP_PORT])


def _store(component: Component, context: ChartContext) -> list[Rule]:
    """The store of connections and variables, and who gives out the credentials for it."""
    if not secrets_backend.prefixes(context.airflow, component.looks_up):
        return []
    return [_pod_identity_agent(), _to_networks(context.bindings.aws_cidrs, [HTTPS_PORT])]


def _provider(component: Component, context: ChartContext) -> list[Rule]:
    """Where people log in, for the one that asks who they are."""
    login = context.airflow.login
    if not component.has_the_login or not login.is_on:
        return []
    peers = [kube.NetworkPolicyPeer(ip_block=_block(cidr)) for cidr in login.egress_cidrs]
    return [Rule(to=peers, ports=[_port(port, "TCP") for port in login.ports])]


def _calls(component: Component) -> list[Rule]:
    called = [each for each in components.COMPONENTS if each.label in component.calls]
    return [_to_pods(selector(each.label), each.port[1]) for each in called if each.port]


def to_networks_named(cidrs: Iterable[str]) -> list[Rule]:
    """Any port of these networks, but the instance metadata; none: nothing."""
    return [Rule(to=[kube.NetworkPolicyPeer(ip_block=_block(cidr)) for cidr in cidrs])] if cidrs else []


def _block(cidr: str) -> kube.IpBlock:
    # Nodes give pods no instance metadata (one hop); this says so where policies hold. An exception has to lie in it.
    return kube.IpBlock(cidr=cidr, except_=[INSTANCE_METADATA] if cidr == "0.0.0.0/0" else None)


def _dns() -> Rule:
    return Rule(
        to=[
            kube.NetworkPolicyPeer(
                namespace_selector=kube.LabelSelector(match_labels={"kubernetes.io/metadata.name": "kube-system"}),
                pod_selector=kube.LabelSelector(match_labels={"k8s-app": "kube-dns"}),
            )
        ],
        ports=[_port(DNS_PORT, "UDP"), _port(DNS_PORT, "TCP")],
    )


def _to_pods(wanted: Mapping[str, str], port: int) -> Rule:
    peer = kube.NetworkPolicyPeer(pod_selector=kube.LabelSelector(match_labels=wanted))
    return Rule(to=[peer], ports=[_port(port, "TCP")])


def _to_networks(cidrs: Iterable[str], ports: Iterable[int]) -> Rule:
    """No network named: any."""
    peers = [kube.NetworkPolicyPeer(ip_block=kube.IpBlock(cidr=cidr)) for cidr in cidrs]
    return Rule(to=peers or None, ports=[_port(port, "TCP") for port in ports])


def _port(number: int, protocol: str) -> kube.NetworkPolicyPort:
    return kube.NetworkPolicyPort(port=kube.IntOrString.from_number(number), protocol=protocol)


def add_egress_policy(scope: Construct, id_: str, name: str, label: str, rules: Sequence[Rule]) -> None:
    """Let the pods of a label ask DNS, and go where the rules lead."""
    pods = kube.LabelSelector(match_labels=selector(label))
    _add(scope, id_, f"{name}-egress", pods, [_dns(), *rules])


def _add(scope: Construct, construct_id: str, name: str, pods: kube.LabelSelector, rules: Sequence[Rule]) -> None:
    kube.KubeNetworkPolicy(
        scope,
        construct_id,
        metadata=kube.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels("network")),
        spec=kube.NetworkPolicySpec(pod_selector=pods, policy_types=["Egress"], egress=list(rules) or None),
    )
