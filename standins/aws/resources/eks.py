"""EKS: the cluster, which points at the Kubernetes stand-in, and its nodes."""

import os
import threading
from contextvars import copy_context
from functools import partial
from typing import Any

import ministack.services.cloudwatch_logs as logs
import ministack.services.ec2 as ec2
import ministack.services.eks as eks
import ministack.services.iam as iam
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from standins.aws.account import STATE
from standins.aws.ledger import LEDGER, RefusedError, on_create, on_delete, on_update
from standins.aws.resources.network import SUBNET, new_group_id, require_group

Json = dict[str, Any]
CLUSTER, NODE_GROUP, ADDON = "AWS::EKS::Cluster", "AWS::EKS::Nodegroup", "AWS::EKS::Addon"

BEFORE_NODES = ("vpc-cni", "kube-proxy")
"""Nodes do not become ready without these add-ons."""
DEFAULT_MINOR = {
    version: number for number, version in enumerate(os.environ["REHEARSAL_KUBERNETES_VERSIONS"].split(), start=1)
}
"""The minor version of an add-on's default, by the Kubernetes versions that EKS has here: those of settings/facts."""

LATE_SECONDS = 2
EVER: set[str] = set()
"""Names of clusters that there are or were."""


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
    if len(_zones(properties)) < 2:
        raise RefusedError("InvalidParameterException: Subnets specified must be in at least two different AZs")
    for group in properties["ResourcesVpcConfig"].get("SecurityGroupIds") or ():
        require_group(group)
    require_role(properties["RoleArn"])
    if properties.get("Version") not in DEFAULT_MINOR:
        raise RefusedError(f"InvalidParameterException: unsupported Kubernetes version {properties.get('Version')}")


def _zones(properties: Json) -> set[str]:
    """The zones of a control plane's subnets."""
    subnets = (LEDGER.resources[SUBNET, subnet] for subnet in properties["ResourcesVpcConfig"]["SubnetIds"])
    return {subnet.properties["AvailabilityZone"] for subnet in subnets}


@on_update(CLUSTER)
def _cluster_keeps_its_zones(old: Json, new: Json) -> None:
    """Source: aws/containers-roadmap #170 and #2258."""
    before, after = _zones(old), _zones(new)
    if before != after:
        raise RefusedError(
            f"InvalidParameterException: Provided subnets belong to the AZs {sorted(after)}. But they should belong to "
            f"the exact set of AZs {sorted(before)} in which subnets were provided during cluster creation."
        )


@on_update(CLUSTER)
def _cluster_still_says_what_it_said(old: Json, new: Json) -> None:
    """Source: "you must include this property if the previous template had it", ClusterLogging; aws/aws-cdk#37926."""
    parts = [(old, new, "Logging")]
    vpcs = [p["ResourcesVpcConfig"] for p in (old, new)]
    parts += [(*vpcs, name) for name in ("EndpointPublicAccess", "EndpointPrivateAccess", "PublicAccessCidrs")]
    for before, after, name in parts:
        if name in before and name not in after:
            raise RefusedError(
                "InvalidRequest: The new template must include all the properties specified in the previous template, "
                f'property "{name}" missing'
            )


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
    require_role(properties["NodeRole"])
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


def require_role(arn: str) -> Json:
    """The role of an ARN. Raises RefusedError."""
    name = arn.rpartition("/")[2]
    if name not in iam._roles:
        raise RefusedError(f"InvalidParameterException: role {arn} does not exist")
    role: Json = iam._roles[name]
    return role
