"""`python -m operations.empty <bucket> --region <region> [--yes]`: delete a bucket with all versions in it."""

import argparse
import sys
from typing import Any

import boto3

from operations.aws import AWS_ERRORS, OperationError
from operations.buckets import empty, holds
from operations.terminal import answer_to, has_terminal


def delete(s3: Any, bucket: str, *, confirmed: bool) -> int:
    """Delete it; returns the exit code. Raises BucketError and what AWS's client raises."""
    print(f"s3://{bucket} holds {holds(s3, bucket)}. All of it is deleted, for good.", flush=True)
    if not confirmed and answer_to(f"Type the bucket's name ({bucket}) to delete it: ") != bucket:
        print("That is not its name: nothing was done.", file=sys.stderr)
        return 1
    print(f"Deleted {empty(s3, bucket)} objects and versions.")
    s3.delete_bucket(Bucket=bucket)
    print(f"Deleted s3://{bucket}.")
    return 0


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m operations.empty", description="Delete a bucket and its content.")
    parser.add_argument("bucket")
    parser.add_argument("--region", required=True)
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    given = parser.parse_args(arguments)
    if not given.yes and not has_terminal():
        print("Refused; nothing was done: without a terminal nobody can be asked, so --yes is needed.", file=sys.stderr)
        return 1
    try:
        return delete(boto3.client("s3", region_name=given.region), given.bucket, confirmed=given.yes)
    except (OperationError, *AWS_ERRORS) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
