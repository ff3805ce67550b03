"""Buckets with versions."""

from typing import Any

import pytest

from operations.buckets import BucketError, empty, holds
from operations.empty import __main__ as command

Json = dict[str, Any]


class Bucket:
    """A client of a bucket whose list has two pages."""

    def __init__(self, *, errors: bool = False) -> None:
        self.deleted: list[tuple[str, str]] = []
        self.aborted: list[str] = []
        self.gone = False
        self._errors = errors

    def get_paginator(self, operation: str) -> "Bucket":
        self._operation = operation
        return self

    def paginate(self, **_: Any) -> list[Json]:
        if self._operation == "list_multipart_uploads":
            return [{"Uploads": [{"Key": "big", "UploadId": "u"}]}]
        versions = [{"Key": "a", "VersionId": "1"}, {"Key": "a", "VersionId": "2"}]
        return [
            {"Versions": versions, "DeleteMarkers": [{"Key": "b", "VersionId": "3"}], "IsTruncated": True},
            {"Versions": [{"Key": "c", "VersionId": "4"}]},
        ]

    def delete_objects(self, Bucket: str, Delete: Json) -> Json:  # noqa: N803
        self.deleted += [(each["Key"], each["VersionId"]) for each in Delete["Objects"]]
        return {"Errors": [{"Key": "a", "Message": "AccessDenied"}]} if self._errors else {}

    def abort_multipart_upload(self, Bucket: str, Key: str, UploadId: str) -> None:  # noqa: N803
        self.aborted.append(Key)

    def delete_bucket(self, Bucket: str) -> None:  # noqa: N803
        self.gone = True


def test_should_delete_every_version_every_marker_and_every_unfinished_upload() -> None:
    bucket = Bucket()
    assert empty(bucket, "ours") == 4
    assert bucket.deleted == [("a", "1"), ("a", "2"), ("b", "3"), ("c", "4")]
    assert bucket.aborted == ["big"]


def test_should_tell_what_s3_refuses_to_delete() -> None:
    with pytest.raises(BucketError, match="s3://ours/a could not be deleted: AccessDenied"):
        empty(Bucket(errors=True), "ours")


def test_should_say_how_much_is_in_it() -> None:
    assert holds(Bucket(), "ours") == "3 objects and versions or more"


@pytest.mark.parametrize(("typed", "code"), [("ours", 0), ("yes", 1), ("", 1)])
def test_should_delete_a_bucket_only_for_who_types_its_name(
    monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    bucket = Bucket()
    monkeypatch.setattr(command, "answer_to", lambda question: typed)
    assert command.delete(bucket, "ours", confirmed=False) == code
    assert bucket.gone is (code == 0)
    assert bool(bucket.deleted) is (code == 0)


def test_should_do_nothing_without_terminal_and_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "has_terminal", lambda: False)
    assert command.main(["ours", "--region", "eu-central-1"]) == 1
