"""A bucket in memory that keeps versions, behind a real S3 client: botocore checks every request, none is sent."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from urllib.parse import unquote

import boto3

Json = dict[str, Any]
BUCKET = "data-of-test"


@dataclass
class Version:
    """An object, or with `content` None the marker of its deletion."""

    id: str
    content: bytes | None
    metadata: Json
    modified: datetime
    encrypted: bool = False

    @property
    def etag(self) -> str:
        """Of an object that KMS encrypts it is no MD5 of the content, and never the same again."""
        of = self.id.encode() if self.encrypted else self.content or b""
        return f'"{hashlib.md5(of).hexdigest()}"'

    @property
    def head(self) -> Json:
        return {"ETag": self.etag, "VersionId": self.id, "Metadata": self.metadata, "LastModified": self.modified}


@dataclass
class VersionedBucket:
    """Objects with all their versions, the newest last."""

    versioning: str = "Enabled"
    encrypted: bool = True
    objects: dict[str, list[Version]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    """`Operation key` of each, in order."""
    calls: set[tuple[str, str]] = field(default_factory=set)
    """Operation and key of every call."""
    before_write: Callable[[str], None] = lambda key: None
    """Called before each write of a client: something else happens, or it fails."""
    _clock: datetime = datetime(2026, 11, 1, tzinfo=timezone.utc)

    def now(self) -> dict[str, tuple[bytes, Json]]:
        """Key -> content and metadata of what is there."""
        return {
            key: (last.content, last.metadata)
            for key, versions in sorted(self.objects.items())
            if versions and (last := versions[-1]).content is not None
        }

    def folder(self) -> dict[str, tuple[bytes, Json]]:
        """The same of the DAG files, by path."""
        return {key.removeprefix("dags/"): what for key, what in self.now().items() if key.startswith("dags/")}

    def by_hand(self, path: str, content: bytes | None, **metadata: str) -> None:
        """Somebody writes or removes a DAG file without asking anybody."""
        self._add(f"dags/{path}", content, metadata)

    def _add(self, key: str, content: bytes | None, metadata: Json) -> Version:
        self._clock += timedelta(seconds=1)
        number = sum(map(len, self.objects.values()))
        made = Version(f"v{number}", content, dict(metadata), self._clock, self.encrypted)
        self.objects.setdefault(key, []).append(made)
        return made

    def _version(self, key: str, version: str | None) -> Version | str:
        """An object, or why there is none."""
        versions = self.objects.get(key, [])
        if version is None:
            return versions[-1] if versions and versions[-1].content is not None else "NoSuchKey"
        found = next((each for each in versions if each.id == version), None)
        if found is None:
            return "NoSuchVersion"
        return found if found.content is not None else "MethodNotAllowed"

    def answer(self, operation: str, asked: Json) -> Json | str:
        """What S3 says: a document, or the code of an error."""
        assert asked["Bucket"] == BUCKET
        key = asked.get("Key", "")
        self.calls.add((operation, key))
        if operation in ("PutObject", "CopyObject", "DeleteObject"):
            self.before_write(key)
            self.writes.append(f"{operation} {key}")
        made: Json | str = getattr(self, f"_{operation}")(key, asked)
        return made

    def _GetBucketVersioning(self, key: str, asked: Json) -> Json:  # noqa: N802
        return {"Status": self.versioning} if self.versioning else {}

    def _ListObjectsV2(self, key: str, asked: Json) -> Json:  # noqa: N802
        found = [
            {"Key": key, "ETag": versions[-1].etag, "LastModified": versions[-1].modified}
            for key, versions in sorted(self.objects.items())
            if key.startswith(asked["Prefix"]) and versions[-1].content is not None
        ]
        return {"Contents": found, "IsTruncated": False} if found else {"IsTruncated": False}

    def _GetObject(self, key: str, asked: Json) -> Json | str:  # noqa: N802
        found = self._version(key, asked.get("VersionId"))
        return found if isinstance(found, str) else {**found.head, "Body": io.BytesIO(found.content or b"")}

    def _HeadObject(self, key: str, asked: Json) -> Json | str:  # noqa: N802
        found = self._version(key, asked.get("VersionId"))
        return "404" if isinstance(found, str) else found.head

    def _PutObject(self, key: str, asked: Json) -> Json | str:  # noqa: N802
        there = self._version(key, None)
        if asked.get("IfNoneMatch") == "*" and not isinstance(there, str):
            return "PreconditionFailed"
        if "IfMatch" in asked and isinstance(there, str):
            return there
        if "IfMatch" in asked and not isinstance(there, str) and there.etag != asked["IfMatch"]:
            return "PreconditionFailed"
        return self._add(key, asked["Body"].getvalue(), asked.get("Metadata", {})).head

    def _CopyObject(self, key: str, asked: Json) -> Json | str:  # noqa: N802
        source, _, version = asked["CopySource"].partition("?versionId=")
        found = self._version(unquote(source).removeprefix(f"{BUCKET}/"), version)
        if isinstance(found, str):
            return found
        made = self._add(key, found.content, found.metadata)
        return {"VersionId": made.id, "CopyObjectResult": {"ETag": made.etag}}

    def _DeleteObject(self, key: str, asked: Json) -> Json:  # noqa: N802
        return {"VersionId": self._add(key, None, {}).id, "DeleteMarker": True}


class _Http:
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


class _Wire:
    """Where the client's calls go. Making one takes half a second: all tests have the same."""

    def __init__(self) -> None:
        self.bucket, self._asked = VersionedBucket(), dict[str, Any]()
        session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-central-1")
        session.events.register_first("before-parameter-build.s3", self._remember)
        session.events.register("before-call.s3", self._answer)
        self.client = session.client("s3")

    def _remember(self, params: Json, **_: object) -> None:
        self._asked = dict(params)

    def _answer(self, model: Any, **_: object) -> tuple[_Http, Json]:
        answer = self.bucket.answer(model.name, self._asked)
        if isinstance(answer, str):
            return _Http(400), {"Error": {"Code": answer, "Message": answer}, "ResponseMetadata": {}}
        return _Http(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


@cache
def _wire() -> _Wire:
    return _Wire()


def client_of(bucket: VersionedBucket) -> Any:
    """An S3 client of this bucket, until another one is asked for."""
    _wire().bucket = bucket
    return _wire().client
