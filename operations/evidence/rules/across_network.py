"""Between AWS and the cluster: what security groups let through, and what network policies allow."""

from collections.abc import Iterator
from dataclasses import dataclass

from operations.evidence.finding import Rule
from operations.evidence.rules.across_identity import SECRETS_STORE
from operations.evidence.rules.cluster import ANYWHERE
from operations.evidence.rules.data import DATABASE, FILE_SYSTEM
from operations.evidence.rules.pods import selected
from operations.evidence.subject import Subject

POSTGRESQL = 5432
LUSTRE = {(988, 988), (1018, 1023)}
"""TCP ports of Lustre ("File system access control with Amazon VPC", FSx for Lustre user guide)."""


@dataclass(frozen=True)
class Opening:
    """What a rule of a security group lets through."""

    name: str
    group: str
    peer: str
    """The text of another group's id, or a range of addresses."""

    protocol: str
    ports: tuple[int, int]
    inward: bool


def openings(subject: Subject) -> Iterator[Opening]:
    """Every rule of every security group, its own and those that are resources."""
    for resource in subject.resources("AWS::EC2::SecurityGroup"):
        own = subject.references.text(resource.stack, {"Fn::GetAtt": [resource.logical_id, "GroupId"]})
        for direction in ("SecurityGroupIngress", "SecurityGroupEgress"):
            for rule in resource.properties.get(direction, ()):
                yield _opening(subject, resource.stack, resource.name, own, rule, direction.endswith("Ingress"))
    for resource in subject.resources("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"):
        group = subject.text(resource, resource.properties["GroupId"])
        inward = resource.type.endswith("Ingress")
        yield _opening(subject, resource.stack, resource.name, group, dict(resource.properties), inward)


def _opening(subject: Subject, stack: str, name: str, group: str, rule: dict[str, object], inward: bool) -> Opening:
    peers = ("CidrIp", "CidrIpv6", "SourceSecurityGroupId", "DestinationSecurityGroupId", "SourcePrefixListId")
    peer = next((subject.references.text(stack, rule[key]) for key in peers if key in rule), "?")
    first, last = (int(str(rule.get(key, -1))) for key in ("FromPort", "ToPort"))
    return Opening(name, group, peer, str(rule["IpProtocol"]), (first, last), inward)


def _from_anywhere(subject: Subject) -> Iterator[tuple[str, str]]:
    for opening in openings(subject):
        if opening.inward and opening.peer in ANYWHERE:
            yield opening.name, f"lets the internet in: {opening.protocol} {opening.ports[0]}-{opening.ports[1]}"


def node_groups(subject: Subject) -> set[str]:
    """The texts of the security groups that nodes carry."""
    return {
        subject.text(template, group)
        for template in subject.resources("AWS::EC2::LaunchTemplate")
        for group in template.properties["LaunchTemplateData"].get("SecurityGroupIds", ())
    }


def _database(subject: Subject) -> Iterator[tuple[str, str]]:
    nodes = node_groups(subject)
    for database in subject.resources(DATABASE):
        port = int(database.properties.get("Port", POSTGRESQL))
        groups = {subject.text(database, each) for each in database.properties["VPCSecurityGroups"]}
        let_in = [each for each in openings(subject) if each.inward and each.group in groups]
        for each in let_in:
            if (each.protocol, each.ports) != ("tcp", (port, port)) or each.peer not in nodes:
                yield each.name, f"the database needs {port}/tcp from nodes alone"
        if not any(each.ports == (port, port) and each.peer in nodes for each in let_in):
            yield database.name, f"no security group lets nodes reach {port}/tcp"
        yield from _egress_policies(subject, port)


def _egress_policies(subject: Subject, port: int) -> Iterator[tuple[str, str]]:
    """Pods that have a password for the database, and policies that would not let them use it; and the other way."""
    policies = [each for each in subject.of_kind("NetworkPolicy") if "Egress" in each["spec"].get("policyTypes", ())]
    for pod in subject.pods:
        own = [
            each
            for each in policies
            if each["metadata"]["namespace"] == pod.namespace and selected(pod, each["spec"].get("podSelector") or {})
        ]
        if not own:
            continue
        rules = [rule for each in own for rule in each["spec"].get("egress") or ()]
        reaches = any(_allows(rule, port) for rule in rules)
        reads = any((each.get("csi") or {}).get("driver") == SECRETS_STORE for each in pod.spec.get("volumes", ()))
        if reads and not reaches:
            yield pod.owner, f"security groups let {port}/tcp through, and its network policies don't"


def _allows(rule: dict[str, list[dict[str, object]]], port: int) -> bool:
    to_addresses = not rule.get("to") or any("ipBlock" in peer for peer in rule["to"])
    ports = rule.get("ports") or [{"port": port}]
    numbers = [(each.get("port", port), each.get("endPort", each.get("port", port))) for each in ports]
    return to_addresses and any(int(str(first)) <= port <= int(str(last)) for first, last in numbers)


def _lustre(subject: Subject) -> Iterator[tuple[str, str]]:
    nodes = node_groups(subject)
    for file_system in subject.resources(FILE_SYSTEM):
        own = {subject.text(file_system, each) for each in file_system.properties["SecurityGroupIds"]}
        let_in = [each for each in openings(subject) if each.inward and each.group in own]
        let_out = [each for each in openings(subject) if not each.inward and each.group in own]
        for each in let_in:
            if each.protocol != "tcp" or each.ports not in LUSTRE or each.peer not in nodes | own:
                yield each.name, "the file system needs Lustre's ports, from nodes and itself alone"
        to_nodes = [each for each in openings(subject) if each.inward and each.group in nodes and each.peer in own]
        needed = {
            "from nodes": {each.ports for each in let_in if each.peer in nodes},
            "from itself": {each.ports for each in let_in if each.peer in own},
            "to nodes": {each.ports for each in let_out if each.peer in nodes} & {each.ports for each in to_nodes},
        }
        for direction, ports in needed.items():
            if LUSTRE - ports:
                yield file_system.name, f"Lustre's ports are not open {direction}: the mount hangs"


RULES = (
    Rule("from-anywhere", "No security group lets the internet in", _from_anywhere, ("SC-7", "AC-4")),
    Rule("database-path", "Policies and groups agree on who reaches the database", _database, ("AC-4", "SC-7")),
    Rule("lustre-path", "Lustre's ports are open between nodes and file system, and no others", _lustre, ("AC-4",)),
)
