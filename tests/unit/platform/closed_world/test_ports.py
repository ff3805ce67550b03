"""What security groups let through."""

from operations.evidence.subject import Subject
from tests.unit.platform.closed_world import world

DOOR = "ClusterStack/FrontDoorInternetLoadBalancerSecurityGroup"
PORTS = [
    ("NetworkStack/NetworkInterfaceEndpointsSecurityGroup.GroupId", "out", "icmp 252-86", "255.255.255.255/32"),
    ("Nodes", "out", "-1", "0.0.0.0/0"),
    ("FileSystem", "out", "icmp 252-86", "255.255.255.255/32"),
    ("Database", "out", "icmp 252-86", "255.255.255.255/32"),
    ("ControlPlane", "out", "icmp 252-86", "255.255.255.255/32"),
    ("KubectlHandler", "out", "tcp 443-443", "0.0.0.0/0"),
    ("Controller", "out", "tcp 443-443", "0.0.0.0/0"),
    (
        "NetworkStack/NetworkInterfaceEndpointsSecurityGroup.GroupId",
        "in",
        "tcp 443-443",
        "NetworkStack/NetworkVpc.CidrBlock",
    ),
    ("Nodes", "in", "-1", "Nodes"),
    ("FileSystem", "in", "tcp 988-988", "Nodes"),
    ("FileSystem", "out", "tcp 988-988", "Nodes"),
    ("Nodes", "in", "tcp 988-988", "FileSystem"),
    ("FileSystem", "in", "tcp 988-988", "FileSystem"),
    ("FileSystem", "out", "tcp 988-988", "FileSystem"),
    ("FileSystem", "in", "tcp 1018-1023", "Nodes"),
    ("FileSystem", "out", "tcp 1018-1023", "Nodes"),
    ("Nodes", "in", "tcp 1018-1023", "FileSystem"),
    ("FileSystem", "in", "tcp 1018-1023", "FileSystem"),
    ("FileSystem", "out", "tcp 1018-1023", "FileSystem"),
    ("Database", "in", "tcp 5432-5432", "Nodes"),
    ("ControlPlane", "in", "tcp 443-443", "KubectlHandler"),
    ("ControlPlane", "in", "tcp 443-443", "Controller"),
    *(
        (f"{DOOR}.GroupId", "in", f"tcp {port}-{port}", cidr)
        for cidr in ("198.51.100.0/24", "203.0.113.0/24")
        for port in (443, 80)
    ),
    (f"{DOOR}.GroupId", "out", "icmp 252-86", "255.255.255.255/32"),
    (f"{DOOR}.GroupId", "out", "tcp 30080-30080", "Nodes"),
    ("Nodes", "in", "tcp 30080-30080", DOOR),
]
"""Group, direction, protocol and ports, peer. `icmp 252-86` to 255.255.255.255 is how CDK says nothing."""


def test_should_open_no_other_port(fullest: Subject) -> None:
    world.assert_closed(world.ports(fullest), PORTS)
