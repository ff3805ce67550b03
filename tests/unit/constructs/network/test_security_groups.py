"""Who may talk to whom."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2

from airflow_platform.network.security_groups import SecurityGroups
from tests.support.synth import stack_with
from tests.support.templates import resources

NODES = "Airflow nodes"
FILE_SYSTEM = "Airflow file system"
DATABASE = "Airflow metadata database"
CONTROL_PLANE = "Airflow Kubernetes control plane"
KUBECTL_HANDLER = "Airflow manifest handler"
CONTROLLER = "Airflow controller machine"

# The address that CDK puts into a group's egress for "none": without any, EC2 would allow all.
NO_EGRESS = ("icmp", 252, 86, "255.255.255.255/32")

Rule = tuple[str, str, str, int | None, int | None, str]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    def build(stack: Stack) -> None:
        vpc = ec2.Vpc(stack, "Vpc", restrict_default_security_group=False)
        SecurityGroups(stack, "SecurityGroups", vpc=vpc, removal_policy=RemovalPolicy.DESTROY)

    return stack_with(build)


@pytest.fixture(scope="module")
def rules(template: dict[str, Any]) -> list[Rule]:
    """Every rule, inline or not, with group descriptions for ids: direction, group, protocol, ports, peer."""
    groups = resources(template, "AWS::EC2::SecurityGroup")

    def described(reference: dict[str, Any]) -> str:
        return str(groups[reference["Fn::GetAtt"][0]]["Properties"]["GroupDescription"])

    def rule(direction: str, group: str, properties: dict[str, Any]) -> Rule:
        peer = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
        return (
            direction,
            group,
            properties["IpProtocol"],
            properties.get("FromPort"),
            properties.get("ToPort"),
            described(peer) if peer else properties["CidrIp"],
        )

    found = []
    for direction in ("Ingress", "Egress"):
        for group in groups.values():
            for properties in group["Properties"].get(f"SecurityGroup{direction}", []):
                found.append(rule(direction, group["Properties"]["GroupDescription"], properties))
        for separate in resources(template, f"AWS::EC2::SecurityGroup{direction}").values():
            found.append(rule(direction, described(separate["Properties"]["GroupId"]), separate["Properties"]))
    return found


def test_should_describe_groups_literally(template: dict[str, Any]) -> None:
    """CDK's own descriptions follow the construct path, and a changed one replaces group and file system."""
    groups = [group["Properties"] for group in resources(template, "AWS::EC2::SecurityGroup").values()]
    assert sorted(group["GroupDescription"] for group in groups) == sorted(
        [NODES, FILE_SYSTEM, DATABASE, CONTROL_PLANE, KUBECTL_HANDLER, CONTROLLER]
    )
    assert not [group for group in groups if "GroupName" in group]


def test_should_allow_exactly_these_ways(rules: list[Rule]) -> None:
    anywhere = "0.0.0.0/0"
    assert sorted(map(str, rules)) == sorted(
        map(
            str,
            [
                ("Ingress", NODES, "-1", None, None, NODES),
                ("Egress", NODES, "-1", None, None, anywhere),
                # Lustre: nodes to file system, file system to nodes, and itself
                ("Ingress", FILE_SYSTEM, "tcp", 988, 988, NODES),
                ("Ingress", FILE_SYSTEM, "tcp", 1018, 1023, NODES),
                ("Ingress", NODES, "tcp", 988, 988, FILE_SYSTEM),
                ("Ingress", NODES, "tcp", 1018, 1023, FILE_SYSTEM),
                ("Egress", FILE_SYSTEM, "tcp", 988, 988, NODES),
                ("Egress", FILE_SYSTEM, "tcp", 1018, 1023, NODES),
                ("Ingress", FILE_SYSTEM, "tcp", 988, 988, FILE_SYSTEM),
                ("Ingress", FILE_SYSTEM, "tcp", 1018, 1023, FILE_SYSTEM),
                ("Egress", FILE_SYSTEM, "tcp", 988, 988, FILE_SYSTEM),
                ("Egress", FILE_SYSTEM, "tcp", 1018, 1023, FILE_SYSTEM),
                # PostgreSQL
                ("Ingress", DATABASE, "tcp", 5432, 5432, NODES),
                # the Kubernetes API from what is no node
                ("Ingress", CONTROL_PLANE, "tcp", 443, 443, KUBECTL_HANDLER),
                ("Ingress", CONTROL_PLANE, "tcp", 443, 443, CONTROLLER),
                ("Egress", KUBECTL_HANDLER, "tcp", 443, 443, anywhere),
                ("Egress", CONTROLLER, "tcp", 443, 443, anywhere),
                # no way out
                ("Egress", FILE_SYSTEM, *NO_EGRESS),
                ("Egress", DATABASE, *NO_EGRESS),
                ("Egress", CONTROL_PLANE, *NO_EGRESS),
            ],
        )
    )


@pytest.mark.parametrize("port", [987, 989, 1000, 1017, 1024, 22])
def test_should_open_no_other_port_on_the_file_system(port: int, rules: list[Rule]) -> None:
    open_ports = [(low, high) for d, group, _, low, high, _ in rules if d == "Ingress" and group == FILE_SYSTEM]
    assert open_ports
    assert not [ports for ports in open_ports if ports[0] is None or ports[0] <= port <= (ports[1] or 0)]


def test_should_write_rules_between_groups_as_resources_of_their_own(template: dict[str, Any]) -> None:
    """Inline, a retained group would keep naming the nodes' group, which EC2 then refuses to delete."""
    for group in resources(template, "AWS::EC2::SecurityGroup").values():
        inline = [
            rule
            for direction in ("Ingress", "Egress")
            for rule in group["Properties"].get(f"SecurityGroup{direction}", [])
        ]
        assert all("CidrIp" in rule for rule in inline)
