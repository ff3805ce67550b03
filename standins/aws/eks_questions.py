"""What EKS offers in a region: add-ons, their configuration, versions, and insights on a cluster."""

import json
import re
from typing import Any

from standins.aws.account import STATE
from standins.aws.resources import eks_addons, upgrades

Json = dict[str, Any]


def answer(method: str, path: str, query: dict[str, list[str]], body: bytes) -> Json | None:
    """The document that a request asks for; None where the emulator has its own. Raises RefusedError."""
    if (method, path) == ("GET", "/addons/supported-versions"):
        version, name = query["kubernetesVersion"][0], query["addonName"][0]
        missing = name in STATE["missing_addons"].get(version, ())
        return {"addons": []} if missing else eks_addons.addon_versions(name, version)
    if (method, path) == ("GET", "/addons/configuration-schemas"):
        name = query["addonName"][0]
        schema = json.dumps(STATE["addon_schemas"].get(name, {"type": "object"}))
        return {"addonName": name, "addonVersion": query["addonVersion"][0], "configurationSchema": schema}
    if (method, path) == ("GET", "/cluster-versions"):
        statuses = {version: STATE["version_status"].get(version) for version in query.get("clusterVersions", ())}
        found = [{"clusterVersion": each, "versionStatus": status} for each, status in statuses.items() if status]
        return {"clusterVersions": found}
    if method == "POST" and re.fullmatch(r"/clusters/[^/]+/insights", path):
        versions = (json.loads(body or b"{}").get("filter") or {}).get("kubernetesVersions") or [""]
        insights = {"Deprecated APIs": "PASSING", **STATE["insights"]}
        return {
            "insights": [
                {"id": f"insight-{number}", "name": name, "category": "UPGRADE_READINESS",
                 "kubernetesVersion": versions[0], "insightStatus": {"status": status, "reason": name}}
                for number, (name, status) in enumerate(insights.items())
            ]
        }  # fmt: skip
    return upgrades.answer(method, path, json.loads(body or b"{}"))
