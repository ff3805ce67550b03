"""Node groups, and the newest image release for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operations.aws import OperationError

RELEASE_PARAMETER = "/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{variant}/recommended/release_version"
"""AWS's public SSM parameter with the newest release ("Retrieve recommended Amazon Linux AMI IDs", Amazon EKS user
guide)."""

VARIANTS = {"AL2023_x86_64_STANDARD": "x86_64/standard", "AL2023_ARM_64_STANDARD": "arm64/standard"}
"""The parameter's words for the image types that the platform makes nodes from."""

SECONDS_BETWEEN_LOOKS = 30
ENDED = ("Successful", "Failed", "Cancelled")


class PatchError(OperationError):
    """Why nodes were not moved; one line for a person."""


@dataclass(frozen=True)
class NodeGroup:
    """A managed node group of a cluster."""

    cluster: str
    name: str
    release: str
    """Its image's release, such as 1.36.2-20261102."""

    newest: str
    """The newest release of its Kubernetes version."""

    @property
    def is_newest(self) -> bool:
        return self.release == self.newest


def node_groups(eks: Any, ssm: Any, cluster: str) -> list[NodeGroup]:
    """The node groups of a cluster, by name.

    Raises:
        PatchError: a group is in no state to be moved.
    """
    version = eks.describe_cluster(name=cluster)["cluster"]["version"]
    pages = eks.get_paginator("list_nodegroups").paginate(clusterName=cluster)
    names = sorted(name for page in pages for name in page["nodegroups"])
    return [_node_group(eks, ssm, cluster, version, name) for name in names]


def _node_group(eks: Any, ssm: Any, cluster: str, version: str, name: str) -> NodeGroup:
    found = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    if found["status"] != "ACTIVE":
        raise PatchError(f"Node group {name} is {found['status']}: wait until it is ACTIVE, or see why it is not")
    # An update without a version brings a group to the cluster's, which is for a deployment to do.
    if found["version"] != version:
        raise PatchError(
            f"Node group {name} runs Kubernetes {found['version']} and its cluster {version}: `make deploy` moves it"
        )
    if found["amiType"] not in VARIANTS:
        raise PatchError(f"Node group {name} has images of type {found['amiType']}, which are not the platform's")
    parameter = RELEASE_PARAMETER.format(version=version, variant=VARIANTS[found["amiType"]])
    newest = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    return NodeGroup(cluster=cluster, name=name, release=found["releaseVersion"], newest=newest)


def move(eks: Any, group: NodeGroup, *, tell: Callable[[str], None], sleep: Callable[[float], None]) -> None:
    """Replace a group's nodes by new ones of the newest release, and wait for the end.

    Never by force: a node is drained as disruption budgets allow, as many at once as the group's `max_unavailable`. The
    template names no release, so CloudFormation sees no difference afterwards.

    Raises:
        PatchError: the update did not succeed; the group then has nodes of both releases.
    """
    request = eks.update_nodegroup_version(clusterName=group.cluster, nodegroupName=group.name)
    update_id, waited = request["update"]["id"], 0
    while True:
        update = eks.describe_update(name=group.cluster, nodegroupName=group.name, updateId=update_id)["update"]
        if update["status"] in ENDED:
            break
        sleep(SECONDS_BETWEEN_LOOKS)
        waited += SECONDS_BETWEEN_LOOKS
        tell(f"  {group.name}: {update['status']}, {waited // 60} min {waited % 60:02} s")
    if update["status"] != "Successful":
        raise PatchError(f"Node group {group.name}: update {update_id} {_why(update)}")


def _why(update: dict[str, Any]) -> str:
    errors = update.get("errors") or ()
    text = "; ".join(f"{error.get('errorCode')}: {error.get('errorMessage')}" for error in errors)
    text = f"ended as {update['status']}" + (f": {text}" if text else "")
    if any(error.get("errorCode") == "PodEvictionFailure" for error in errors):
        text += " (a disruption budget kept a pod: see kubectl get poddisruptionbudgets -A, then run this again)"
    return text
