"""The log group that EKS makes again after its cluster, and the stack that had the group, are gone.

EKS writes late records of a deleted cluster, and makes /aws/eks/<cluster>/cluster for them anew: without a retention,
owned by no stack, and in the way of the next deployment, whose own log group then "already exists". A refusal in the
cluster role's policy doesn't help: EKS's service-linked role makes it (terraform-aws-modules/terraform-aws-eks #920,
#2486, #2763). Logs are no data here: how long they are kept is a setting.
"""

import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from operations.aws import Clients, is_missing
from operations.deployed import DeployedStack, platform_name

LOG_GROUP = "AWS::Logs::LogGroup"


def log_group_name(environment: str) -> str:
    """EKS's own name for the group."""
    return f"/aws/eks/{platform_name(environment)}/cluster"


def delete_leftover_log_group(
    clients: Clients, environment: str, stacks: Iterable[DeployedStack], *, seconds: float = 0
) -> str | None:
    """Delete the group if it is nobody's; returns its name, or None when there was nothing to delete.

    Args:
        stacks: the environment's stacks that exist: while one of them has the group, it stays.
        seconds: how long to wait for the group to come.
    """
    name = log_group_name(environment)
    if any((each.type, each.physical_id) == (LOG_GROUP, name) for stack in stacks for each in stack.resources):
        return None
    logs = clients("logs")
    end = time.monotonic() + seconds
    while not _exists(logs, name):
        if time.monotonic() >= end:
            return None
        time.sleep(2)
    if _cluster_exists(clients("eks"), platform_name(environment)):
        return None
    logs.delete_log_group(logGroupName=name)
    return name


def _exists(logs: Any, name: str) -> bool:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in groups)


def _cluster_exists(eks: Any, name: str) -> bool:
    """A cluster of this name that no stack of ours made: the logs are its."""
    try:
        eks.describe_cluster(name=name)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True
