"""What resources say themselves of who may use them, and what people are told of them."""

import re

from operations.evidence.subject import Subject
from tests.unit.platform.closed_world import world

RESOURCE_POLICIES = [
    ("ClusterStack/ClusterSecretsKey", "Allow", "arn:iam:::root", "kms:*", ""),
    ("StorageStack/FileSystemKey", "Allow", "arn:iam:::root", "kms:*", ""),
    ("StorageStack/ImagesKey", "Allow", "arn:iam:::root", "kms:*", ""),
    (
        "StorageStack/FileSystemKey",
        "Allow",
        "*",
        "kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey*, kms:ReEncrypt*",
        "aws:PrincipalArn ArnLike arn:iam:::role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*; kms:CallerAccount StringEquals AWS::AccountId; kms:ViaService StringEquals s3.us-east-1.amazonaws.com",
    ),
    (
        "StorageStack/BucketPolicy",
        "Deny",
        "*",
        "s3:*",
        "aws:SecureTransport Bool false",
    ),
    (
        "StorageStack/BucketPolicy",
        "Deny",
        "*",
        "s3:*",
        "s3:TlsVersion NumericLessThan 1.2",
    ),
    ("DatabaseStack/Key", "Allow", "arn:iam:::root", "kms:*", ""),
    (
        "DatabaseStack/Key",
        "Allow",
        "arn:iam:::root",
        "kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey*, kms:ReEncrypt*",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    ("ClusterStack/FrontDoorAccessLogsBucketPolicy", "Deny", "*", "s3:*", "aws:SecureTransport Bool false"),
    ("ClusterStack/FrontDoorAccessLogsBucketPolicy", "Deny", "*", "s3:*", "s3:TlsVersion NumericLessThan 1.2"),
    (
        "ClusterStack/FrontDoorAccessLogsBucketPolicy",
        "Allow",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "s3:PutObject",
        "",
    ),
]
"""Resource, effect, principals, actions, condition. Keys: the account, whose IAM policies say the rest."""

LAMBDA_PERMISSIONS: list[world.Row] = []
"""Permission, function, who may call it. None: CloudFormation calls as whoever deploys."""

ACCESS_ENTRIES = [
    ("arn:iam::111122223333:role/Admin", "AmazonEKSClusterAdminPolicy", "cluster"),
    ("arn:iam::111122223333:role/Viewer", "AmazonEKSViewPolicy", "cluster"),
    ("ClusterStack/ClusterManifestHandlerFunctionServiceRole.Arn", "AmazonEKSClusterAdminPolicy", "cluster"),
    ("IamStack/RolesController.Arn", "AmazonEKSClusterAdminPolicy", "cluster"),
]
"""Principal, policy, scope."""

OUTPUTS = [
    ("ClusterStack", "KubeconfigCommand", "aws eks update-kubeconfig --region us-east-1 --name airflow-production"),
    (
        "ClusterStack",
        "ControllerSessionCommand",
        "aws ssm start-session --region us-east-1 --target ClusterStack/ClusterControllerInstance",
    ),
    ("ClusterStack", "LoadBalancerName", "ClusterStack/FrontDoorInternetLoadBalancer.DNSName"),
    ("StorageStack", "FileSystemId", "StorageStack/FileSystem"),
    ("StorageStack", "ImageRepository", "StorageStack/Images.RepositoryUri"),
    ("StorageStack", "DataBucket", "StorageStack/Bucket"),
    ("StorageStack", "DagsUri", "s3://StorageStack/Bucket/dags/"),
    (
        "StorageStack",
        "SyncDagsCommand",
        "aws s3 sync --region us-east-1 dags/ s3://StorageStack/Bucket/dags/ --delete",
    ),
    (
        "DatabaseStack",
        "AdminPasswordCommand",
        "aws secretsmanager get-secret-value --region us-east-1 --query SecretString --output text --secret-id DatabaseStack/SecretsAdminPassword",
    ),
    ("AirflowStack", "PortForwardCommand", "kubectl --namespace airflow port-forward service/webserver-svc 8080:8080"),
    ("AirflowStack", "AirflowUrl", "https://airflow.example.com"),
    ("AirflowStack", "AdminUser", "admin"),
    ("AirflowStack", "AirflowVersion", "3.3.2"),
    (
        "AirflowStack",
        "AirflowImage",
        "AWS::AccountId.dkr.ecr.us-east-1.amazonaws.com/airflow-production/apache/airflow:3.3.2",
    ),
]
"""Stack, output, value: commands and addresses, never a secret's value."""

EXPORTED = ("Arn", "GroupId", "DNSName", "LustreMountName", "")
"""Attributes that stacks export to each other; the empty one is the resource's id, of a secret its ARN."""


def test_should_open_no_other_key_bucket_or_secret(fullest: Subject) -> None:
    world.assert_closed(world.resource_policies(fullest), RESOURCE_POLICIES)


def test_should_let_nobody_call_a_function(fullest: Subject) -> None:
    world.assert_closed(world.lambda_permissions(fullest), LAMBDA_PERMISSIONS)


def test_should_let_nobody_else_into_the_cluster(fullest: Subject) -> None:
    world.assert_closed(world.access_entries(fullest), ACCESS_ENTRIES)


def test_should_tell_nothing_else(fullest: Subject) -> None:
    world.assert_closed(world.outputs(fullest), OUTPUTS)


def test_should_hand_ids_from_stack_to_stack_and_no_values(fullest: Subject) -> None:
    found = world.exports(fullest)
    assert found
    for stack, value in found:
        match = re.fullmatch(r"\w+/\w+(?:\.(\w+))?", value)
        assert match and (match[1] or "") in EXPORTED, f"{stack} exports {value}"
