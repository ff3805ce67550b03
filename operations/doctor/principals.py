"""IAM: who gets into the cluster, and the roles of AWS's own services."""

from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.facts import SERVICE_LINKED_ROLES, SPOT_ROLE


def _role(iam: Any, name: str) -> str | None:
    """The ARN of a role; None when there is none."""
    try:
        arn: str = iam.get_role(RoleName=name)["Role"]["Arn"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    return arn


def _user(iam: Any, name: str) -> str | None:
    try:
        arn: str = iam.get_user(UserName=name)["User"]["Arn"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    return arn


def service_linked_roles(context: Context) -> Answer:
    """Whether the roles are there that a service makes at its first use."""
    iam = context.client("iam")
    spot = any(group.capacity_type == "spot" for group in context.settings.cluster.node_groups.values())
    wanted = {**SERVICE_LINKED_ROLES, **(SPOT_ROLE if spot else {})}
    missing = [name for name in wanted if _role(iam, name) is None]
    if missing:
        return Answer.warned(
            f"{', '.join(missing)} not there yet: the first deployment of an account may fail once without",
            " && ".join(f"aws iam create-service-linked-role --aws-service-name {wanted[name]}" for name in missing),
        )
    return Answer.passed(f"{len(wanted)} roles")


def nobody_is_named(context: Context) -> str | None:
    """Without principals there is nothing to ask."""
    access = context.settings.cluster.access
    return None if (*access.admins, *access.viewers) else "cluster.access names nobody"


def access(context: Context) -> Answer:
    """Whether the principals that get into the cluster exist, as they are written."""
    lists = context.settings.cluster.access
    arns = dict.fromkeys((*lists.admins, *lists.viewers))
    answers = [answer for arn in arns if (answer := _principal(context, arn))]
    return worst(answers, Answer.passed(f"{len(arns)} principals"))


def _principal(context: Context, arn: str) -> Answer | None:
    """What is wrong with a principal."""
    account, (kind, _, path) = arn.split(":")[4], arn.split(":", 5)[5].partition("/")
    if account != context.identity["Account"]:
        return Answer.warned(f"{arn} is of another account, and can't be asked for", "look there that it exists")
    name = path.rpartition("/")[2]
    iam = context.client("iam")
    found = _role(iam, name) if kind == "role" else _user(iam, name)
    change = "correct cluster.access in the environment file"
    if found is None:
        return Answer.failed(f"{arn} does not exist", f"make it, or {change}")
    if found != arn:
        return Answer.failed(f"{arn} does not exist, but {found}", change)
    return None


CHECKS = (
    Check("iam", "service-linked roles", service_linked_roles, ("iam:GetRole",)),
    Check("iam", "cluster access", access, ("iam:GetRole", "iam:GetUser"), nobody_is_named),
)
