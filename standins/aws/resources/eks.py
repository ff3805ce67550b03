"""EKS: the cluster, which points at the Kubernetes stand-in, its nodes, add-ons, access entries and pod identities."""

import os
import threading
from contextvars import copy_context
from functools import partial
from typing import Any

import ministack.services.cloudwatch_logs as logs
import ministack.services.ec2 as ec2
import ministack.services.eks as eks
import ministack.services.iam as iam
from ministack.services.cloudformation.provisioners import _REPLACING_PROPERTIES, _RESOURCE_HANDLERS

from standins.aws.account import STATE
from standins.aws.ledger import LEDGER, RefusedError, on_create, on_delete, on_update
from standins.aws.resources.network import SUBNET, new_group_id, require_group
from standins.aws.resources.record import register

Json = dict[str, Any]
CLUSTER, NODE_GROUP, ADDON = "AWS::EKS::Cluster", "AWS::EKS::Nodegroup", "AWS::EKS::Addon"
ENTRY, ASSOCIATION = "AWS::EKS::AccessEntry", "AWS::EKS::PodIdentityAssociation"

BEFORE_NODES = ("vpc-cni", "kube-proxy")
"""Nodes do not become ready without these add-ons."""
ON_NODES = ("coredns", "aws-fsx-csi-driver", "aws-secrets-store-csi-driver-provider")
"""Add-ons whose pods only nodes can run."""
DEFAULT_MINOR = {
    version: number for number, version in enumerate(os.environ["REHEARSAL_KUBERNETES_VERSIONS"].split(), start=1)
}
"""The minor version of an add-on's default, by the Kubernetes versions that EKS has here: those of settings/facts."""

LATE_SECONDS = 2
EVER: set[str] = set()
"""Names of clusters that there are or were."""


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


def _cluster_create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    name, attributes = _emulated["create"](logical_id, properties, stack)
    EVER.add(name)
    cluster = eks._clusters[name]
    cluster["endpoint"] = os.environ["REHEARSAL_KUBERNETES_ENDPOINT"]
    cluster["certificateAuthority"] = {"data": os.environ["REHEARSAL_KUBERNETES_CERTIFICATE"]}
    cluster["status"] = "ACTIVE"
    group = new_group_id()
    cluster["resourcesVpcConfig"]["clusterSecurityGroupId"] = group
    return name, {
        **attributes,
        "Endpoint": cluster["endpoint"],
        "CertificateAuthorityData": cluster["certificateAuthority"]["data"],
        "ClusterSecurityGroupId": group,
    }


# Without Docker the emulator makes a cluster of no more than a record, which is what is wanted.
eks._get_docker = lambda: None
_emulated = _RESOURCE_HANDLERS[CLUSTER]
_RESOURCE_HANDLERS[CLUSTER] = {**_emulated, "create": _cluster_create}


@on_delete("AWS::Logs::LogGroup")
def _late_records_bring_it_back(physical_id: str) -> None:
    """EKS writes what a cluster logged last when the cluster, and the stack with the group, are gone already."""
    if physical_id in {f"/aws/eks/{name}/cluster" for name in EVER}:
        revive = partial(logs._log_groups.__setitem__, physical_id, dict(logs._log_groups[physical_id]))
        threading.Timer(LATE_SECONDS, copy_context().run, [revive]).start()


@on_create(CLUSTER)
def _cluster_can_stand(properties: Json) -> None:
    for subnet in properties["ResourcesVpcConfig"]["SubnetIds"]:
        LEDGER.require(SUBNET, subnet, "InvalidParameterException")
    zones = {
        LEDGER.resources[SUBNET, subnet].properties["AvailabilityZone"]
        for subnet in properties["ResourcesVpcConfig"]["SubnetIds"]
    }
    if len(zones) < 2:
        raise RefusedError("InvalidParameterException: Subnets specified must be in at least two different AZs")
    for group in properties["ResourcesVpcConfig"].get("SecurityGroupIds") or ():
        require_group(group)
    _role_exists(properties["RoleArn"])
    if properties.get("Version") not in DEFAULT_MINOR:
        raise RefusedError(f"InvalidParameterException: unsupported Kubernetes version {properties.get('Version')}")


@on_update(CLUSTER)
def _cluster_version_moves_one_step_up(old: Json, new: Json) -> None:
    # A rollback of CloudFormation's asks for the old version again. That is no version rollback of EKS's, which has to
    # be asked for by its own API ("CloudFormation stack rollback behavior", EKS user guide). What runs already is kept.
    running = eks._clusters[new["Name"]]["version"]
    before, after = (tuple(map(int, str(version).split("."))) for version in (running, new["Version"]))
    if after < before or after[1] - before[1] > 1:
        raise RefusedError(
            f"InvalidParameterException: Unsupported Kubernetes minor version update from {running} to {new['Version']}"
        )
    mode = [(p.get("AccessConfig") or {}).get("AuthenticationMode") for p in (old, new)]
    if mode == ["API", "API_AND_CONFIG_MAP"]:
        raise RefusedError(
            "InvalidParameterException: Unsupported authentication mode update from API to API_AND_CONFIG_MAP"
        )


