"""The subnets: their addresses, and the way out of them."""

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context

GATEWAY = "AWS::EC2::NatGateway"
FEW = 8
"""Addresses: EKS itself wants five in its subnets for an update ("Subnet requirements for clusters", Amazon EKS
user guide)."""


def no_gateways(context: Context) -> str | None:
    """No NAT gateway is deployed."""
    there = context.resources("network", GATEWAY)
    return None if there else f"{context.platform}-network has no NAT gateway"


def gateways(context: Context) -> Answer:
    """Whether the NAT gateways work: without one nodes of its zone pull no image and reach no AWS service."""
    answers, ids = [], context.resources("network", GATEWAY)
    for each in ids:
        try:
            [gateway] = context.client("ec2").describe_nat_gateways(NatGatewayIds=[each])["NatGateways"]
        except ClientError as error:
            if "NotFound" not in error.response["Error"]["Code"]:
                raise
            gateway = {"State": "deleted"}
        state, why = gateway.get("State"), gateway.get("FailureMessage")
        told = f"{each} is {state}" + (f": {why}" if why else "")
        if state == "pending":
            answers.append(Answer.warned(told, "wait until it is available"))
        elif state != "available":
            step = (
                "set network.nat_gateways lower (0 with network.interface_endpoints), `make deploy`, and set it back:"
                " only that makes a new one"
            )
            answers.append(Answer.failed(told, step))
    return worst(answers, Answer.passed(f"{', '.join(ids)} available"))


def no_subnets(context: Context) -> str | None:
    """NetworkStack is not deployed."""
    there = context.resources("network", "AWS::EC2::Subnet")
    return None if there else f"{context.platform}-network has no subnets"


def addresses(context: Context) -> Answer:
    """Whether the subnets have addresses left: every pod takes one, and without any it hangs in ContainerCreating."""
    ids = context.resources("network", "AWS::EC2::Subnet")
    found = context.client("ec2").describe_subnets(SubnetIds=ids)["Subnets"]
    left = {each["SubnetId"]: int(each["AvailableIpAddressCount"]) for each in found}
    step = "fewer nodes or tasks at once; the subnets' size (network.private_subnet_prefix) is for a new platform"
    answers = [
        Answer.warned(f"{subnet} has {count} addresses left", step) for subnet, count in left.items() if count < FEW
    ]
    return worst(answers, Answer.passed(f"{min(left.values(), default=0)} or more left in each of {len(left)} subnets"))


RESOURCES = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
CHECKS = (
    Check("network", "addresses", addresses, (*RESOURCES, "ec2:DescribeSubnets"), no_subnets, before=False),
    Check(
        "network",
        "NAT gateways",
        gateways,
        (*RESOURCES, "ec2:DescribeNatGateways"),
        no_gateways,
        before=False,
    ),
)
