"""The deployed cluster, its node groups and its add-ons."""

from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.addons import pinned
from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.facts import NODE_RELEASE
from operations.doctor.upgrade import no_cluster
from settings.facts.addons import ADDONS

Json = dict[str, Any]
BROKEN = ("DEGRADED", "FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_FAILED")


def _issues(resource: Json) -> str:
    """The health issues of a cluster, node group or add-on."""
    issues = (resource.get("health") or {}).get("issues") or ()
    return ", ".join(f"{issue.get('code')}: {issue.get('message', '')}".rstrip(": ") for issue in issues)


def _health(what: str, resource: Json, details: str) -> Answer | None:
    """What is wrong with it; None when nothing is."""
    status, issues = resource.get("status", "ACTIVE"), _issues(resource)
    told = f"{what} is {status}" + (f" ({issues})" if issues else "")
    if issues or status in BROKEN:
        return Answer.failed(told, details)
    if status != "ACTIVE":
        return Answer.warned(told, "wait until it is ACTIVE")
    return None


def cluster(context: Context) -> Answer:
    """The control plane's status and health."""
    assert context.cluster is not None
    name = context.platform
    answer = _health(name, context.cluster, f"aws eks describe-cluster --name {name} --query cluster.health")
    return answer or Answer.passed(f"{name} is ACTIVE, on {context.cluster['version']}")


def _groups(context: Context) -> list[Json]:
    def ask() -> list[Json]:
        eks = context.client("eks")
        pages = eks.get_paginator("list_nodegroups").paginate(clusterName=context.platform)
        names = [name for page in pages for name in page["nodegroups"]]
        return [eks.describe_nodegroup(clusterName=context.platform, nodegroupName=name)["nodegroup"] for name in names]

    return context.once("node groups", ask)


def node_groups(context: Context) -> Answer:
    """Status and health of the node groups, and whether they are on the control plane's version."""
    assert context.cluster is not None
    answers, names = [], []
    for group in _groups(context):
        name = group["nodegroupName"]
        names.append(name)
        details = f"aws eks describe-nodegroup --cluster-name {context.platform} --nodegroup-name {name}"
        answer = _health(name, group, details)
        if answer:
            answers.append(answer)
        elif group.get("version") != context.cluster["version"]:
            told = f"{name} is on {group.get('version')}, the control plane on {context.cluster['version']}"
            answers.append(Answer.warned(told, "`make deploy` brings the nodes after"))
    if not names:
        return Answer.failed(f"{context.platform} has no node group", "`make deploy`")
    return worst(answers, Answer.passed(f"{', '.join(names)} ACTIVE"))


def _newest_release(context: Context, version: str, architecture: str) -> str:
    name = NODE_RELEASE.format(version=version, architecture=architecture)

    def ask() -> str:
        value: str = context.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        return value

    return context.once(name, ask)


def node_release(context: Context) -> Answer:
    """Whether the nodes run the newest image of their version: nothing patches them by itself."""
    answers, found = [], []
    for group in _groups(context):
        name, release = group["nodegroupName"], group.get("releaseVersion")
        architecture = "arm64" if "ARM" in group.get("amiType", "") else "x86_64"
        newest = _newest_release(context, group["version"], architecture)
        found.append(f"{name} {release}")
        if release != newest:
            update = f"aws eks update-nodegroup-version --cluster-name {context.platform} --nodegroup-name {name}"
            answers.append(Answer.warned(f"{name} runs {release or 'an unknown release'}, {newest} is out", update))
    return worst(answers, Answer.passed(", ".join(found) or "no nodes"))


def addons(context: Context) -> Answer:
    """Status, health and versions of the deployed add-ons."""
    eks, answers, found = context.client("eks"), [], []
    for row in ADDONS:
        name = row.name
        try:
            addon = eks.describe_addon(clusterName=context.platform, addonName=name)["addon"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            answers.append(Answer.failed(f"{name} is not on the cluster", "`make deploy`"))
            continue
        found.append(f"{name} {addon.get('addonVersion')}")
        details = f"aws eks describe-addon --cluster-name {context.platform} --addon-name {name}"
        answer, pin = _health(name, addon, details), pinned(context.settings, row)
        if answer:
            answers.append(answer)
        elif pin and pin != addon.get("addonVersion"):
            told = f"{name} is on {addon.get('addonVersion')}, the file says {pin}"
            answers.append(Answer.warned(told, "`make deploy`"))
    return worst(answers, Answer.passed(", ".join(found)))


CLUSTER = ("eks:DescribeCluster",)
GROUPS = (*CLUSTER, "eks:ListNodegroups", "eks:DescribeNodegroup")
CHECKS = (
    Check("cluster", "control plane", cluster, CLUSTER, no_cluster, before=False),
    Check("cluster", "node groups", node_groups, GROUPS, no_cluster, before=False),
    Check("cluster", "node image", node_release, (*GROUPS, "ssm:GetParameter"), no_cluster, before=False),
    Check("cluster", "add-ons", addons, (*CLUSTER, "eks:DescribeAddon"), no_cluster, before=False),
)
