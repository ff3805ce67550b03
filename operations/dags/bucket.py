"""The bucket: the DAG files, the releases beside them, and the pointer to the one that is there."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from operations.aws import OperationError
from operations.dags.release import File, Pointer, Release, Stored

RELEASES = "releases/dags/"
"""Where the releases are kept: outside the folder that the file system imports."""

POINTER = f"{RELEASES}current.json"

METADATA = {"file-permissions": "0100644", "file-owner": "0", "file-group": "0"}
"""What the file has on the file system: everybody may read it ("POSIX metadata support for data repositories", FSx for
Lustre user guide)."""

LOST = ("PreconditionFailed", "ConditionalRequestConflict")
"""Somebody else was faster ("How to prevent object overwrites with conditional writes", Amazon S3 user guide)."""

MISSING = ("NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405")
"""HEAD has no words, and a deletion marker's version answers 405."""


class OvertakenError(OperationError):
    """Somebody else publishes at this moment."""


class BucketError(OperationError):
    """The bucket is not as it must be."""


class Bucket:
    """Reads and writes one environment's DAG files."""

    def __init__(self, s3: Any, dags_uri: str) -> None:
        """`dags_uri`: the StorageStack's output, `s3://bucket/dags/`."""
        self._s3 = s3
        uri = urlsplit(dags_uri)
        self.name, self.prefix = uri.netloc, uri.path.lstrip("/")
        if uri.scheme != "s3" or not self.name or not self.prefix.endswith("/"):
            raise BucketError(f"DagsUri must be s3://bucket/folder/, not {dags_uri!r}")

    def keeps_versions(self) -> bool:
        """Whether the way back works."""
        status: str | None = self._s3.get_bucket_versioning(Bucket=self.name).get("Status")
        return status == "Enabled"

    def present(self) -> dict[str, Stored]:
        """The files that are there, by their path in the folder. Not the markers that consoles make for folders."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.prefix)
        return {
            each["Key"][len(self.prefix) :]: Stored(each["ETag"], each["LastModified"].isoformat())
            for page in pages
            for each in page.get("Contents", ())
            if not each["Key"].endswith("/")
        }

    def found(self, path: str, stored: Stored) -> File:
        """A file that no release knows: it is read."""
        answer = self._s3.get_object(Bucket=self.name, Key=self.prefix + path)
        return File(hashlib.sha256(answer["Body"].read()).hexdigest(), answer["VersionId"], stored)

    def has_version(self, path: str, version: str) -> bool:
        """Whether a version is still kept."""
        try:
            self._s3.head_object(Bucket=self.name, Key=self.prefix + path, VersionId=version)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return False
            raise
        return True

    def put(self, path: str, content: bytes) -> tuple[str, str]:
        """Write a file; returns version and ETag. S3 refuses a content that was damaged on its way."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        answer = self._s3.put_object(
            Bucket=self.name, Key=self.prefix + path, Body=content, ChecksumSHA256=digest, Metadata=METADATA
        )
        return answer["VersionId"], answer["ETag"]

    def bring_back(self, path: str, version: str) -> tuple[str, str]:
        """Make an old version the current one, with its metadata and tags; returns the new version and ETag."""
        source = {"Bucket": self.name, "Key": self.prefix + path, "VersionId": version}
        answer = self._s3.copy_object(Bucket=self.name, Key=self.prefix + path, CopySource=source)
        return answer["VersionId"], answer["CopyObjectResult"]["ETag"]

    def delete(self, path: str) -> None:
        """Its versions stay."""
        self._s3.delete_object(Bucket=self.name, Key=self.prefix + path)

    def release(self, release: str) -> Release:
        """A release by its id. Raises BucketError when its record is gone."""
        document = self._read(f"{RELEASES}{release}.json")
        if document is None:
            raise BucketError(
                f"s3://{self.name}/{RELEASES}{release}.json is gone, and with it what release {release} was"
            )
        return Release.from_json(document[0])

    def keep(self, release: Release) -> None:
        """Write a release's record, once."""
        self._write(f"{RELEASES}{release.id}.json", release.as_json(), None)

    def pointer(self) -> Pointer:
        """What is there."""
        document = self._read(POINTER)
        return Pointer.from_json(*document) if document else Pointer()

    def move(self, pointer: Pointer) -> Pointer:
        """Write the pointer, if nobody has since it was read; returns it as it is now.

        Raises:
            OvertakenError: somebody has.
        """
        return replace(pointer, etag=self._write(POINTER, pointer.as_json(), pointer.etag))

    def _read(self, key: str) -> tuple[dict[str, Any], str] | None:
        try:
            answer = self._s3.get_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        return json.loads(answer["Body"].read()), answer["ETag"]

    def _write(self, key: str, document: dict[str, Any], etag: str | None) -> str:
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        body = json.dumps(document, indent=1, sort_keys=True).encode()
        try:
            answer = self._s3.put_object(
                Bucket=self.name, Key=key, Body=body, ContentType="application/json", **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in (*LOST, *MISSING):
                raise
            there = self._read(key)
            if there and there[0] == document:  # a retry of the SDK's found its own first try
                return there[1]
            raise OvertakenError(
                "Somebody else publishes to this environment at this moment: nothing more was written from here. See"
                " what they published, then run this again"
            ) from error
        tag: str = answer["ETag"]
        return tag
