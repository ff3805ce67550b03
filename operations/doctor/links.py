"""The links between file system and S3: their state, what still has to leave, and buckets that the file names."""

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.exports import waiting_seconds

LATE_SECONDS = 15 * 60
"""From when on a file that has not left is told of: minutes are usual after many small files."""

HOW_TO = "docs/how-to/s3.md"


def no_links(context: Context) -> str | None:
    """StorageStack is not deployed, or links nothing."""
    there = context.resources("storage", "AWS::FSx::DataRepositoryAssociation")
    return None if there else f"{context.platform}-storage links no file system to S3"


def links(context: Context) -> Answer:
    """Whether files come and go: a link that is MISCONFIGURED or FAILED does neither."""
    [file_system, *_] = context.resources("storage", "AWS::FSx::FileSystem")
    of_it = [{"Name": "file-system-id", "Values": [file_system]}]
    found = context.client("fsx").describe_data_repository_associations(Filters=of_it)["Associations"]  # 8 at most
    answers = []
    expected = set(context.resources("storage", "AWS::FSx::DataRepositoryAssociation"))
    for missing in sorted(expected - {link["AssociationId"] for link in found}):
        answers.append(Answer.failed(f"{missing} is gone", f"take the link out of the file, deploy, add it ({HOW_TO})"))
    for link in found:
        state, why = link["Lifecycle"], (link.get("FailureDetails") or {}).get("Message", "")
        told = f"{link['FileSystemPath']} is {state}" + (f": {why}" if why else "")
        if state in ("CREATING", "UPDATING"):
            answers.append(Answer.warned(told, "wait"))
        elif state == "MISCONFIGURED":
            step = f"bring back bucket, policy, key and the notification entry `FSx` of {link['DataRepositoryPath']}"
            answers.append(Answer.failed(told, f"{step} ({HOW_TO})"))
        elif state != "AVAILABLE":
            answers.append(Answer.failed(told, f"take the link out of the file, deploy, add it again ({HOW_TO})"))
    folders = ", ".join(sorted(link["FileSystemPath"] for link in found))
    return worst(answers, Answer.passed(f"{folders} AVAILABLE"))


def leaving(context: Context) -> Answer:
    """How long the oldest file waits to leave to S3: with its file system it would be lost."""
    [file_system, *_] = context.resources("storage", "AWS::FSx::FileSystem")
    age = waiting_seconds(context.client("cloudwatch"), file_system)
    if age > LATE_SECONDS:
        told = f"a file of {file_system} has waited {age} s to leave to S3"
        return Answer.warned(
            told, f"keep the file system; see check `links`, and many small files take long ({HOW_TO})"
        )
    return Answer.passed(f"the oldest file has waited {age} s" if age else "no file waits to leave to S3")


def no_buckets(context: Context) -> str | None:
    """The file names no bucket."""
    return None if _buckets(context) else "storage.s3.bucket and storage.data name no bucket"


def buckets(context: Context) -> Answer:
    """Whether the buckets of the file exist, and stand in the region from which FSx imports."""
    answers, region = [], context.settings.region
    for bucket, (setting, imports) in _buckets(context).items():
        try:
            answer = context.client("s3").get_bucket_location(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
            answers.append(Answer.failed(f"there is no bucket {bucket}", f"make it, or change {setting}"))
            continue
        found = answer.get("LocationConstraint") or "us-east-1"
        if imports and found != region:
            told = f"{bucket} is in {found}, and FSx imports from {region} only"
            answers.append(Answer.failed(told, f"a bucket in {region} for {setting}"))
    return worst(answers, Answer.passed(f"{', '.join(_buckets(context))} in {region}"))


def _buckets(context: Context) -> dict[str, tuple[str, bool]]:
    """Bucket -> the setting that names it, and whether anything arrives from it."""
    storage, found = context.settings.storage, dict[str, tuple[str, bool]]()
    if storage.s3.bucket is not None:
        found[storage.s3.bucket] = ("storage.s3.bucket", True)
    for link in storage.data:
        if link.s3.startswith("s3://"):
            bucket = link.s3.removeprefix("s3://").partition("/")[0]
            setting, imports = found.get(bucket, ("storage.data", False))
            found[bucket] = (setting, imports or link.imports)
    return found


RESOURCES = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
CHECKS = (
    Check("data", "buckets", buckets, ("s3:GetBucketLocation",), no_buckets),
    Check("data", "links", links, (*RESOURCES, "fsx:DescribeDataRepositoryAssociations"), no_links, before=False),
    Check(
        "data", "files leaving to S3", leaving, (*RESOURCES, "cloudwatch:GetMetricStatistics"), no_links, before=False
    ),
)
