"""A database that is larger than its template says: RDS's storage autoscaling grows it, and no template hears of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from operations.aws import Clients, is_missing
from operations.changes.breaks import is_less_than_a_tenth_over
from operations.database_protection import databases
from operations.deployed import DeployedStack
from settings import AwsEnvironment, Violation


def storage_violations(
    settings: AwsEnvironment, clients: Clients, stacks: Sequence[DeployedStack]
) -> Iterator[Violation]:
    """Changed sizes that RDS refuses, because the database has more than the deployed template says.

    A database that has what its template says is compared with the others, template by template.
    A size that does not change is not sent to RDS, however small it is. Raises what AWS's client raises.

    Sources: "Increasing DB instance storage capacity" and "Managing capacity automatically with Amazon RDS storage
    autoscaling", Amazon RDS user guide: by at least 10%, a limit at least 10% over what is allocated, and never less.
    """
    for database in databases(stacks):
        [stack] = [each for each in stacks if each.name == database.stack]
        deployed = stack.template.get("Resources", {}).get(database.logical_id, {}).get("Properties", {})
        has = _allocated_gib(clients("rds"), database.physical_id)
        if has is None or str(has) == str(deployed.get("AllocatedStorage")):
            continue  # not grown: what the templates say of it is all there is
        known = f"(RDS has {has} GiB now, by autoscaling)"
        size, limit = settings.database.allocated_storage_gib, settings.database.max_allocated_storage_gib
        enough = -(-11 * has // 10)
        if _changes(deployed, "AllocatedStorage", size) and size != has and is_less_than_a_tenth_over(size, has):
            way = f"set it to {has}, or to {enough} at least"
            rule = f"can't be changed to less than what is there, nor raised by less than 10% {known}. The way: {way}"
            yield Violation("database.allocated_storage_gib", rule, size)
        if _changes(deployed, "MaxAllocatedStorage", limit) and is_less_than_a_tenth_over(limit, has):
            rule = f"must be at least 10% over what is there {known}. The way: set it to {enough} at least"
            yield Violation("database.max_allocated_storage_gib", rule, limit)


def _changes(deployed: Mapping[str, Any], name: str, wanted: int) -> bool:
    return name in deployed and str(deployed[name]) != str(wanted)


def _allocated_gib(rds: Any, instance: str) -> int | None:
    """What a database has; None when there is none, which others tell."""
    try:
        [found] = rds.describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"]
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    allocated: int | None = found.get("AllocatedStorage")
    return allocated
