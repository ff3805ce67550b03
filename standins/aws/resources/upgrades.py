"""EKS's own way to another version of Kubernetes and back: its API, beside CloudFormation.

"Rollback cluster to previous Kubernetes version" (Amazon EKS user guide, July 2026): one minor version, within seven
days of the upgrade, when nodes and add-ons fit the older version. Everything is done at once.
"""

import re
import time
import uuid
from typing import Any

import ministack.services.eks as eks

from standins.aws.account import STATE
from standins.aws.ledger import RefusedError, on_update
from standins.aws.resources.eks import CLUSTER
from standins.aws.resources.eks_addons import addon_versions
from standins.aws.resources.releases import newest

Json = dict[str, Any]
SEVEN_DAYS = 7 * 24 * 3600
UPGRADED: dict[str, tuple[str, float]] = {}
"""Cluster -> the version before its last upgrade, and when that was."""

UPDATES: dict[str, Json] = {}


def _minor(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@on_update(CLUSTER)
def _upgrade_by_cloudformation(old: Json, new: Json) -> None:
    if new["Version"] != eks._clusters[new["Name"]]["version"]:
        _before_an_upgrade(new["Name"])


def _before_an_upgrade(cluster: str) -> None:
    running = eks._clusters[cluster]["version"]
    for group in _node_groups(cluster):
        if group["version"] != running:
            raise RefusedError(
                f"InvalidRequestException: Nodegroup {group['nodegroupName']} must be updated to match cluster version "
                f"{running} before updating cluster version"
            )
    UPGRADED[cluster] = running, time.time()


def _node_groups(cluster: str) -> list[Json]:
    return [group for key, group in eks._nodegroups.items() if key.startswith(f"{cluster}/")]


def answer(method: str, path: str, body: Json) -> Json | None:
    """The answer to an update of a version; None where the emulator has its own. Raises RefusedError."""
    parts = path.strip("/").split("/")
    if method == "GET" and re.fullmatch(r"/clusters/[^/]+/updates/[^/]+", path):
        return {"update": UPDATES[parts[3]]}
    if method == "POST" and re.fullmatch(r"/clusters/[^/]+/updates", path):
        return _move_control_plane(parts[1], body)
    if method == "POST" and re.fullmatch(r"/clusters/[^/]+/node-groups/[^/]+/update-version", path):
        return _move_nodes(parts[1], parts[3], body)
    if method == "POST" and re.fullmatch(r"/clusters/[^/]+/addons/[^/]+/update", path):
        return _move_addon(parts[1], parts[3], body)
    return None


def _move_control_plane(name: str, body: Json) -> Json:
    cluster, wanted = eks._clusters[name], body["version"]
    running = cluster["version"]
    if _minor(wanted) >= _minor(running):
        if _minor(wanted)[1] - _minor(running)[1] != 1:
            raise RefusedError(
                f"InvalidParameterException: Unsupported Kubernetes minor version update from {running} to {wanted}"
            )
        _before_an_upgrade(name)
        cluster["version"] = wanted
        return _update("VersionUpdate", wanted)
    before, at = UPGRADED.get(name, ("", 0.0))
    if wanted != before or time.time() - at > SEVEN_DAYS:
        raise RefusedError(
            f"InvalidParameterException: Cluster {name} cannot be rolled back from {running} to {wanted}"
        )
    if not body.get("force"):
        _ready_to_go_back(name, wanted)
    cluster["version"] = wanted
    del UPGRADED[name]
    return _update("VersionRollback", wanted)


def _ready_to_go_back(cluster: str, wanted: str) -> None:
    """Raises RefusedError for what the insights of the category ROLLBACK_READINESS would call an ERROR."""
    errors = [
        f"nodegroup {group['nodegroupName']} runs {group['version']}"
        for group in _node_groups(cluster)
        if _minor(group["version"]) > _minor(wanted)
    ]
    for key, addon in eks._addons.items():
        if key.startswith(f"{cluster}/") and not _fits(addon["addonName"], addon["addonVersion"], wanted):
            errors.append(f"addon {addon['addonName']} {addon['addonVersion']} is not for {wanted}")
    if errors:
        raise RefusedError(f"InvalidStateException: Rollback readiness issues detected: {'; '.join(errors)}")


def _fits(addon: str, version: str, kubernetes: str) -> bool:
    [offered] = addon_versions(addon, kubernetes)["addons"]
    return version in {each["addonVersion"] for each in offered["addonVersions"]}


def _move_nodes(cluster: str, name: str, body: Json) -> Json:
    group, running = eks._nodegroups[f"{cluster}/{name}"], eks._clusters[cluster]["version"]
    wanted = body.get("version") or running
    before = UPGRADED.get(cluster, ("", 0.0))[0]
    if wanted not in (running, before):
        raise RefusedError(f"InvalidParameterException: Requested Nodegroup version {wanted} is not {running}")
    if STATE["stuck_nodes"]:
        return _update("VersionUpdate", wanted, failed=f"PodEvictionFailure: {STATE['stuck_nodes']}")
    group["version"], group["releaseVersion"] = wanted, newest(wanted)
    return _update("VersionUpdate", wanted)


def _move_addon(cluster: str, name: str, body: Json) -> Json:
    addon, wanted = eks._addons[f"{cluster}/{name}"], body.get("addonVersion")
    running = eks._clusters[cluster]["version"]
    if wanted and not _fits(name, wanted, running):
        raise RefusedError(
            f"InvalidParameterException: Addon version specified is not supported in {running} kubernetes version"
        )
    if name in STATE["stuck_addons"] and wanted != addon["addonVersion"]:
        addon["status"] = "UPDATE_FAILED"
        return _update("AddonUpdate", str(wanted), failed="InsufficientNumberOfReplicas")
    # Configuration values that an update leaves out fall back to the add-on's defaults.
    addon.update(status="ACTIVE", configurationValues=body.get("configurationValues", ""))
    addon["addonVersion"] = wanted or addon["addonVersion"]
    return _update("AddonUpdate", addon["addonVersion"])


def _update(kind: str, version: str, *, failed: str = "") -> Json:
    update = {
        "id": str(uuid.uuid4()),
        "status": "Failed" if failed else "Successful",
        "type": kind,
        "params": [{"type": "Version", "value": version}],
        "errors": [{"errorCode": failed.partition(":")[0], "errorMessage": failed}] if failed else [],
    }
    UPDATES[str(update["id"])] = update
    return {"update": update}
