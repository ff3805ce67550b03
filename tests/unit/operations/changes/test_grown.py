"""Sizes of a database that RDS's autoscaling has overtaken."""

from typing import Any

import pytest

from operations.changes.grown import storage_violations
from operations.deployed import DeployedStack, Resource
from tests.support.deployed_aws import Json, refused
from tests.support.environments import aws_environment

TYPE = "AWS::RDS::DBInstance"


class Rds:
    """A client of a database that has so many GiB; None: there is no such database."""

    def __init__(self, gib: int | None) -> None:
        self._gib = gib

    def __call__(self, service: str) -> "Rds":
        return self

    def describe_db_instances(self, DBInstanceIdentifier: str) -> Json:  # noqa: N803
        if self._gib is None:
            raise refused("DBInstanceNotFound")
        return {"DBInstances": [{"AllocatedStorage": self._gib}]}


def stack(**properties: Any) -> DeployedStack:
    """The deployed database stack."""
    template = {"Resources": {"Database": {"Type": TYPE, "Properties": properties}}}
    resource = Resource("database", "Database", TYPE, "db-1")
    return DeployedStack("database", "arn:database", "UPDATE_COMPLETE", (resource,), template)


@pytest.mark.parametrize(
    ("size", "limit", "has", "named"),
    [
        (20, 100, 20, []),
        (20, 100, 60, []),  # nothing changes, nothing is sent
        (40, 100, 60, ["allocated_storage_gib"]),
        (60, 100, 60, []),
        (65, 100, 60, ["allocated_storage_gib"]),
        (66, 100, 60, []),
        (20, 65, 60, ["max_allocated_storage_gib"]),
        (20, 66, 60, []),
        (20, 100, 100, []),
        (30, 44, 60, ["allocated_storage_gib", "max_allocated_storage_gib"]),
        (30, 44, None, []),
    ],
)
def test_should_refuse_sizes_that_rds_has_overtaken(size: int, limit: int, has: int | None, named: list[str]) -> None:
    settings = aws_environment(database={"allocated_storage_gib": size, "max_allocated_storage_gib": limit})
    deployed = stack(AllocatedStorage="20", MaxAllocatedStorage=100)
    found = list(storage_violations(settings, Rds(has), [deployed]))
    assert [violation.path for violation in found] == [f"database.{name}" for name in named]
    assert all("The way: set it to" in violation.rule for violation in found)


def test_should_say_the_sizes_that_work() -> None:
    settings = aws_environment(database={"allocated_storage_gib": 65, "max_allocated_storage_gib": 100})
    [violation] = storage_violations(settings, Rds(61), [stack(AllocatedStorage="20", MaxAllocatedStorage=100)])
    assert violation.rule.endswith("(RDS has 61 GiB now, by autoscaling). The way: set it to 61, or to 68 at least")


def test_should_pass_on_what_else_aws_refuses() -> None:
    class Denied(Rds):
        def describe_db_instances(self, DBInstanceIdentifier: str) -> Json:  # noqa: N803
            raise refused("AccessDenied")

    with pytest.raises(Exception, match="AccessDenied"):
        list(storage_violations(aws_environment(), Denied(1), [stack(AllocatedStorage="20")]))
