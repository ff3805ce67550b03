"""The controller machine."""

import json
from typing import Any

import pytest

from settings.facts.versions import KUBERNETES_VERSIONS
from tests.support.templates import Template, filled, resources
from tests.unit.constructs.cluster.conftest import Synthesize


@pytest.fixture(scope="session")
def with_controller(synthesize: Synthesize) -> Template:
    return synthesize(cluster={"controller": {"enabled": True}})


def machine(template: Template) -> dict[str, Any]:
    (found,) = resources(template, "AWS::EC2::Instance").values()
    return dict(found["Properties"])


def image_of(template: Template) -> str:
    """The image that the machine's launch template names."""
    templates = resources(template, "AWS::EC2::LaunchTemplate")
    return str(
        templates[machine(template)["LaunchTemplate"]["LaunchTemplateId"]["Ref"]]["Properties"]["LaunchTemplateData"][
            "ImageId"
        ]
    )


def user_data(template: Template) -> str:
    return filled(machine(template)["UserData"]["Fn::Base64"])


def test_should_make_no_machine_unless_asked(template: Template) -> None:
    assert resources(template, "AWS::EC2::Instance") == {}


def test_should_let_people_in_through_ssm_only(with_controller: Template) -> None:
    properties = machine(with_controller)
    assert "KeyName" not in properties
    assert "PrivateSubnet" in json.dumps(properties["SubnetId"])
    assert "NetworkInterfaces" not in properties
    assert ["SecurityGroupsController" in json.dumps(group) for group in properties["SecurityGroupIds"]] == [True]
    assert resources(with_controller, "AWS::EC2::SecurityGroup") == {}
    assert resources(with_controller, "AWS::EC2::SecurityGroupIngress") == {}


def test_should_require_imdsv2_and_encrypt_its_disk(with_controller: Template) -> None:
    properties = machine(with_controller)
    assert properties["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    (disk,) = properties["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"] is True and disk["Ebs"]["VolumeType"] == "gp3"


def test_should_have_a_disk_that_its_image_fits_on_and_no_large_one(with_controller: Template) -> None:
    (disk,) = machine(with_controller)["BlockDeviceMappings"]
    assert disk["DeviceName"] == "/dev/xvda"  # the image's root volume, which another name would leave as it is
    assert 8 <= disk["Ebs"]["VolumeSize"] <= 20  # Amazon Linux 2023's own is 8 GiB, and EC2 takes no smaller one


@pytest.mark.parametrize(
    ("instance_type", "image", "kubectl"), [("t4g.micro", "arm64", "arm64"), ("t3.micro", "x86_64", "amd64")]
)
def test_should_follow_the_architecture_of_its_instance_type(
    instance_type: str, image: str, kubectl: str, synthesize: Synthesize
) -> None:
    template = synthesize(cluster={"controller": {"enabled": True, "instance_type": instance_type}})
    assert image_of(template).endswith(f"-{image}")
    assert f"/bin/linux/{kubectl}" in user_data(template)


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_should_install_checked_kubectl_of_the_clusters_version(version: str, synthesize: Synthesize) -> None:
    text = user_data(synthesize(cluster={"version": version, "controller": {"enabled": True}}))
    assert f"https://dl.k8s.io/release/stable-{version}.txt" in text
    assert text.index("sha256sum --check") < text.index("install -D -m 0755 kubectl")
    assert text.startswith("#!/bin/bash\nset -euo pipefail\n")


def test_should_have_a_kubeconfig_ready_for_everybody(with_controller: Template) -> None:
    text = user_data(with_controller)
    assert "aws eks update-kubeconfig --region eu-central-1" in text
    assert "/etc/profile.d/kubeconfig.sh" in text
    assert "chmod 0644 /etc/kubernetes/kubeconfig" in text


def test_should_be_replaced_when_the_clusters_version_moves(synthesize: Synthesize) -> None:
    def ids(version: str) -> set[str]:
        template = synthesize(cluster={"version": version, "controller": {"enabled": True}})
        return set(resources(template, "AWS::EC2::Instance"))

    assert ids("1.35").isdisjoint(ids("1.36"))


def test_should_not_be_replaced_because_there_is_a_new_image(with_controller: Template) -> None:
    # An SSM parameter of the template, or an image of the instance's own, would be looked up at each deployment.
    assert image_of(with_controller).startswith("resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-")
    assert "ImageId" not in machine(with_controller)
    types = {parameter["Type"] for parameter in with_controller["Parameters"].values()}
    assert types <= {"AWS::SSM::Parameter::Value<String>"} and "ami" not in json.dumps(with_controller["Parameters"])


def test_should_be_a_cluster_admin_by_an_entry_of_its_own(with_controller: Template) -> None:
    (entry,) = (
        entry["Properties"]
        for entry in resources(with_controller, "AWS::EKS::AccessEntry").values()
        if "RolesController" in json.dumps(entry["Properties"]["PrincipalArn"])
    )
    assert "AmazonEKSClusterAdminPolicy" in json.dumps(entry["AccessPolicies"])


def test_should_have_no_name_that_another_environment_could_have_too(with_controller: Template) -> None:
    for launch_template in resources(with_controller, "AWS::EC2::LaunchTemplate").values():
        assert "LaunchTemplateName" not in launch_template["Properties"]
