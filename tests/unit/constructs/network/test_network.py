"""The VPC and its subnets."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import RemovalPolicy

from airflow_platform.network.network import Network
from settings.facts.endpoints import INTERFACE_ENDPOINTS
from settings.model.network import NetworkSettings
from stacks.network_stack import NetworkStack
from tests.support.environments import aws_environment
from tests.support.synth import cdk_app, stack_with, template_of
from tests.support.templates import resources

ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")


def network(zones: int = 2, removal_policy: RemovalPolicy = RemovalPolicy.DESTROY, **settings: Any) -> dict[str, Any]:
    return stack_with(
        lambda stack: Network(
            stack,
            "Network",
            settings=NetworkSettings(**settings),
            availability_zones=ZONES[:zones],
            name="airflow-test",
            removal_policy=removal_policy,
        )
    )


def subnets(template: dict[str, Any], tier: str = "") -> dict[str, dict[str, Any]]:
    """Logical id -> properties of the subnets, of one tier ("Public", "Private") or all."""
    return {
        name: subnet["Properties"]
        for name, subnet in resources(template, "AWS::EC2::Subnet").items()
        if f"{tier}Subnet" in name
    }


def places(template: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Logical id -> zone and range of the subnets: what cannot change without replacing them."""
    return {name: (subnet["AvailabilityZone"], subnet["CidrBlock"]) for name, subnet in subnets(template).items()}


def tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties["Tags"]}


@pytest.fixture(scope="module")
def default() -> dict[str, Any]:
    return network()


def test_should_make_a_public_and_a_private_subnet_in_each_named_zone(default: dict[str, Any]) -> None:
    assert sorted(places(default).values()) == [
        ("eu-central-1a", "10.0.0.0/24"),
        ("eu-central-1a", "10.0.32.0/19"),
        ("eu-central-1b", "10.0.1.0/24"),
        ("eu-central-1b", "10.0.64.0/19"),
    ]


@pytest.mark.parametrize(
    "prefixes",
    # With the default prefixes the private ranges start at the next /19 however many public ones there are.
    [{}, {"public_subnet_prefix": 20, "private_subnet_prefix": 20}],
)
def test_should_not_move_a_subnet_when_a_third_zone_is_appended(prefixes: dict[str, Any]) -> None:
    two, three = (places(network(zones=zones, **prefixes)) for zones in (2, 3))
    assert two.items() <= three.items()
    assert (len(two), len(three)) == (4, 6)


def test_should_not_move_a_subnet_when_nat_gateways_go(default: dict[str, Any]) -> None:
    assert places(network(nat_gateways=0, interface_endpoints=True)) == places(default)


@pytest.mark.parametrize("account", [None, "111122223333"])
def test_should_name_zones_literally_without_looking_them_up(account: str | None) -> None:
    app = cdk_app()
    stack = NetworkStack(app, "NetworkStack", settings=aws_environment(account=account))
    assert {zone for zone, _ in places(template_of(stack)).values()} == {"eu-central-1a", "eu-central-1b"}
    manifest = json.loads((Path(app.synth().directory) / "manifest.json").read_text())
    assert "missing" not in manifest


def test_should_take_ranges_from_the_settings() -> None:
    template = network(cidr="172.20.0.0/18", public_subnet_prefix=26, private_subnet_prefix=21)
    assert {name[:20] for name in subnets(template)} == {"NetworkVpcPublicSubn", "NetworkVpcPrivateSub"}
    assert {subnet["CidrBlock"] for subnet in subnets(template).values()} == {
        "172.20.0.0/26",
        "172.20.0.64/26",
        "172.20.8.0/21",
        "172.20.16.0/21",
    }


def test_should_give_instances_public_addresses_in_public_subnets_only(default: dict[str, Any]) -> None:
    assert {s["MapPublicIpOnLaunch"] for s in subnets(default, "Public").values()} == {True}
    assert {s["MapPublicIpOnLaunch"] for s in subnets(default, "Private").values()} == {False}


def test_should_tag_subnets_for_load_balancers_and_autoscalers(default: dict[str, Any]) -> None:
    shared = {"kubernetes.io/cluster/airflow-test": "shared"}
    for subnet in subnets(default, "Public").values():
        assert shared.items() | {("kubernetes.io/role/elb", "1")} <= tags(subnet).items()
        assert not tags(subnet).keys() & {"kubernetes.io/role/internal-elb", "karpenter.sh/discovery"}
    for subnet in subnets(default, "Private").values():
        private = {"kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": "airflow-test"}
        assert (shared | private).items() <= tags(subnet).items()
        assert "kubernetes.io/role/elb" not in tags(subnet)


@pytest.mark.parametrize(("zones", "nat_gateways"), [(2, 0), (2, 1), (2, 2), (3, 3)])
def test_should_make_as_many_nat_gateways_as_the_settings_say(zones: int, nat_gateways: int) -> None:
    template = network(zones=zones, nat_gateways=nat_gateways)
    assert len(resources(template, "AWS::EC2::NatGateway")) == nat_gateways
    routes = [route["Properties"] for route in resources(template, "AWS::EC2::Route").values()]
    assert len([route for route in routes if "NatGatewayId" in route]) == (zones if nat_gateways else 0)


