"""What AWS offers, as written down: the same as the pinned libraries ship."""

import json
import re
from typing import Any

import pytest

from operations.facts import offers as shipped
from settings.facts import offers
from settings.facts.instance_types import facts_of

FILES = {
    "regions": shipped.regions,
    "instance_types": shipped.instance_types,
    "database_classes": shipped.database_classes,
}


def written(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((offers.FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("kind", FILES)
def test_should_be_what_the_pinned_library_ships(kind: str) -> None:
    data = written(kind)
    data.pop("generated")

    assert data == json.loads(json.dumps(FILES[kind]())), "run: python -m operations.facts offers"


@pytest.mark.parametrize("kind", FILES)
def test_should_be_dated(kind: str) -> None:
    assert written(kind)["generated"] >= "2026-11-24"


def test_should_know_regions_by_all_services_that_the_platform_needs() -> None:
    assert offers.regions()["eu-central-1"] == "aws"
    assert offers.regions()["cn-north-1"] == "aws-cn"
    assert "aws-global" not in offers.regions()
    assert "us-isob-west-1" not in offers.regions()  # has no FSx


def test_should_tell_where_a_type_is_offered() -> None:
    assert "us-east-1" in offers.places_of("instance_types", "m7i.large")
    assert "cn-north-1" not in offers.places_of("instance_types", "m7i.large")
    assert offers.places_of("instance_types", "m7i.huge") == frozenset()
    assert "us-east-1" in offers.places_of("database_classes", "db.t4g.small")


def test_should_size_every_type_of_the_families_that_nodes_are_of() -> None:
    # A type that AWS has, and whose size the name does not tell, would be refused as unknown.
    general = [name for name in offers.names("instance_types") if re.match("[cmrt][4-9]", name)]

    assert len(general) > 300
    assert [name for name in general if facts_of(name) is None] == []
