"""The way out of the private subnets."""

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context

GATEWAY = "AWS::EC2::NatGateway"


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


CHECKS = (
    Check(
        "network",
        "NAT gateways",
        gateways,
        ("cloudformation:DescribeStacks", "cloudformation:ListStackResources", "ec2:DescribeNatGateways"),
        no_gateways,
        before=False,
    ),
)
