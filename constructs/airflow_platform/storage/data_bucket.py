"""The bucket that holds what the file system is a cache of."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

SERVICE = "s3.data-source.lustre.fsx.amazonaws.com"
"""FSx has a role of this service for each linked file system ("Using service-linked roles for Amazon FSx", FSx for
Lustre user guide)."""

UPLOAD_DAYS = 7
"""Days after which parts of an upload that nobody completed go."""


class DataBucket(s3.Bucket):
    """DAGs, logs and data sets: encrypted, versioned, closed to everyone outside the account and to plain HTTP.

    It never gets a notification configuration: CloudFormation puts that whole, FSx has an entry of its own in it, and
    without that entry neither import nor export works ("Automatically import updates from your S3 bucket", FSx for
    Lustre user guide).

    Args:
        encryption_key: where None, S3 encrypts with its own.
        previous_version_days: how long what was overwritten or deleted can be brought back.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        encryption_key: kms.Key | None,
        previous_version_days: int,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.KMS if encryption_key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=encryption_key,
            bucket_key_enabled=True if encryption_key else None,  # a hundredth of the requests to KMS
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="PreviousVersions",
                    noncurrent_version_expiration=Duration.days(previous_version_days),
                    expired_object_delete_marker=True,
                ),
                s3.LifecycleRule(id="Uploads", abort_incomplete_multipart_upload_after=Duration.days(UPLOAD_DAYS)),
            ],
            removal_policy=removal_policy,
        )
        if self.policy:  # a bucket that is kept stays closed
            self.policy.apply_removal_policy(removal_policy)


def let_links_use(key: kms.Key) -> None:
    """Let the roles that FSx reads and writes linked buckets with use a key, through S3 only.

    By their path: their names end in the file system's id, which stands on the key. Their own policies have nothing
    about keys, so the account's permission in the key's policy does not reach them ("Working with server-side encrypted
    Amazon S3 buckets", FSx for Lustre user guide).
    """
    stack = Stack.of(key)
    roles = (
        f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role/{SERVICE}/AWSServiceRoleForFSxS3Access_fs-*"
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="FsxLinksThroughS3",
            principals=[iam.AnyPrincipal()],
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            resources=["*"],
            conditions={
                "ArnLike": {"aws:PrincipalArn": roles},
                "StringEquals": {
                    "kms:CallerAccount": stack.account,
                    "kms:ViaService": f"s3.{stack.region}.amazonaws.com",
                },
            },
        )
    )
