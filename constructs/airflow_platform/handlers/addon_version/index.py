"""The custom resource Custom::AddonVersion.

CloudFormation makes and updates resources in one order. The add-ons that a node needs to become ready are made before
the node groups, but an upgrade of Kubernetes moves them after the nodes: so they are made without a version, and this
resource, which stands after the node groups, moves them.
"""

import re
import time
from collections.abc import Callable, Collection
from typing import Any

from airflow_platform.handlers.response import Deadline, Json, LambdaContext, respond

POLL_SECONDS = 5.0
BUSY = frozenset({"CREATING", "UPDATING", "DELETING"})
MAY_PASS = BUSY | {"DEGRADED"}


class AddonError(Exception):
    """The add-on did not get to its version."""


def handler(event: Json, context: LambdaContext) -> None:
    """Lambda's entry point."""
    import boto3

    respond(event, context, lambda event, deadline: handle(event, deadline, boto3.client("eks")))


def handle(event: Json, deadline: Deadline, eks: Any, sleep: Callable[[float], None] = time.sleep) -> None:
    """One request of CloudFormation's. Delete does nothing: the add-on is a resource of its own.

    Raises:
        AddonError: the add-on did not get to its version in time.
    """
    if event["RequestType"] == "Delete":
        return
    try:
        move(event["ResourceProperties"], deadline, eks, sleep)
    except Exception as error:  # EKS's refusals too
        if not goes_back(event):
            raise
        # What did not work forwards is asked for again, and would be one more resource that can't be rolled back.
        print(f"Rolled back, and the add-on stays as it is: {error}")


def goes_back(event: Json) -> bool:
    """Whether the template goes to a lower version of Kubernetes, which only its rollback does, and not the cluster."""
    new, old = (event.get(key, {}).get("KubernetesVersion") for key in ("ResourceProperties", "OldResourceProperties"))
    return event["RequestType"] == "Update" and bool(new and old) and parts(new) < parts(old)


def move(properties: Json, deadline: Deadline, eks: Any, sleep: Callable[[float], None]) -> None:
    """Bring the add-on to its version, and wait until it is active.

    Raises:
        AddonError: it did not get there in time.
    """
    cluster, name = properties["ClusterName"], properties["AddonName"]
    deadline = deadline.within(float(properties["TimeoutSeconds"]))
    # What the cluster runs, not what the template says: a control plane cannot go back, so a rollback of the
    # template must not take its add-ons back either.
    kubernetes = eks.describe_cluster(name=cluster)["cluster"]["version"]
    addon = settled(eks, cluster, name, BUSY, deadline, sleep)
    desired = properties.get("AddonVersion") or default_version(eks, name, kubernetes, addon["addonVersion"])
    if addon["addonVersion"] == desired:
        print(f"{name} is at {desired}")
        return
    print(f"{name}: {addon['addonVersion']} -> {desired}, for Kubernetes {kubernetes}")
    configuration = {"configurationValues": addon["configurationValues"]} if addon.get("configurationValues") else {}
    eks.update_addon(
        clusterName=cluster,
        addonName=name,
        addonVersion=desired,
        resolveConflicts="OVERWRITE",
        **configuration,  # what is left out would fall back to the add-on's defaults
    )
    moved = settled(eks, cluster, name, MAY_PASS, deadline, sleep)
    if moved["status"] != "ACTIVE" or moved["addonVersion"] != desired:
        raise AddonError(f"{name} did not get to {desired}: {health(moved)}")


def default_version(eks: Any, name: str, kubernetes: str, current: str) -> str:
    """EKS's default version of an add-on for a version of Kubernetes, or the current one where that is newer.

    Without a default it stays as it is: control plane and nodes have moved by now, and a failure here would ask them
    to come back, which they can't. The gate before the cluster has refused what can be known beforehand.
    """
    found = eks.describe_addon_versions(addonName=name, kubernetesVersion=kubernetes)["addons"]
    offered = [version for addon in found for version in addon["addonVersions"]]
    for version in offered:
        if any(fit.get("defaultVersion") for fit in version["compatibilities"]):
            default = str(version["addonVersion"])
            fits = current in {other["addonVersion"] for other in offered}
            return current if fits and parts(current) > parts(default) else default
    known = ", ".join(str(version["addonVersion"]) for version in offered) or "none at all"
    print(f"Warning: EKS has no default version of {name} for Kubernetes {kubernetes} (but {known}): {current} stays")
    return current


def parts(version: str) -> tuple[int, ...]:
    """The numbers in an add-on version, to compare by: v1.20.4-eksbuild.2 is (1, 20, 4, 2)."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def settled(
    eks: Any,
    cluster: str,
    name: str,
    passing: Collection[str],
    deadline: Deadline,
    sleep: Callable[[float], None],
) -> Json:
    """The add-on, once its status is none of `passing`."""
    while True:
        addon: Json = eks.describe_addon(clusterName=cluster, addonName=name)["addon"]
        if addon["status"] not in passing:
            return addon
        if deadline.passed:
            raise AddonError(f"{name} was not active when the time was up: {health(addon)}")
        sleep(min(POLL_SECONDS, deadline.remaining))


def health(addon: Json) -> str:
    """Status of an add-on, and what EKS says is wrong with it."""
    issues = [f"{issue.get('code')}: {issue.get('message')}" for issue in addon.get("health", {}).get("issues", [])]
    return "; ".join([f"{addon['status']} at {addon['addonVersion']}", *issues])
