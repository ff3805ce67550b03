"""The regions, instance types and database classes that AWS offers.

The files are generated (`python -m operations.facts offers`) from what botocore and cfn-lint ship: what is newer than
these libraries is refused, until they are raised and the files written anew.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def regions() -> dict[str, str]:
    """Region -> partition, of the regions that have EKS, FSx and RDS."""
    found: dict[str, str] = _data("regions")["regions"]
    return found


def source_of(kind: str) -> str:
    """Where `instance_types`, `database_classes` or `regions` come from, such as "cfn-lint 1.58.0"."""
    source: str = _data(kind)["source"]
    return source


def places_of(kind: str, name: str) -> frozenset[str]:
    """The regions that offer an instance type or a database class; empty: there is none of this name."""
    family, _, size = name.rpartition(".")
    return frozenset(
        region
        for sizes, regions_of in _data(kind)["families"].get(family, {}).items()
        if size in sizes.split()
        for region in regions_of
    )


@cache
def described_regions(kind: str) -> frozenset[str]:
    """The regions whose offers are known; of the others only what exists anywhere can be told."""
    families = _data(kind)["families"].values()
    return frozenset(region for by_sizes in families for offered in by_sizes.values() for region in offered)


@cache
def names(kind: str) -> tuple[str, ...]:
    """Every instance type or database class that exists anywhere."""
    families = _data(kind)["families"].items()
    return tuple(sorted({f"{family}.{size}" for family, by in families for sizes in by for size in sizes.split()}))


@cache
def _data(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return data
