"""Rules on what tasks may do with AWS."""

import json
import re
from collections.abc import Iterator

from settings.facts.offers import regions
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.model.task_profile import StatementSettings, TaskRoleSettings
from settings.reading.violations import Violation
from settings.rules.shared import repeats

GUARDED_SERVICES = ("account", "iam", "organizations", "sts")
"""Their actions give rights, so each is named in full."""

TAKE_A_ROLE = re.compile(r"iam:passrole|sts:assumerole.*|sts:tagsession", re.IGNORECASE)
ONE_ACCOUNTS_ROLE = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/(?!\*$).+")

ADMINISTRATORS = re.compile(r"(.*/)?(AdministratorAccess.*|IAMFullAccess|PowerUserAccess)")

MOST_CHARACTERS = 10_240
"""Of all inline policies of a role, without white space ("IAM and STS character limits", IAM user guide)."""

Environment = AwsEnvironment | LocalEnvironment


def _roles(environment: Environment) -> Iterator[tuple[str, TaskRoleSettings]]:
    """Every role of tasks, with its path."""
    airflow = environment.airflow
    roles = {"airflow.worker": airflow.worker.role}
    roles |= {f"airflow.task_profiles.{name}": profile.role for name, profile in airflow.task_profiles.items()}
    for path, role in roles.items():
        if role is not None:
            yield f"{path}.role", role


def _statements(environment: Environment) -> Iterator[tuple[str, StatementSettings]]:
    for path, role in _roles(environment):
        for index, statement in enumerate(role.statements):
            yield f"{path}.statements[{index}]", statement


def roles_are_for_aws(environment: LocalEnvironment) -> Iterator[Violation]:
    """Nothing else hands them out."""
    for path, role in _roles(environment):
        rule = "must be left out: pods get AWS roles on platform aws only"
        yield Violation(path, rule, sorted(role.model_dump(exclude_defaults=True)))


def roles_give_something(environment: AwsEnvironment) -> Iterator[Violation]:
    """A role without rights is a mistake; rights beside a target role are never in use."""
    for path, role in _roles(environment):
        own = bool(role.managed_policies or role.statements)
        if not own and not role.target_role_arn:
            yield Violation(path, "must have managed_policies, statements or target_role_arn", {})
        if own and role.target_role_arn:
            rule = "must stand alone: tasks get the rights of that role, and none of managed_policies and statements"
            yield Violation(f"{path}.target_role_arn", rule, role.target_role_arn)


def roles_are_no_administrators(environment: AwsEnvironment) -> Iterator[Violation]:
    """Whoever may write a DAG would own the account."""
    for path, role in _roles(environment):
        for index, policy in enumerate(role.managed_policies):
            if ADMINISTRATORS.fullmatch(policy):
                rule = "must be a policy for what the tasks do: with this one every author could do anything"
                yield Violation(f"{path}.managed_policies[{index}]", rule, policy)


def managed_policies_are_named_once(environment: AwsEnvironment) -> Iterator[Violation]:
    """IAM attaches a policy once."""
    for path, role in _roles(environment):
        yield from repeats(f"{path}.managed_policies", role.managed_policies, "policies")


def statements_give_no_rights_away(environment: AwsEnvironment) -> Iterator[Violation]:
    """With a wildcard over these a task could give itself all the others."""
    for path, statement in _statements(environment):
        for index, action in enumerate(statement.actions):
            service, _, name = action.partition(":")
            if service in GUARDED_SERVICES and re.search(r"[*?]", name):
                rule = f"must name an action in full: those of {service} give rights"
                yield Violation(f"{path}.actions[{index}]", rule, action)


def statements_name_the_roles_that_tasks_take(environment: AwsEnvironment) -> Iterator[Violation]:
    """A role of somebody's that trusts the account would be a way to its rights."""
    for path, statement in _statements(environment):
        if not any(TAKE_A_ROLE.fullmatch(action) for action in statement.actions):
            continue
        for index, resource in enumerate(statement.resources):
            if not ONE_ACCOUNTS_ROLE.fullmatch(resource):
                rule = "must be the ARN of a role, with its account: actions of the statement take or pass roles"
                yield Violation(f"{path}.resources[{index}]", rule, resource)


def statements_are_not_too_long(environment: AwsEnvironment) -> Iterator[Violation]:
    """IAM counts a role's own policies together."""
    for path, role in _roles(environment):
        text = json.dumps([each.model_dump() for each in role.statements], separators=(",", ":"))
        if len(text) > MOST_CHARACTERS:
            rule = f"must have at most {MOST_CHARACTERS} characters together, as IAM takes for a role"
            yield Violation(f"{path}.statements", rule, f"{len(text)} characters")


def task_roles_are_of_the_regions_partition(environment: AwsEnvironment) -> Iterator[Violation]:
    """IAM ends at the border of a partition."""
    partition = regions().get(environment.region)
    if partition is None:
        return  # the region is refused
    for path, arn in _arns(environment):
        if arn.startswith("arn:") and arn.split(":")[1] != partition:
            yield Violation(path, f"must start with arn:{partition}: in region {environment.region}", arn)


def _arns(environment: AwsEnvironment) -> Iterator[tuple[str, str]]:
    for path, role in _roles(environment):
        yield from ((f"{path}.managed_policies[{n}]", arn) for n, arn in enumerate(role.managed_policies))
        if role.target_role_arn:
            yield f"{path}.target_role_arn", role.target_role_arn
    for path, statement in _statements(environment):
        yield from ((f"{path}.resources[{n}]", arn) for n, arn in enumerate(statement.resources))
