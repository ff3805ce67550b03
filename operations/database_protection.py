"""RDS's deletion protection of a database whose data is retained: against hands and API calls.

It isn't in the template. There it would be on from the instance's first second, and CloudFormation could not take back
a first deployment that fails after it ("Cannot delete protected DB Instance", ROLLBACK_FAILED, and a paid instance that
nobody owns). The template doesn't mention the property at all, so this is no drift ("CloudFormation determines drift
only for property values that are explicitly set", AWS CloudFormation user guide) and no later deployment changes it.
CloudFormation itself deletes no retained database, with or without it.
"""

from collections.abc import Iterable
from typing import Any

from operations.deployed import DeployedStack, Resource

INSTANCE = "AWS::RDS::DBInstance"


def databases(stacks: Iterable[DeployedStack]) -> list[Resource]:
    """The stacks' database instances."""
    return [each for stack in stacks for each in stack.resources if each.type == INSTANCE]


def is_protected(rds: Any, instance: str) -> bool:
    """Whether an instance is protected from deletion."""
    [found] = rds.describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"]
    return bool(found["DeletionProtection"])


def set_protection(rds: Any, instances: Iterable[Resource]) -> list[str]:
    """Protect the databases that outlive their stack and no others; returns what was changed, for a person.

    Raises:
        WaiterError: after ten minutes, if an instance does not become available.
    """
    changed = []
    for instance in instances:
        name, wanted = instance.physical_id, instance.is_kept
        if is_protected(rds, name) != wanted:
            # RDS changes no instance that it is at work on, such as one whose first backup is being made.
            rds.get_waiter("db_instance_available").wait(
                DBInstanceIdentifier=name, WaiterConfig={"Delay": 15, "MaxAttempts": 40}
            )
            rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=wanted, ApplyImmediately=True)
            changed.append(f"Database {name}: protection from deletion is {'on' if wanted else 'off'} now.")
    return changed
