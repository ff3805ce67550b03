"""What every check is given."""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from operations.doctor.clients import Clients
from operations.doctor.kubernetes_api import KubernetesReader
from operations.doctor.once import Once
from settings.model.environment import AwsEnvironment

Json = dict[str, Any]
T = TypeVar("T")

PARTS = ("network", "iam", "cluster", "storage", "database", "airflow")
"""The stacks, as their names end (`airflow-dev-network`)."""

NOT_THERE = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE", "ROLLBACK_COMPLETE")
"""States of a stack without resources: never made, gone, or taken back."""


class Context:
    """The settings, the clients, and what AWS says of the platform: each asked once, when a check first needs it."""

    def __init__(
        self,
        settings: AwsEnvironment,
        clients: Clients,
        reader_of: Callable[[Json], KubernetesReader],
        now: datetime | None = None,
    ) -> None:
        """`reader_of`: makes a reader of the cluster that DescribeCluster tells of. `now`: default the clock's."""
        self.settings = settings
        self.client = clients
        self.platform = f"airflow-{settings.name}"
        self.now = now or datetime.now(timezone.utc)
        self._reader_of = reader_of
        self._once = Once()

    def once(self, name: str, question: Callable[[], T]) -> T:
        """The answer to a question of several checks. Raises what it raised."""
        return self._once.ask(name, question)

    @property
    def identity(self) -> Json:
        """Whose credentials these are."""
        answer: Json = self._once.ask("identity", lambda: self.client("sts").get_caller_identity())
        return answer

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of the environment."""
        return tuple(self.settings.availability_zones)

    def stack(self, part: str) -> Json | None:
        """The stack of a part of the platform, in whatever state; None when there is none."""
        return self._once.ask(f"stack {part}", lambda: self._stack(f"{self.platform}-{part}"))

    def _stack(self, name: str) -> Json | None:
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return next((stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"), None)

    def stacks(self) -> dict[str, Json]:
        """Part -> stack, of the stacks that there are."""
        return {part: stack for part in PARTS if (stack := self.stack(part)) is not None}

    def has_resources(self, part: str) -> bool:
        """Whether the stack of a part holds anything."""
        stack = self.stack(part)
        return stack is not None and stack["StackStatus"] not in NOT_THERE

    def resources(self, part: str, resource_type: str) -> list[str]:
        """Physical ids of the resources of a type that a part's stack has; none without the stack."""
        if not self.has_resources(part):
            return []
        found = self._once.ask(f"resources {part}", lambda: self._resources(f"{self.platform}-{part}"))
        return [
            resource["PhysicalResourceId"]
            for resource in found
            if resource["ResourceType"] == resource_type
            and resource.get("PhysicalResourceId")
            and resource.get("ResourceStatus") != "DELETE_COMPLETE"
        ]

    def _resources(self, stack: str) -> list[Json]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    @property
    def cluster(self) -> Json | None:
        """The EKS cluster; None when there is none."""
        return self._once.ask("cluster", self._cluster)

    def _cluster(self) -> Json | None:
        try:
            cluster: Json = self.client("eks").describe_cluster(name=self.platform)["cluster"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return cluster

    @property
    def kubernetes(self) -> KubernetesReader:
        """Reads the cluster. Raises KubernetesUnreachableError when it can't."""
        return self._once.ask("kubernetes", self._reader)

    def _reader(self) -> KubernetesReader:
        reader = self.new_reader()
        reader.get("/version")
        return reader

    def new_reader(self) -> KubernetesReader:
        """A reader with a token of its own, not asked yet."""
        return self._reader_of(self.cluster or {})
