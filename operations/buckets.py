"""Buckets with versions: S3 deletes none that has anything in it, and a deleted object's versions stay."""

from collections.abc import Iterator
from typing import Any

from operations.aws import OperationError

Key = dict[str, str]


class BucketError(OperationError):
    """S3 did not delete everything."""


def holds(s3: Any, bucket: str) -> str:
    """How much is in a bucket, in words: `nothing`, `3 objects and versions`, `1000 objects and versions or more`."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    first: dict[str, Any] = next((page for page in pages), {})
    count = len(_keys(first))
    more = " or more" if first.get("IsTruncated") else ""
    return f"{count} objects and versions{more}" if count else "nothing"


def empty(s3: Any, bucket: str) -> int:
    """Delete every version of every object and every part of unfinished uploads, for good; returns how many versions.

    Raises:
        BucketError: S3 refused some.
    """
    deleted = 0
    for keys in _batches(s3, bucket):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        if answer.get("Errors"):
            first = answer["Errors"][0]
            raise BucketError(f"s3://{bucket}/{first.get('Key')} could not be deleted: {first.get('Message')}")
        deleted += len(keys)
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads") or ():
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return deleted


def _batches(s3: Any, bucket: str) -> Iterator[list[Key]]:
    """A page has 1000 at most, and DeleteObjects takes as many."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        if keys := _keys(page):
            yield keys


def _keys(page: dict[str, Any]) -> list[Key]:
    listed = [*(page.get("Versions") or ()), *(page.get("DeleteMarkers") or ())]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in listed]
