"""The managed node groups."""

import json
from typing import Any

import pytest

from settings.model.airflow import WorkerSettings
from tests.support.templates import Template, resources
from tests.unit.constructs.cluster.conftest import Synthesize

STARTUP_TAINT = {"Key": "fsx.csi.aws.com/agent-not-ready", "Effect": "NO_EXECUTE"}


def group(template: Template) -> dict[str, Any]:
    (found,) = resources(template, "AWS::EKS::Nodegroup").values()
    return dict(found["Properties"])


def launch_template(template: Template) -> dict[str, Any]:
    (found,) = resources(template, "AWS::EC2::LaunchTemplate").values()
    return dict(found["Properties"]["LaunchTemplateData"])


def with_group(synthesize: Synthesize, **settings: Any) -> Template:
    return synthesize(cluster={"node_groups": {"workers": settings}})


def test_should_follow_the_clusters_version(synthesize: Synthesize) -> None:
    assert group(synthesize(cluster={"version": "1.35"}))["Version"] == "1.35"


@pytest.mark.parametrize(
    ("instance_type", "ami_type"),
    [("m7i.large", "AL2023_x86_64_STANDARD"), ("m7g.large", "AL2023_ARM_64_STANDARD")],
)
def test_should_run_amazon_linux_2023_of_the_instance_types_architecture(
    instance_type: str, ami_type: str, synthesize: Synthesize
) -> None:
    assert group(with_group(synthesize, instance_types=[instance_type]))["AmiType"] == ami_type


@pytest.mark.parametrize(("setting", "expected"), [("on_demand", "ON_DEMAND"), ("spot", "SPOT")])
def test_should_have_the_capacity_type_of_the_settings(setting: str, expected: str, synthesize: Synthesize) -> None:
    assert group(with_group(synthesize, capacity_type=setting))["CapacityType"] == expected


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"min_size": 2, "max_size": 5}, {"MinSize": 2, "MaxSize": 5, "DesiredSize": 2}),
        ({"min_size": 0, "max_size": 5}, {"MinSize": 0, "MaxSize": 5, "DesiredSize": 1}),
        ({"min_size": 0, "max_size": 5, "desired_size": 0}, {"MinSize": 0, "MaxSize": 5, "DesiredSize": 0}),
        ({"min_size": 1, "max_size": 5, "desired_size": 4}, {"MinSize": 1, "MaxSize": 5, "DesiredSize": 4}),
    ],
)
def test_should_scale_between_the_settings_sizes(
    sizes: dict[str, int], expected: dict[str, int], synthesize: Synthesize
) -> None:
    assert group(with_group(synthesize, **sizes))["ScalingConfig"] == expected


@pytest.mark.parametrize(
    ("setting", "expected"), [(2, {"MaxUnavailable": 2}), ("33%", {"MaxUnavailablePercentage": 33})]
)
def test_should_update_as_many_nodes_at_once_as_the_settings_say(
    setting: int | str, expected: dict[str, int], synthesize: Synthesize
) -> None:
    assert group(with_group(synthesize, max_unavailable=setting))["UpdateConfig"] == expected


def test_should_honour_disruption_budgets_on_update(template: Template) -> None:
    assert group(template)["ForceUpdateEnabled"] is False


def test_should_replace_nodes_that_have_failed(template: Template) -> None:
    assert group(template)["NodeRepairConfig"] == {"Enabled": True}


def test_should_start_nodes_with_the_taint_that_the_fsx_driver_takes_away(template: Template) -> None:
    assert group(template)["Taints"] == [STARTUP_TAINT]


def test_should_add_the_settings_labels_and_taints(synthesize: Synthesize) -> None:
    taints = [
        {"key": "team", "value": "data", "effect": "NoSchedule"},
        {"key": "soft", "effect": "PreferNoSchedule"},
        {"key": "hard", "effect": "NoExecute"},
    ]
    properties = group(with_group(synthesize, labels={"team": "data"}, taints=taints))
    assert properties["Labels"] == {"team": "data"}
    assert properties["Taints"] == [
        STARTUP_TAINT,
        {"Key": "team", "Value": "data", "Effect": "NO_SCHEDULE"},
        {"Key": "soft", "Effect": "PREFER_NO_SCHEDULE"},
        {"Key": "hard", "Effect": "NO_EXECUTE"},
    ]


def test_should_stand_in_private_subnets_of_all_zones(template: Template) -> None:
    subnets = group(template)["Subnets"]
    assert len(subnets) == 2
    assert all("PrivateSubnet" in json.dumps(subnet) for subnet in subnets)


def test_should_stand_in_the_zones_of_its_settings_only(synthesize: Synthesize) -> None:
    (subnet,) = group(with_group(synthesize, zones=["eu-central-1b"]))["Subnets"]
    assert "PrivateSubnet2" in json.dumps(subnet)


def test_should_make_every_group_of_the_settings(synthesize: Synthesize) -> None:
    template = synthesize(cluster={"node_groups": {"system": {}, "workers": {"capacity_type": "spot"}}})
    assert len(resources(template, "AWS::EKS::Nodegroup")) == 2


def test_should_let_nodes_join_and_reach_the_file_system(template: Template) -> None:
    # EKS adds the cluster's own group only to a launch template that names none.
    (name,) = resources(template, "AWS::EKS::Cluster")
    own, ours = launch_template(template)["SecurityGroupIds"]
    assert own == {"Fn::GetAtt": [name, "ClusterSecurityGroupId"]}
    assert "SecurityGroupsNodes" in json.dumps(ours)


def test_should_keep_the_nodes_role_from_pods(template: Template) -> None:
    assert launch_template(template)["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_should_encrypt_the_nodes_disk(synthesize: Synthesize) -> None:
    (disk,) = launch_template(with_group(synthesize, disk_size_gib=100))["BlockDeviceMappings"]
    assert disk["DeviceName"] == "/dev/xvda"
    assert disk["Ebs"] == {"Encrypted": True, "VolumeSize": 100, "VolumeType": "gp3", "DeleteOnTermination": True}


def test_should_leave_the_time_of_a_shutdown_to_the_machine_image(synthesize: Synthesize) -> None:
    # What the template says replaces what nodeadm gives, which is more.
    for capacity_type in ("on_demand", "spot"):
        assert "UserData" not in launch_template(with_group(synthesize, capacity_type=capacity_type))


def test_should_give_task_pods_no_longer_than_a_node_that_shuts_down_does() -> None:
    nodeadm_seconds, nodeadm_seconds_for_critical_pods = 150, 30
    assert WorkerSettings().termination_grace_seconds <= nodeadm_seconds - nodeadm_seconds_for_critical_pods


def test_should_tag_instances_and_disks(synthesize: Synthesize) -> None:
    specifications = launch_template(synthesize(tags={"team": "data"}))["TagSpecifications"]
    assert {entry["ResourceType"] for entry in specifications} == {"instance", "volume"}
    for entry in specifications:
        tags = {tag["Key"]: tag["Value"] for tag in entry["Tags"]}
        assert tags == {"team": "data", "Name": "airflow-test-workers"}


def test_should_roll_nodes_when_the_launch_template_changes(template: Template) -> None:
    (name,) = resources(template, "AWS::EC2::LaunchTemplate")
    assert group(template)["LaunchTemplate"] == {
        "Id": {"Ref": name},
        "Version": {"Fn::GetAtt": [name, "LatestVersionNumber"]},
    }
