"""EC2's instances, and the launch templates that they are made from."""

from typing import Any

import ministack.services.ssm as ssm

from standins.aws.ledger import LEDGER, RefusedError, on_create
from standins.aws.resources.network import SUBNET, require_group
from standins.aws.resources.record import register

Json = dict[str, Any]

register(
    "AWS::EC2::Instance",
    "i",
    lambda physical_id, properties: {"InstanceId": physical_id, "PrivateIp": "10.0.0.5"},
    replacing=("ImageId", "SubnetId", "AvailabilityZone", "LaunchTemplate", "KeyName"),
)


@on_create("AWS::EC2::LaunchTemplate")
def _launch_template_name_is_free(properties: Json) -> None:
    name = properties.get("LaunchTemplateName")
    if name and any(
        other.properties.get("LaunchTemplateName") == name for other in LEDGER.of("AWS::EC2::LaunchTemplate")
    ):
        raise RefusedError(
            f"InvalidLaunchTemplateName.AlreadyExistsException: Launch template name {name} already in use"
        )


@on_create("AWS::EC2::Instance")
def _instance_can_start(properties: Json) -> None:
    LEDGER.require(SUBNET, properties["SubnetId"], "InvalidSubnetID.NotFound")
    for group in properties.get("SecurityGroupIds") or ():
        require_group(group)
    _image_exists(properties)


def _image_exists(properties: Json) -> None:
    """The image of an instance, its own or its launch template's, may be the name of a public SSM parameter."""
    image = properties.get("ImageId")
    if not image:
        template_id = (properties.get("LaunchTemplate") or {}).get("LaunchTemplateId", "")
        template = LEDGER.require("AWS::EC2::LaunchTemplate", template_id, "InvalidLaunchTemplateId.NotFound")
        image = template.properties["LaunchTemplateData"].get("ImageId", "")
        if image.startswith("resolve:ssm:"):
            image = ssm._PUBLIC_AMI_PARAMETERS.get(image.removeprefix("resolve:ssm:"))
    if not image or not image.startswith("ami-"):
        raise RefusedError(f"InvalidAMIID.Malformed: Invalid id: {image}")
