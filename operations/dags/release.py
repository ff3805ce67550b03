"""What was published when: a release, as it is kept beside the files."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

Json = dict[str, Any]

SILENCE_SECONDS = 180
"""A run that is at work says so at least each minute; after this long it is taken for dead."""


@dataclass(frozen=True)
class Stored:
    """A file in the bucket, as a listing shows it."""

    etag: str
    modified: str
    """ISO 8601. With the ETag it tells one version from another; a listing has no version ids."""


@dataclass(frozen=True)
class File:
    """A file of a release."""

    sha256: str
    version: str
    """S3's id of the object's version: what the way back copies."""

    stored: Stored


@dataclass(frozen=True)
class Release:
    """All files of the folder at one time."""

    id: str
    by: str
    how: str
    """publish, back (to `of`), or found: what was there when somebody published for the first time, or had changed."""

    files: Mapping[str, File]
    previous: str | None
    """The release before, which `make dags-back` brings again."""

    dags: Mapping[str, str] = field(default_factory=dict)
    """DAG id -> file, as they were checked; none for what was found."""

    of: str | None = None

    def sums(self) -> dict[str, str]:
        """Path -> SHA-256 of the content."""
        return {path: file.sha256 for path, file in self.files.items()}

    def as_json(self) -> Json:
        """For the record."""
        return asdict(self)

    @staticmethod
    def from_json(document: Json) -> "Release":
        files = {
            path: File(file["sha256"], file["version"], Stored(**file["stored"]))
            for path, file in document["files"].items()
        }
        return Release(**{**document, "files": files})


@dataclass(frozen=True)
class Work:
    """Somebody's writing that has begun and not ended well."""

    by: str
    former: str
    """The release that was there when it began."""

    aim: str | None
    """The release that a way back brings; None of a publish."""

    beat: float
    """When it last said that it is at work, in seconds since 1970."""

    ended: bool = False
    """It has said that it stopped."""

    @property
    def what(self) -> str:
        return f"back to {self.aim}" if self.aim else "publish"

    def is_alive(self, now: float) -> bool:
        return not self.ended and now - self.beat < SILENCE_SECONDS


@dataclass(frozen=True)
class Pointer:
    """The one object that says which release is there, and whether somebody is at work. Written under a condition."""

    release: str | None = None
    work: Work | None = None
    etag: str | None = None
    """Of the object as it was read or written; None when there is none yet."""

    def as_json(self) -> Json:
        return asdict(replace(self, etag=None))

    @staticmethod
    def from_json(document: Json, etag: str) -> "Pointer":
        work = document["work"]
        return Pointer(document["release"], Work(**work) if work else None, etag)


def new_id() -> str:
    """Sorts by time; two of one second differ."""
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
