"""What is deployed of an environment: its stacks, their resources, and what the deployed templates do with them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from botocore.exceptions import ClientError

DESCRIPTION = "Airflow on EKS: "
"""How the description of each of the platform's stacks begins (stacks/)."""

KEPT = ("Retain", "RetainExceptOnCreate")
"""Deletion policies of what outlives its stack ("DeletionPolicy attribute", AWS CloudFormation user guide)."""

GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")
"""Statuses of resources that are no part of their stack any more."""


@dataclass(frozen=True)
class Resource:
    """A resource that a stack made."""

    stack: str
    logical_id: str
    type: str
    physical_id: str
    policy: str = "Delete"
    """The deployed template's DeletionPolicy."""

    @property
    def is_kept(self) -> bool:
        """Whether it stays when its stack goes."""
        return self.policy in KEPT


@dataclass(frozen=True)
class DeployedStack:
    """A stack that exists."""

    name: str
    id: str
    status: str
    resources: tuple[Resource, ...]
    template: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_busy(self) -> bool:
        """Whether CloudFormation is working on it. A stack in review is none yet: nobody works on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def exists(self) -> bool:
        """Whether it has anything: not one in review, nor a first deployment that was taken back."""
        return self.status not in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "CREATE_FAILED")


def platform_name(environment: str) -> str:
    """What an environment's cluster is called, and its stacks' names begin with (stacks/base.py)."""
    return f"airflow-{environment}"


def deployed_stacks(cloudformation: Any, environment: str) -> list[DeployedStack]:
    """The stacks of an environment, whether this version of the application has them or not."""
    return [
        _deployed(cloudformation, stack)
        for page in cloudformation.get_paginator("describe_stacks").paginate()
        for stack in page["Stacks"]
        if stack["StackStatus"] != "DELETE_COMPLETE"
        and _is_of(environment, stack["StackName"], stack.get("Description", ""))
    ]


def templates_of(stacks: Iterable[DeployedStack]) -> dict[str, Mapping[str, Any]]:
    """Name -> template of the stacks that have anything in them."""
    return {stack.name: stack.template for stack in stacks if stack.exists}


def deleted_stack_ids(cloudformation: Any, environment: str) -> list[str]:
    """The ids of the environment's stacks that were deleted, the last one first: CloudFormation remembers them for 90
    days."""
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
    found = [
        stack
        for page in pages
        for stack in page["StackSummaries"]
        if _is_of(environment, stack["StackName"], stack.get("TemplateDescription", DESCRIPTION))
    ]
    newest_first = sorted(found, key=lambda stack: str(stack.get("DeletionTime", "")), reverse=True)
    return [stack["StackId"] for stack in newest_first]


def last_events(cloudformation: Any, stack_id: str) -> list[tuple[Resource, str]]:
    """Every resource that a stack ever had, with what CloudFormation did with it last (`DELETE_SKIPPED`: it stays)."""
    found: dict[tuple[str, str], tuple[Resource, str]] = {}
    try:
        for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
            for event in page["StackEvents"]:  # the newest first
                resource = Resource(
                    event["StackName"],
                    event["LogicalResourceId"],
                    event.get("ResourceType", ""),
                    event.get("PhysicalResourceId", ""),
                )
                if resource.physical_id:
                    found.setdefault((resource.logical_id, resource.physical_id), (resource, event["ResourceStatus"]))
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
    return list(found.values())


def _is_of(environment: str, stack: str, description: str) -> bool:
    """No part's name has a hyphen: `airflow-dev-two-network` is the environment `dev-two`'s, not `dev`'s."""
    pattern = rf"{re.escape(platform_name(environment))}-[^-]+"
    return re.fullmatch(pattern, stack) is not None and description.startswith(DESCRIPTION)


def _deployed(cloudformation: Any, stack: dict[str, Any]) -> DeployedStack:
    """A stack as it is. By id: another one of the same name may take its place."""
    body = cloudformation.get_template(StackName=stack["StackId"])["TemplateBody"]
    template: dict[str, Any] = (body if isinstance(body, dict) else yaml.safe_load(body)) or {}
    resources = tuple(_resources(cloudformation, stack, template.get("Resources", {})))
    return DeployedStack(stack["StackName"], stack["StackId"], stack["StackStatus"], resources, template)


def _resources(cloudformation: Any, stack: dict[str, Any], defined: Mapping[str, Any]) -> Iterator[Resource]:
    """Its living resources."""
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack["StackId"]):
        for summary in page["StackResourceSummaries"]:
            if summary.get("PhysicalResourceId") and summary["ResourceStatus"] not in GONE:
                name = summary["LogicalResourceId"]
                policy = defined.get(name, {}).get("DeletionPolicy", "Delete")
                yield Resource(stack["StackName"], name, summary["ResourceType"], summary["PhysicalResourceId"], policy)
