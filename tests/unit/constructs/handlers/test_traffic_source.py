"""Target groups that get the nodes of node groups."""

from typing import Any

import pytest

from airflow_platform.handlers.traffic_source.index import AttachmentError, handle
from tests.unit.constructs.handlers.fakes import Clock

Json = dict[str, Any]
ONE, OTHER = (f"arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/{name}/1" for name in ("one", "other"))


class ClientError(Exception):
    """As botocore's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"An error occurred ({code}): {message}")
        self.response = {"Error": {"Code": code, "Message": message}}


class FakeAws:
    """EKS and Auto Scaling: each node group has one Auto Scaling group, and an attachment takes a few looks."""

    def __init__(self, attached: dict[str, set[str]] | None = None, looks: int = 2) -> None:
        self.attached = {"workers": set[str](), **(attached or {})}
        self.calls: list[str] = []
        self.errors: list[ClientError] = []
        self.looks = looks
        self._pending: dict[tuple[str, str], int] = {}

    def describe_nodegroup(self, clusterName: str, nodegroupName: str) -> Json:  # noqa: N803
        assert clusterName == "airflow-test"
        if nodegroupName not in self.attached:
            raise ClientError("ResourceNotFoundException", "No node group found for name")
        return {"nodegroup": {"resources": {"autoScalingGroups": [{"name": f"eks-{nodegroupName}"}]}}}

    def _change(self, verb: str, group: str, sources: list[Json]) -> tuple[set[str], str]:
        if self.errors:
            raise self.errors.pop(0)
        [source] = sources
        assert source["Type"] == "elbv2"
        self.calls.append(f"{verb} {group} {source['Identifier'].split('/')[1]}")
        self._pending[group, source["Identifier"]] = self.looks
        return self.attached[group.removeprefix("eks-")], source["Identifier"]

    def attach_traffic_sources(self, AutoScalingGroupName: str, TrafficSources: list[Json]) -> None:  # noqa: N803
        there, target_group = self._change("attach", AutoScalingGroupName, TrafficSources)
        there.add(target_group)

    def detach_traffic_sources(self, AutoScalingGroupName: str, TrafficSources: list[Json]) -> None:  # noqa: N803
        there, target_group = self._change("detach", AutoScalingGroupName, TrafficSources)
        if target_group not in there:
            raise ClientError("ValidationError", "Trying to remove Target Groups that are not part of the group")
        there.discard(target_group)

    def describe_traffic_sources(self, AutoScalingGroupName: str, TrafficSourceType: str) -> Json:  # noqa: N803
        assert TrafficSourceType == "elbv2"
        there = self.attached[AutoScalingGroupName.removeprefix("eks-")]
        found = []
        for target_group in (ONE, OTHER):
            looks = self._pending.get((AutoScalingGroupName, target_group), 0)
            self._pending[AutoScalingGroupName, target_group] = max(looks - 1, 0)
            if target_group in there:
                found.append({"Identifier": target_group, "State": "Adding" if looks else "Added"})
            elif looks:
                found.append({"Identifier": target_group, "State": "Removing"})
        return {"TrafficSources": found}


def request(kind: str, aws: FakeAws, *, old: Json | None = None, clock: Clock | None = None, **changed: str) -> FakeAws:
    properties = {"ClusterName": "airflow-test", "NodegroupName": "workers", "TargetGroupArn": ONE, **changed}
    event: Json = {"RequestType": kind, "ResourceProperties": properties}
    if old is not None:
        event["OldResourceProperties"] = {**properties, **old}
    clock = clock or Clock()
    handle(event, clock.deadline(880), aws, aws, clock.sleep)
    return aws


def test_should_attach_and_wait_until_the_nodes_are_registered() -> None:
    clock = Clock()
    start = clock()
    aws = request("Create", FakeAws(), clock=clock)
    assert aws.attached["workers"] == {ONE}
    assert clock() - start == 10


def test_should_attach_a_node_group_that_has_replaced_another_and_leave_the_old_ones_nodes_to_eks() -> None:
    aws = FakeAws({"old": {ONE}})
    request("Update", aws, old={"NodegroupName": "old"})
    assert aws.attached == {"workers": {ONE}, "old": {ONE}}


def test_should_detach_a_target_group_that_another_has_replaced_after_that_has_its_nodes() -> None:
    aws = request("Update", FakeAws({"workers": {OTHER}}), old={"TargetGroupArn": OTHER})
    assert aws.calls == ["attach eks-workers one", "detach eks-workers other"]
    assert aws.attached["workers"] == {ONE}


def test_should_detach_and_wait_for_the_last_requests() -> None:
    clock = Clock()
    start = clock()
    aws = request("Delete", FakeAws({"workers": {ONE}}, looks=20), clock=clock)
    assert aws.attached["workers"] == set()
    assert clock() - start == 100


@pytest.mark.parametrize("what", ["node group", "attachment", "Auto Scaling group"])
def test_should_delete_what_is_gone_already(what: str) -> None:
    aws = FakeAws()
    if what == "node group":
        del aws.attached["workers"]
    if what == "Auto Scaling group":
        aws.errors = [ClientError("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup not found")]
    request("Delete", aws)


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError"])
def test_should_tell_what_else_stands_in_the_way_of_a_deletion(code: str) -> None:
    aws = FakeAws({"workers": {ONE}})
    aws.errors = [ClientError(code, "you may not")]
    with pytest.raises(ClientError):
        request("Delete", aws)


def test_should_fail_to_attach_what_is_not_there() -> None:
    with pytest.raises(ClientError):
        request("Create", FakeAws(), NodegroupName="missing")


def test_should_try_again_while_somebody_else_changes_the_group() -> None:
    aws = FakeAws()
    aws.errors = [ClientError("ResourceContention", "busy"), ClientError("InstanceRefreshInProgress", "busy")]
    assert request("Create", aws).attached["workers"] == {ONE}


def test_should_give_up_in_time_and_say_why() -> None:
    aws, clock = FakeAws(), Clock()
    aws.errors = [ClientError("ResourceContention", "another activity") for _ in range(100)]
    with pytest.raises(AttachmentError, match=r"The time was up: .*another activity"):
        request("Create", aws, clock=clock)
    with pytest.raises(AttachmentError, match="has not registered its nodes"):
        request("Create", FakeAws(looks=1000), clock=clock)
