"""The way in for people: a load balancer's listeners, and the port of the nodes behind it."""

from collections.abc import Iterator

from operations.evidence.finding import Rule
from operations.evidence.rules.across_network import node_groups, openings
from operations.evidence.subject import Resource, Subject, name_of

BALANCER, LISTENER = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
MODERN = ("ELBSecurityPolicy-TLS13-1-2", "ELBSecurityPolicy-TLS13-1-3")
"""Beginnings of the policies of TLS 1.3 with 1.2 beside it, and of 1.3 alone."""


def _front_door(subject: Subject) -> Iterator[tuple[str, str]]:
    for listener in subject.resources(LISTENER):
        yield from _listener(listener)
    yield from _rules(subject)
    yield from _node_ports(subject)


def _listener(listener: Resource) -> Iterator[tuple[str, str]]:
    properties = listener.properties
    actions = properties["DefaultActions"]
    if properties["Protocol"] != "HTTPS":
        targets = [(each["Type"], each.get("RedirectConfig", {}).get("Protocol")) for each in actions]
        if targets != [("redirect", "HTTPS")]:
            yield listener.name, "does something else without TLS than send people to HTTPS"
    elif not str(properties.get("SslPolicy", "")).startswith(MODERN):
        yield listener.name, f"takes TLS older than 1.2: {properties.get('SslPolicy', 'a default of 2016')}"
    if any(each["Type"] == "forward" for each in actions):
        yield listener.name, "leads whoever asks for any name to Airflow"


def _rules(subject: Subject) -> Iterator[tuple[str, str]]:
    """What keeps outsiders from the API of tasks stands before what lets them in, on each listener that does."""
    by_listener: dict[str, list[Resource]] = {}
    for rule in subject.resources(LISTENER_RULE):
        by_listener.setdefault(subject.text(rule, rule.properties["ListenerArn"]), []).append(rule)
    for rules in by_listener.values():
        for rule in sorted(rules, key=lambda each: int(each.properties["Priority"])):
            conditions = {each["Field"]: str(each) for each in rule.properties["Conditions"]}
            if "/execution/*" in conditions.get("path-pattern", "") and len(conditions) == 1:
                break
            if any(each["Type"] == "forward" for each in rule.properties["Actions"]):
                yield rule.name, "leads outsiders to the API of tasks: no rule before it answers /execution/*"


def _node_ports(subject: Subject) -> Iterator[tuple[str, str]]:
    balancers = {
        subject.text(balancer, group)
        for balancer in subject.resources(BALANCER)
        for group in balancer.properties["SecurityGroups"]
    }
    nodes = node_groups(subject)
    opened = [each for each in openings(subject) if each.inward and each.group in nodes and each.peer in balancers]
    ports = {
        int(port["nodePort"]): name_of(service)
        for service in subject.of_kind("Service")
        for port in service["spec"].get("ports", ())
        if "nodePort" in port
    }
    for each in opened:
        if each.protocol != "tcp" or each.ports[0] != each.ports[1] or each.ports[0] not in ports:
            yield each.name, "lets the load balancer reach more of the nodes than Airflow's port"
    for port, service in ports.items():
        if port not in {each.ports[0] for each in opened}:
            yield service, f"port {port} of the nodes is opened to no load balancer"


RULES = (
    Rule("front-door", "People come over TLS, by one name, to one port of the nodes", _front_door, ("SC-8", "AC-4")),
)
