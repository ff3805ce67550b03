"""What is looked at before a deployment changes anything: every check's problems are told together."""

from collections.abc import Callable, Sequence

from operations.aws import Clients
from operations.changes.grown import storage_violations
from operations.database_protection import databases
from operations.deployed import DeployedStack
from operations.restore.sources import source_violations
from settings import AwsEnvironment

Check = Callable[[AwsEnvironment, Clients, Sequence[DeployedStack]], list[str]]
"""Takes the environment, AWS and the stacks that exist; returns the problems, one line each with what to do."""

DELETE = "`aws cloudformation delete-stack --region {region} --stack-name {stack}`, then deploy again"

WAYS_OUT = {
    "ROLLBACK_FAILED": f"its first deployment could not be taken back. {DELETE}",
    "UPDATE_ROLLBACK_FAILED": (
        "`aws cloudformation continue-update-rollback --region {region} --stack-name {stack}`, then deploy again"
    ),
    "DELETE_FAILED": f"it is half deleted. {DELETE}",
}
"""Statuses of stacks that CloudFormation does not update."""


def stacks_can_be_updated(settings: AwsEnvironment, clients: Clients, stacks: Sequence[DeployedStack]) -> list[str]:
    """No stack is in the hands of another deployment, or stuck. (The CLI itself replaces a ROLLBACK_COMPLETE.)"""
    problems = []
    for stack in stacks:
        if stack.is_busy:
            problems.append(f"{stack.name} is {stack.status}: wait until CloudFormation has ended with it")
        elif stack.status in WAYS_OUT:
            way_out = WAYS_OUT[stack.status].format(region=settings.region, stack=stack.name)
            problems.append(f"{stack.name} is {stack.status}: {way_out}")
    return problems


def databases_take_their_sizes(
    settings: AwsEnvironment, clients: Clients, stacks: Sequence[DeployedStack]
) -> list[str]:
    """RDS has grown no database beyond what the settings would change its sizes to."""
    return [str(violation) for violation in storage_violations(settings, clients, stacks)]


def restored_from_what_is_there(
    settings: AwsEnvironment, clients: Clients, stacks: Sequence[DeployedStack]
) -> list[str]:
    """What the database is to be made from exists, and fits. Once it is made, nobody needs it any more."""
    return [] if databases(stacks) else [str(violation) for violation in source_violations(settings, clients)]


CHECKS: tuple[Check, ...] = (stacks_can_be_updated, databases_take_their_sizes, restored_from_what_is_there)
"""Every check that `make deploy` makes; a new one is added here and nowhere else."""
