"""The load balancer's log of requests."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"


class AccessLogs(Construct):
    """A bucket of the load balancer's requests, who and when and what, each kept for `days`.

    It empties itself. Who came is asked when all else is gone: it stays and goes with the platform's data. S3 encrypts
    it with keys of its own: Elastic Load Balancing writes with no others ("Enable access logs", Application Load
    Balancers guide).
    """

    def __init__(self, scope: Construct, construct_id: str, *, days: int, removal_policy: RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(days), abort_incomplete_multipart_upload_after=Duration.days(1)
                )
            ],
            removal_policy=removal_policy,
        )
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:PutObject"],
                principals=[iam.ServicePrincipal(DELIVERY)],
                # The path is of the account whose load balancer it is, so no other account's gets in.
                resources=[self.bucket.arn_for_objects(f"AWSLogs/{Stack.of(self).account}/*")],
            )
        )
