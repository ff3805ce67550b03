"""What an earlier platform of the same name left behind."""

from operations.doctor.check import Answer, Check
from operations.doctor.context import Context


def log_group(context: Context) -> Answer:
    """Whether EKS has made the control plane's log group again after its stack was gone: the next one can't be made.

    EKS flushes its last lines after the cluster, and makes the group that it finds missing.
    """
    name = f"/aws/eks/{context.platform}/cluster"
    groups = context.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    there = any(group["logGroupName"] == name for group in groups)
    if there and not context.has_resources("cluster"):
        return Answer.failed(
            f"{name} is there without its stack: ClusterStack could not make it",
            f"aws logs delete-log-group --region {context.settings.region} --log-group-name {name}",
        )
    return Answer.passed(f"{name} is its stack's" if there else f"no {name} is left over")


def vpc(context: Context) -> Answer:
    """Whether a VPC of an earlier platform, kept with its data, stands beside the one that is deployed."""
    own = set(context.resources("network", "AWS::EC2::VPC"))
    pages = (
        context.client("ec2")
        .get_paginator("describe_vpcs")
        .paginate(Filters=[{"Name": "tag:Name", "Values": [context.platform]}])
    )
    left = [vpc["VpcId"] for page in pages for vpc in page["Vpcs"] if vpc["VpcId"] not in own]
    if left:
        return Answer.warned(
            f"{', '.join(left)} of an earlier {context.platform} is still there; its data will not be the new one's",
            "if nobody needs the data: remove what stands in it, then `aws ec2 delete-vpc` (docs/runbooks/destroy.md)",
        )
    return Answer.passed(f"no VPC of an earlier {context.platform}")


OWN = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
CHECKS = (
    Check("remains", "control-plane log group", log_group, (*OWN, "logs:DescribeLogGroups")),
    Check("remains", "earlier VPC", vpc, (*OWN, "ec2:DescribeVpcs")),
)
