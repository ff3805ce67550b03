"""Which regions, instance types and database classes there are, as botocore and cfn-lint ship it."""

import json
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import botocore
import cfnlint

SERVICES = ("eks", "fsx", "rds")
"""What a region must have, as botocore's endpoints tell."""

EXTENSIONS = Path(str(cfnlint.__file__)).parent / "data" / "schemas" / "extensions"


def regions() -> dict[str, Any]:
    """Region -> partition, of the regions that have all services."""
    endpoints = json.loads((Path(str(botocore.__file__)).parent / "data" / "endpoints.json").read_text("utf-8"))
    found: dict[str, str] = {}
    for partition in endpoints["partitions"]:
        offered = (set(partition["services"].get(service, {}).get("endpoints", {})) for service in SERVICES)
        for region in set(partition["regions"]).intersection(*offered):
            found[region] = partition["partition"]
    return {"source": f"botocore {version('botocore')}", "regions": found}


def instance_types() -> dict[str, Any]:
    """Family -> its sizes -> the regions that have exactly these."""
    schema = json.loads((EXTENSIONS / "aws_ec2_instance" / "instancetype_enum.json").read_text("utf-8"))
    offered = {region: rule["enum"] for region, rule in schema.items() if isinstance(rule, dict) and rule.get("enum")}
    return {"source": _cfn_lint(), "families": _by_family(offered)}


def database_classes() -> dict[str, Any]:
    """Family -> its sizes -> the regions that have exactly these, for PostgreSQL."""
    schema = json.loads((EXTENSIONS / "aws_rds_dbinstance" / "dbinstanceclass_enum.json").read_text("utf-8"))
    offered: dict[str, list[str]] = {}
    for region, rule in schema.items():
        if isinstance(rule, dict):
            classes = [
                each["then"]["properties"]["DBInstanceClass"]["enum"]
                for each in rule["allOf"]
                if each["if"]["properties"]["Engine"] == {"const": "postgres"}
            ]
            offered[region] = sorted({name for names in classes for name in names})
    return {"source": _cfn_lint(), "families": _by_family(offered)}


def _cfn_lint() -> str:
    return f"cfn-lint {version('cfn-lint')}"


def _by_family(offered: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    sizes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for region, names in offered.items():
        for name in names:
            family, _, size = name.rpartition(".")
            sizes[family, region].append(size)
    families: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (family, region), each in sorted(sizes.items()):
        families[family][" ".join(sorted(each))].append(region)
    return {family: {key: sorted(value) for key, value in by_sizes.items()} for family, by_sizes in families.items()}
