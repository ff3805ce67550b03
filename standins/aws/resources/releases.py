"""Releases of the node image: EKS gives a group the newest one of its version when it is made, and when it moves."""

from typing import Any

import ministack.services.eks as eks
import ministack.services.ssm as ssm
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Json = dict[str, Any]
NODE_GROUP = "AWS::EKS::Nodegroup"
PARAMETER = "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/{}/standard/recommended/release_version"
REGIONAL = "/aws/service/global-infrastructure/regions/us-east-1/services/{}"

for _service in ("eks", "fsx", "fsx-lustre"):
    ssm._PUBLIC_AMI_PARAMETERS[REGIONAL.format(_service)] = _service
for _version in ("1.34", "1.35", "1.36"):
    for _architecture in ("x86_64", "arm64"):
        ssm._PUBLIC_AMI_PARAMETERS[PARAMETER.format(_version, _architecture)] = f"{_version}.1-20261101"


def newest(version: str) -> str:
    """The newest release of the image for a version of Kubernetes."""
    return str(ssm._PUBLIC_AMI_PARAMETERS[PARAMETER.format(version, "x86_64")])


def _create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    name, attributes = _emulated["create"](logical_id, properties, stack)
    group = eks._nodegroups[f"{properties['ClusterName']}/{name}"]
    group["releaseVersion"] = newest(group["version"])
    return name, attributes


def _update(physical_id: str, old: Json, new: Json, stack: str, logical_id: str) -> tuple[str, Json]:
    arguments = (logical_id,) if _emulated.get("update_with_logical_id") else ()
    name, attributes = _emulated["update"](physical_id, old, new, stack, *arguments)
    group = eks._nodegroups[f"{new['ClusterName']}/{name}"]
    if old.get("Version") != new.get("Version") or not group["releaseVersion"]:
        group["releaseVersion"] = newest(group["version"])
    return name, attributes


_emulated = _RESOURCE_HANDLERS[NODE_GROUP]
_RESOURCE_HANDLERS[NODE_GROUP] = {
    **_emulated,
    "create": _create,
    "update": _update,
    "update_with_logical_id": True,
}
