"""What AWS offers, and where."""

from typing import Any

from tests.unit.settings.cases import Bad, Changes

BANGKOK = {"region": "ap-southeast-7", "availability_zones": ["ap-southeast-7a", "ap-southeast-7b"]}
TYPES = "cluster node_groups workers instance_types"
CLASS = "database instance_class"
CONTROLLER = "cluster controller"


def _region(name: str) -> dict[str, Any]:
    return {"region": name, "availability_zones": [f"{name}a", f"{name}b"]}


BAD = [
    Bad("region_is_offered", _region("eu-cental-1"), "region", "did you mean eu-central-1?"),
    Bad("region_is_offered", _region("us-east-9"), "region", "us-east-9"),
    Bad("region_is_offered", _region("aa-bb-1"), "region", "aa-bb-1"),
    Bad("region_is_offered", _region("us-isob-west-1"), "region", "us-isob-west-1"),  # without FSx
    Bad(
        "instance_types_are_offered",
        {TYPES: ["m7i.large", "m9z.large"]},
        "cluster.node_groups.workers.instance_types[1]",
        "must be an EC2 instance type that exists",
    ),
    Bad(
        "instance_types_are_offered",
        {TYPES: ["m7i.17xlarge"]},
        "cluster.node_groups.workers.instance_types[0]",
        "did you mean m7i.16xlarge?",
    ),
    Bad(
        "instance_types_are_offered",
        {**BANGKOK, TYPES: ["m5a.large"]},
        "cluster.node_groups.workers.instance_types[0]",
        "that ap-southeast-7 offers",
    ),
    Bad(
        "controller_type_is_offered",
        {CONTROLLER: {"enabled": True, "instance_type": "t9g.micro"}},
        "cluster.controller.instance_type",
        "t9g.micro",
    ),
    Bad("database_class_is_offered", {CLASS: "db.t9.small"}, "database.instance_class", "that exists"),
    Bad("database_class_is_offered", {CLASS: "db.m7g.huge"}, "database.instance_class", "did you mean db.m7g.large?"),
    Bad("database_class_is_offered", {**BANGKOK, CLASS: "db.m5d.large"}, "database.instance_class", "ap-southeast-7"),
]

GOOD: list[Changes] = [
    {TYPES: ["m8g.large"], CLASS: "db.r7g.xlarge"},
    {CONTROLLER: {"enabled": True, "instance_type": "t3.micro"}},
]