@on_delete(CLUSTER)
def _cluster_has_no_nodes(physical_id: str) -> None:
    for group in LEDGER.of(NODE_GROUP):
        if group.properties["ClusterName"] == physical_id:
            raise RefusedError(f"ResourceInUseException: Cluster has nodegroups attached ({group.physical_id})")


@on_create(NODE_GROUP)
def _nodes_can_join(properties: Json) -> None:
    cluster = LEDGER.require(CLUSTER, properties["ClusterName"], "ResourceNotFoundException")
    if str(properties.get("Version", "")) > str(cluster.properties["Version"]):
        raise RefusedError(
            f"InvalidParameterException: node group version {properties['Version']} is above the cluster's"
        )
    installed = {
        a.properties["AddonName"] for a in LEDGER.of(ADDON) if a.properties["ClusterName"] == cluster.physical_id
    }
    missing = [name for name in BEFORE_NODES if name not in installed]
    if missing and str(cluster.properties.get("BootstrapSelfManagedAddons")).lower() == "false":
        raise RefusedError(
            f"NodeCreationFailure: Unhealthy nodes in the kubernetes cluster: without {', '.join(missing)}"
        )
    _role_exists(properties["NodeRole"])
    _launch_template_is_valid(properties, cluster.attributes["ClusterSecurityGroupId"])


@on_update(NODE_GROUP)
def _node_version_follows(old: Json, new: Json) -> None:
    cluster = LEDGER.require(CLUSTER, new["ClusterName"], "ResourceNotFoundException")
    if str(new.get("Version", "")) > str(eks._clusters[cluster.physical_id]["version"]):
        raise RefusedError(f"InvalidParameterException: node group version {new['Version']} is above the cluster's")
    if STATE["stuck_nodes"] and old.get("Version") != new.get("Version"):
        raise RefusedError(f"PodEvictionFailure: {STATE['stuck_nodes']}")
    _launch_template_is_valid(new, cluster.attributes["ClusterSecurityGroupId"])


def _launch_template_is_valid(properties: Json, cluster_group: str) -> None:
    reference = properties.get("LaunchTemplate") or {}
    if not reference:
        return
    template = LEDGER.require("AWS::EC2::LaunchTemplate", reference.get("Id", ""), "InvalidRequestException")
    latest = ec2._launch_templates[template.physical_id]["LatestVersionNumber"]
    if int(reference.get("Version", 1)) > int(latest):
        raise RefusedError(f"InvalidRequestException: launch template has no version {reference['Version']}")
    groups = template.properties["LaunchTemplateData"].get("SecurityGroupIds")
    if groups and cluster_group not in groups:
        raise RefusedError(
            "NodeCreationFailure: Instances failed to join the kubernetes cluster: not in its security group"
        )


def _role_exists(arn: str) -> Json:
    name = arn.rpartition("/")[2]
    if name not in iam._roles:
        raise RefusedError(f"InvalidParameterException: role {arn} does not exist")
    role: Json = iam._roles[name]
    return role


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


register(
    ENTRY,
    "entry",
    lambda physical_id, properties: {
        "AccessEntryArn": f"arn:aws:eks:us-east-1:000000000000:access-entry/{properties['ClusterName']}/{physical_id}"
    },
    replacing=("ClusterName", "PrincipalArn", "Type"),
    named=lambda properties: f"{properties['PrincipalArn']}|{properties['ClusterName']}",
)
register(
    ASSOCIATION,
    "a",
    lambda physical_id, properties: {
        "AssociationId": physical_id,
        "AssociationArn": f"arn:aws:eks:us-east-1:000000000000:podidentityassociation/{physical_id}",
    },
    replacing=("ClusterName", "Namespace", "ServiceAccount"),
)


@on_create(ENTRY)
def _entry_is_new(properties: Json) -> None:
    LEDGER.require(CLUSTER, properties["ClusterName"], "ResourceNotFoundException")
    if LEDGER.find(ENTRY, f"{properties['PrincipalArn']}|{properties['ClusterName']}"):
        raise RefusedError(
            "ResourceInUseException: The specified access entry resource is already in use on this cluster"
        )
    if ":role/" in properties["PrincipalArn"] and "aws-service-role" not in properties["PrincipalArn"]:
        _role_exists(properties["PrincipalArn"])


@on_create(ASSOCIATION)
def _association_is_new_and_its_role_trusts_pods(properties: Json) -> None:
    LEDGER.require(CLUSTER, properties["ClusterName"], "ResourceNotFoundException")
    identity = ("ClusterName", "Namespace", "ServiceAccount")
    for other in LEDGER.of(ASSOCIATION):
        if all(other.properties[field] == properties[field] for field in identity):
            raise RefusedError("ResourceInUseException: Association already exists: " + other.physical_id)
    role = _role_exists(properties["RoleArn"])
    trust = str(role.get("AssumeRolePolicyDocument"))
    if "pods.eks.amazonaws.com" not in trust or "sts:TagSession" not in trust:
        raise RefusedError(
            f"InvalidParameterException: Trust policy of role {properties['RoleArn']} is not for EKS pods"
        )
