"""The ECR repository for images of the users' own."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from airflow_platform.cloudformation import resource
from airflow_platform.house import Key

UNTAGGED_DAYS = 14
"""Days that an image without a tag is kept. Tags never move, so it is what a push that failed has left; the parts of an
image for several architectures have no tags either, and ECR keeps them for as long as the image ("Automate the cleanup
of images by using lifecycle policies", Amazon ECR user guide)."""


class ImageRepository(Construct):
    """A repository whose tags never move, scanned at each push.

    No tagged image ever expires: pods may run it, and nodes pull it again. It has no name of its own, so that a new one
    can be made beside one that was retained.

    `EmptyOnDelete` stays off, with data that is not retained too: CloudFormation would delete images without a
    question. `make destroy` empties it, once its question is answered.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, customer_managed_key: bool, removal_policy: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        key = None
        if customer_managed_key:
            key = Key(self, "Key", description="Airflow images", removal_policy=removal_policy)
        repository = ecr.Repository(
            self,
            "Resource",
            encryption=ecr.RepositoryEncryption.KMS if key else ecr.RepositoryEncryption.AES_256,
            encryption_key=key,
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description="What a failed push has left",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=Duration.days(UNTAGGED_DAYS),
                )
            ],
            removal_policy=removal_policy,
        )
        self.uri = resource(repository, ecr.CfnRepository).attr_repository_uri
