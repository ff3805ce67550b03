"""The bucket that the file system is a cache of, and the key that it shares with it."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack

from airflow_platform.house import Key
from airflow_platform.storage.data_bucket import DataBucket, let_links_use
from tests.support.synth import stack_with
from tests.support.templates import resources


def bucket(removal_policy: RemovalPolicy = RemovalPolicy.DESTROY, *, with_key: bool = False) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        key = None
        if with_key:
            key = Key(stack, "Key", description="Ours", removal_policy=removal_policy)
            let_links_use(key)
        DataBucket(stack, "Bucket", encryption_key=key, previous_version_days=7, removal_policy=removal_policy)

    return stack_with(build)


def only(template: dict[str, Any], type_: str) -> dict[str, Any]:
    ((_, found),) = resources(template, type_).items()
    return dict(found)


def test_should_be_closed_versioned_and_the_accounts_own() -> None:
    properties = only(bucket(), "AWS::S3::Bucket")["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "BucketName" not in properties


def test_should_let_previous_versions_and_unfinished_uploads_go() -> None:
    rules = {
        each["Id"]: each for each in only(bucket(), "AWS::S3::Bucket")["Properties"]["LifecycleConfiguration"]["Rules"]
    }
    assert rules["PreviousVersions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert rules["PreviousVersions"]["ExpiredObjectDeleteMarker"] is True
    assert rules["Uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert not [each for each in rules.values() if "ExpirationInDays" in each], "a file in use must not expire"


@pytest.mark.parametrize("with_key", [False, True])
def test_should_never_own_the_notifications_that_fsx_writes(with_key: bool) -> None:
    template = bucket(with_key=with_key)
    assert "NotificationConfiguration" not in only(template, "AWS::S3::Bucket")["Properties"]
    assert not [each for each in template["Resources"].values() if each["Type"].startswith("Custom::S3")]


def test_should_refuse_plain_http_and_old_tls_and_nothing_else() -> None:
    statements = only(bucket(), "AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]["Statement"]
    assert {each["Effect"] for each in statements} == {"Deny"}
    assert [each["Condition"] for each in statements] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": 1.2}},
    ]


def test_should_encrypt_with_s3s_own_key_unless_there_is_one() -> None:
    [rule] = only(bucket(), "AWS::S3::Bucket")["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    template = bucket(with_key=True)
    ((key_id, _),) = resources(template, "AWS::KMS::Key").items()
    [rule] = only(template, "AWS::S3::Bucket")["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {
            "KMSMasterKeyID": {"Fn::GetAtt": [key_id, "Arn"]},
            "SSEAlgorithm": "aws:kms",
        },
    }


def test_should_let_the_roles_of_links_use_the_key_through_s3_and_nobody_else() -> None:
    _, statement = only(bucket(with_key=True), "AWS::KMS::Key")["Properties"]["KeyPolicy"]["Statement"]
    assert statement["Principal"] == {"AWS": "*"}
    assert "kms:*" not in statement["Action"]
    assert statement["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": "arn:aws:iam::111122223333:role/aws-service-role/"
            "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"
        },
        "StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "s3.eu-central-1.amazonaws.com"},
    }


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("RETAIN_ON_UPDATE_OR_DELETE", ("RetainExceptOnCreate", "Retain")), ("DESTROY", ("Delete", "Delete"))],
)
def test_should_live_with_its_policy_as_long_as_the_data(policy: str, expected: tuple[str, str]) -> None:
    template = bucket(RemovalPolicy[policy])
    for type_ in ("AWS::S3::Bucket", "AWS::S3::BucketPolicy"):
        made = only(template, type_)
        assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == expected
