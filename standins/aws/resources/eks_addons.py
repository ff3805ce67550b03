"""EKS's add-ons: which versions there are, and what they need to run."""

from typing import Any

import ministack.services.eks as eks
from ministack.services.cloudformation.provisioners import _REPLACING_PROPERTIES, _RESOURCE_HANDLERS

from standins.aws.ledger import LEDGER, RefusedError, on_create
from standins.aws.resources.eks import ADDON, CLUSTER, DEFAULT_MINOR, NODE_GROUP

Json = dict[str, Any]

ON_NODES = ("coredns", "aws-fsx-csi-driver", "aws-secrets-store-csi-driver-provider")
"""Add-ons whose pods only nodes can run."""


def addon_version(name: str, kubernetes: str) -> str:
    """The version that the stand-in calls EKS's default: v1.<3 for 1.36, ...>.0-eksbuild.1."""
    return f"v1.{DEFAULT_MINOR[kubernetes]}.0-eksbuild.1"


def addon_versions(name: str, kubernetes: str) -> Json:
    """The answer of DescribeAddonVersions: the default, a newer version, and the one before's default."""
    minor = DEFAULT_MINOR[kubernetes]
    versions = [
        {
            "addonVersion": f"v1.{number}.{patch}-eksbuild.1",
            "compatibilities": [{"clusterVersion": kubernetes, "defaultVersion": (number, patch) == (minor, 0)}],
        }
        for number, patch in ((minor, 1), (minor, 0), (minor - 1, 0))
        if number
    ]
    return {"addons": [{"addonName": name, "type": "networking", "addonVersions": versions}]}


def _addon_create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    name, cluster = properties["AddonName"], properties["ClusterName"]
    version = properties.get("AddonVersion") or addon_version(name, eks._clusters[cluster]["version"])
    body = {
        "addonName": name,
        "addonVersion": version,
        "configurationValues": properties.get("ConfigurationValues", ""),
    }
    status, _, answer = eks._create_addon(cluster, body)
    if status >= 400:
        raise RefusedError(answer.decode() if isinstance(answer, bytes) else str(answer))
    return f"{cluster}|{name}", {"Arn": eks._addons[f"{cluster}/{name}"]["addonArn"]}


def _addon_update(physical_id: str, old: Json, new: Json, stack: str) -> tuple[str, Json]:
    cluster, name = physical_id.split("|")
    addon = eks._addons[f"{cluster}/{name}"]
    addon["configurationValues"] = new.get("ConfigurationValues", "")
    if new.get("AddonVersion"):
        addon["addonVersion"] = new["AddonVersion"]
    return physical_id, {"Arn": addon["addonArn"]}


def _addon_delete(physical_id: str, properties: Json) -> None:
    eks._delete_addon(*physical_id.split("|"))


_RESOURCE_HANDLERS[ADDON] = {"create": _addon_create, "update": _addon_update, "delete": _addon_delete}
_REPLACING_PROPERTIES[ADDON] = ("ClusterName", "AddonName")


@on_create(ADDON)
def _addon_has_nodes_if_it_needs_them(properties: Json) -> None:
    LEDGER.require(CLUSTER, properties["ClusterName"], "ResourceNotFoundException")
    nodes = [g for g in LEDGER.of(NODE_GROUP) if g.properties["ClusterName"] == properties["ClusterName"]]
    if properties["AddonName"] in ON_NODES and not nodes:
        raise RefusedError(
            f"{properties['AddonName']} is DEGRADED: InsufficientNumberOfReplicas, no node can run its pods"
        )
