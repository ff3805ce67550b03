"""The data of an environment: what is deployed, or what its last destroy left."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from operations.aws import Clients, OperationError
from operations.database_protection import INSTANCE
from operations.deployed import DeployedStack, Resource, deleted_stack_ids, deployed_stacks, last_events
from operations.destroy.kinds import BUCKET, KINDS
from settings import AwsEnvironment
from settings.facts.secrets import SECRETS

FILE_SYSTEM, SECRET = "AWS::FSx::FileSystem", "AWS::SecretsManager::Secret"


class NoDataError(OperationError):
    """There is nothing to back up, or nobody can tell what."""


@dataclass(frozen=True)
class Data:
    """What a backup set is made of."""

    database: str
    file_system: str | None
    bucket: str | None
    """That DAGs arrive from and logs leave to; None where the file system is not linked to S3."""

    secrets: dict[str, str] = field(default_factory=dict)
    """Key of the table of secrets -> ARN. Credentials of the database are not among them: they are made anew."""

    stacks: tuple[DeployedStack, ...] = ()
    """Where it is deployed; empty where it was kept."""


def data_of(clients: Clients, settings: AwsEnvironment) -> Data:
    """The data of an environment. Raises NoDataError, and what AWS's client raises."""
    stacks = deployed_stacks(clients("cloudformation"), settings.name)
    if busy := [stack for stack in stacks if stack.is_busy]:
        raise NoDataError(f"{busy[0].name} is {busy[0].status}: wait until CloudFormation has ended with it")
    resources = [each for stack in stacks if stack.exists for each in stack.resources]
    if not _ids(resources, INSTANCE):
        resources, stacks = list(_left(clients, settings)), []
    databases = _ids(resources, INSTANCE)
    if not databases:
        raise NoDataError(f"No database of environment {settings.name} is deployed, and none was left by a destroy")
    buckets = [settings.storage.s3.bucket] if settings.storage.s3.bucket else _ids(resources, BUCKET)
    file_systems = _ids(resources, FILE_SYSTEM)
    return Data(
        database=databases[0],
        file_system=file_systems[0] if file_systems else None,
        bucket=buckets[0] if buckets else None,
        secrets={**_secrets(resources), **settings.restore.secrets},
        stacks=tuple(stacks),
    )


def _left(clients: Clients, settings: AwsEnvironment) -> Iterator[Resource]:
    """What the last destroy of each stack left that is still there: the newest of each stack first."""
    cloudformation = clients("cloudformation")
    done: set[str] = set()
    for stack_id in deleted_stack_ids(cloudformation, settings.name):
        found = [
            resource
            for resource, status in last_events(cloudformation, stack_id)
            if status == "DELETE_SKIPPED"
            and resource.type in (INSTANCE, FILE_SYSTEM, SECRET, BUCKET)
            and resource.stack not in done
            and KINDS[resource.type].exists(clients, resource.physical_id)
        ]
        yield from found
        done |= {each.stack for each in found}


def _ids(resources: list[Resource], type_: str) -> list[str]:
    return [each.physical_id for each in resources if each.type == type_]


def _secrets(resources: list[Resource]) -> dict[str, str]:
    """By their construct ids (constructs/airflow_platform/database/airflow_secrets.py)."""
    return {
        row.key: each.physical_id
        for row in SECRETS
        for each in resources
        if not row.username and each.type == SECRET and re.fullmatch(f"Secrets{row.id}[0-9A-F]{{8}}", each.logical_id)
    }