@pytest.mark.parametrize("settings", [{}, {"nat_gateways": 0, "interface_endpoints": True}])
def test_should_reach_s3_without_nat_from_every_subnet(settings: dict[str, Any]) -> None:
    template = network(**settings)
    (endpoint,) = (
        e["Properties"]
        for e in resources(template, "AWS::EC2::VPCEndpoint").values()
        if e["Properties"]["VpcEndpointType"] == "Gateway"
    )
    assert endpoint["ServiceName"]["Fn::Join"][1][-1] == ".s3"
    assert {table["Ref"] for table in endpoint["RouteTableIds"]} == resources(template, "AWS::EC2::RouteTable").keys()


def test_should_have_no_interface_endpoint_unless_asked(default: dict[str, Any]) -> None:
    types = {e["Properties"]["VpcEndpointType"] for e in resources(default, "AWS::EC2::VPCEndpoint").values()}
    assert types == {"Gateway"}


def test_should_have_an_endpoint_for_exactly_what_is_called_from_private_subnets() -> None:
    template = network(nat_gateways=0, interface_endpoints=True)
    endpoints = [
        e["Properties"]
        for e in resources(template, "AWS::EC2::VPCEndpoint").values()
        if e["Properties"]["VpcEndpointType"] == "Interface"
    ]
    assert {endpoint["ServiceName"] for endpoint in endpoints} == {
        f"com.amazonaws.eu-central-1.{service}"
        for service in (
            "eks eks-auth ec2 ecr.api ecr.dkr sts logs secretsmanager fsx cloudformation".split()  # noqa: SIM905
        )
    }
    assert len(endpoints) == len(INTERFACE_ENDPOINTS)
    assert all(row.caller for row in INTERFACE_ENDPOINTS)
    for endpoint in endpoints:
        assert endpoint["PrivateDnsEnabled"] is True
        assert {subnet["Ref"] for subnet in endpoint["SubnetIds"]} == subnets(template, "Private").keys()


def test_should_let_only_https_from_the_vpc_into_interface_endpoints() -> None:
    template = network(nat_gateways=0, interface_endpoints=True)
    ((group_id, group),) = resources(template, "AWS::EC2::SecurityGroup").items()
    assert group["Properties"]["GroupDescription"] == "Interface endpoints of the Airflow platform"
    assert "SecurityGroupIngress" not in group["Properties"]
    ((_, rule),) = resources(template, "AWS::EC2::SecurityGroupIngress").items()
    (vpc,) = resources(template, "AWS::EC2::VPC")
    assert rule["Properties"] == {
        "GroupId": {"Fn::GetAtt": [group_id, "GroupId"]},
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "CidrIp": {"Fn::GetAtt": [vpc, "CidrBlock"]},
        "Description": "HTTPS from the VPC",
    }
    for endpoint in resources(template, "AWS::EC2::VPCEndpoint").values():
        if endpoint["Properties"]["VpcEndpointType"] == "Interface":
            assert endpoint["Properties"]["SecurityGroupIds"] == [{"Fn::GetAtt": [group_id, "GroupId"]}]


def test_should_keep_flow_logs_as_long_as_the_settings_say() -> None:
    template = network(flow_logs_retention_days=90)
    ((name, log_group),) = resources(template, "AWS::Logs::LogGroup").items()
    assert log_group["Properties"] == {"RetentionInDays": 90}
    ((_, flow_log),) = resources(template, "AWS::EC2::FlowLog").items()
    (vpc,) = resources(template, "AWS::EC2::VPC")
    assert flow_log["Properties"]["ResourceId"] == {"Ref": vpc}
    assert flow_log["Properties"]["TrafficType"] == "ALL"
    assert flow_log["Properties"]["LogGroupName"] == {"Ref": name}


def test_should_not_let_a_late_flow_log_record_bring_the_log_group_back() -> None:
    (policy,) = resources(network(), "AWS::IAM::Policy").values()
    actions = [action for s in policy["Properties"]["PolicyDocument"]["Statement"] for action in s["Action"]]
    assert actions
    assert "logs:CreateLogGroup" not in actions


@pytest.mark.parametrize("account", [None, "111122223333"])
def test_should_let_only_flow_logs_of_this_account_write(account: str | None) -> None:
    # The service writes for every account: without the condition it could be told to write here by another one.
    template = template_of(NetworkStack(cdk_app(), "NetworkStack", settings=aws_environment(account=account)))
    (role,) = resources(template, "AWS::IAM::Role").values()
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": account or {"Ref": "AWS::AccountId"}}},
    }


def test_should_turn_flow_logs_off() -> None:
    template = network(flow_logs_retention_days=None)
    assert not resources(template, "AWS::EC2::FlowLog")
    assert not resources(template, "AWS::Logs::LogGroup")
    assert not resources(template, "AWS::IAM::Role")


def test_should_need_no_lambda(default: dict[str, Any]) -> None:
    assert not resources(default, "AWS::Lambda::Function")


def test_should_offer_the_private_subnet_of_a_zone() -> None:
    settings = aws_environment()
    offer = NetworkStack(cdk_app(), "NetworkStack", settings=settings).offer

    for zone in settings.availability_zones:
        subnet = offer.private_subnet(zone)
        assert (subnet.availability_zone, subnet in offer.private_subnets) == (zone, True)
