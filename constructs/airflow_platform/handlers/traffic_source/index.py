"""The custom resource Custom::TrafficSource.

A node group of EKS's has Auto Scaling groups that no property of CloudFormation's names, and another one when it is
replaced. This asks EKS for them and attaches a target group: from then on Auto Scaling registers every new node, and
lets one that goes answer its last requests (AttachTrafficSources, Auto Scaling API reference).
"""

import time
from collections.abc import Callable
from typing import Any

from airflow_platform.handlers.limits import ATTACH_SECONDS, DETACH_SECONDS
from airflow_platform.handlers.response import Deadline, Json, LambdaContext, respond

POLL_SECONDS = 5.0
BUSY = frozenset({"ResourceContention", "InstanceRefreshInProgress", "ResourceContentionFault"})
"""Codes that pass: somebody else changes the Auto Scaling group right now."""


class AttachmentError(Exception):
    """The target group did not get its nodes."""


def handler(event: Json, context: LambdaContext) -> None:
    """Lambda's entry point."""
    import boto3

    respond(
        event,
        context,
        lambda event, deadline: handle(event, deadline, boto3.client("eks"), boto3.client("autoscaling")),
    )


def handle(
    event: Json, deadline: Deadline, eks: Any, autoscaling: Any, sleep: Callable[[float], None] = time.sleep
) -> None:
    """One request of CloudFormation's.

    A node group that is replaced takes its Auto Scaling groups with it, when EKS has moved the pods: only another
    target group is detached from it.

    Raises:
        AttachmentError: the target group was not attached in time, or not detached.
    """
    new, old = event["ResourceProperties"], event.get("OldResourceProperties") or {}
    source = Source(eks, autoscaling, sleep)
    if event["RequestType"] == "Delete":
        source.detach(new, deadline.within(DETACH_SECONDS))
        return
    source.attach(new, deadline.within(ATTACH_SECONDS))
    if old and old["TargetGroupArn"] != new["TargetGroupArn"]:
        source.detach(old, deadline.within(DETACH_SECONDS))


class Source:
    """The Auto Scaling groups of node groups, and what they register their instances with."""

    def __init__(self, eks: Any, autoscaling: Any, sleep: Callable[[float], None]) -> None:
        self._eks, self._autoscaling, self._sleep = eks, autoscaling, sleep

    def attach(self, properties: Json, deadline: Deadline) -> None:
        """Attach, and wait until every node there is has been registered. Attaching again changes nothing."""
        groups = self._groups(properties)
        if not groups:
            raise AttachmentError(f"EKS tells no Auto Scaling group of node group {properties['NodegroupName']}")
        for group in groups:
            self._change(self._autoscaling.attach_traffic_sources, group, properties, deadline)
            while self._state(group, properties) not in ("Added", "InService"):
                self._wait(f"{group} has not registered its nodes", deadline)

    def detach(self, properties: Json, deadline: Deadline) -> None:
        """Detach, and wait until no node is registered any more. What is gone already is no error."""
        try:
            for group in self._groups(properties):
                self._change(self._autoscaling.detach_traffic_sources, group, properties, deadline)
                while self._state(group, properties) is not None:
                    self._wait(f"{group} has not let go of its nodes", deadline)
        except Exception as error:  # botocore's are made when they are raised
            if not is_gone(error):
                raise
            print(f"Gone already: {error}")

    def _groups(self, properties: Json) -> list[str]:
        found = self._eks.describe_nodegroup(
            clusterName=properties["ClusterName"], nodegroupName=properties["NodegroupName"]
        )
        return [each["name"] for each in found["nodegroup"].get("resources", {}).get("autoScalingGroups", [])]

    def _change(self, call: Callable[..., Any], group: str, properties: Json, deadline: Deadline) -> None:
        while True:
            try:
                call(
                    AutoScalingGroupName=group,
                    TrafficSources=[{"Identifier": properties["TargetGroupArn"], "Type": "elbv2"}],
                )
                return
            except Exception as error:
                if code(error) not in BUSY:
                    raise
                self._wait(str(error), deadline)

    def _state(self, group: str, properties: Json) -> str | None:
        found = self._autoscaling.describe_traffic_sources(AutoScalingGroupName=group, TrafficSourceType="elbv2")
        states = {each["Identifier"]: each["State"] for each in found["TrafficSources"]}
        return states.get(properties["TargetGroupArn"])

    def _wait(self, why: str, deadline: Deadline) -> None:
        if deadline.passed:
            raise AttachmentError(f"The time was up: {why}")
        self._sleep(min(POLL_SECONDS, deadline.remaining))


def code(error: Exception) -> str:
    """AWS's code of an error; nothing for others."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def is_gone(error: Exception) -> bool:
    """Whether AWS says that a node group, an Auto Scaling group or an attachment is not there.

    Auto Scaling has one code for all that is wrong with a request.
    """
    if code(error) == "ResourceNotFoundException":
        return True
    told = str(error).lower()
    words = ("not found", "not part of", "does not exist", "are not attached", "is not attached")
    return code(error) == "ValidationError" and any(each in told for each in words)
