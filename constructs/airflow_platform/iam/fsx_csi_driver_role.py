"""The FSx for Lustre CSI driver's role."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.iam.pod_identity import PodIdentityRole
from settings.facts.addons import FSX_CSI_DRIVER

VOLUME_TAG = "CSIVolumeName"
"""The tag that the driver puts on every file system it makes (pkg/cloud/cloud.go of aws-fsx-csi-driver)."""

SERVICE_LINKED_ROLES = ("fsx.amazonaws.com", "s3.data-source.lustre.fsx.amazonaws.com")
"""Services whose role FSx makes with an account's first file system, and first file system on S3."""


class FsxCsiDriverRole(PodIdentityRole):
    """What the driver needs to make and remove file systems for claims (its docs/install.md), and no more.

    It can delete only what it made itself, which carries its tag: never the platform's own file system. So it may put
    that tag on nothing that exists. FSx has no condition for "while it is created" as EC2 has (`ec2:CreateAction`), and
    checks the tags of a creation against the ARN `file-system/*` (kubernetes-sigs/aws-fsx-csi-driver#214), where the
    id of what exists begins with `fs-`: that is denied. The driver tags while it creates, and never later.
    """

    def __init__(self, scope: Construct, construct_id: str, *, cluster_arn: str) -> None:
        super().__init__(
            scope,
            construct_id,
            description="The FSx for Lustre CSI driver",
            cluster_arn=cluster_arn,
            namespace="kube-system",
            service_accounts=[str(FSX_CSI_DRIVER.service_account)],
        )
        stack = Stack.of(self)
        any_id = f"arn:{Aws.PARTITION}:fsx:{stack.region}:{stack.account}:file-system/"
        file_systems = f"{any_id}*"
        made_by_the_driver = {"Null": {f"aws:ResourceTag/{VOLUME_TAG}": "false"}}
        tagged_by_the_driver = {"Null": {f"aws:RequestTag/{VOLUME_TAG}": "false"}}
        for statement in (
            iam.PolicyStatement(sid="Look", actions=["fsx:DescribeFileSystems"], resources=["*"]),
            iam.PolicyStatement(
                sid="Make",
                actions=["fsx:CreateFileSystem", "fsx:TagResource"],
                resources=[file_systems],
                conditions=tagged_by_the_driver,
            ),
            iam.PolicyStatement(
                sid="NeverTagWhatExists",
                effect=iam.Effect.DENY,
                actions=["fsx:TagResource", "fsx:UntagResource"],
                resources=[f"{any_id}fs-*"],
            ),
            iam.PolicyStatement(
                sid="Remove",
                actions=["fsx:DeleteFileSystem"],
                resources=[file_systems],
                conditions=made_by_the_driver,
            ),
            iam.PolicyStatement(
                sid="MakeServiceLinkedRoles",
                actions=["iam:CreateServiceLinkedRole"],
                resources=[
                    f"arn:{Aws.PARTITION}:iam::{stack.account}:role/aws-service-role/{service}/*"
                    for service in SERVICE_LINKED_ROLES
                ],
                conditions={"StringEquals": {"iam:AWSServiceName": list(SERVICE_LINKED_ROLES)}},
            ),
        ):
            self.add_to_policy(statement)
