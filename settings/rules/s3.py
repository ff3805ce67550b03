"""Rules on the links between the file system and S3.

FSx refuses links whose folders, or whose places in S3, are the same or lie in one another
(CreateDataRepositoryAssociation, FSx API reference).
"""

from collections.abc import Iterator, Mapping

from settings.facts.lustre import LUSTRE, PLATFORM_FOLDERS, PLATFORM_LINKS
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation

OWN_BUCKET = "the platform's bucket"
"""Stands for the bucket where the platform makes it: its name is not known before."""


def linked_file_system_has_no_backups(environment: AwsEnvironment) -> Iterator[Violation]:
    """FSx makes none, and refuses to be asked."""
    storage = environment.storage
    kind = LUSTRE.get((storage.deployment_type, storage.storage_type))
    if storage.s3.enabled and storage.backups and kind and kind.backups:  # another rule tells of the others
        rule = (
            "must be left out where storage.s3.enabled is true: FSx makes no backups of a file system that is linked"
            " to S3, which has the files"
        )
        yield Violation("storage.backup_retention_days", rule, storage.backup_retention_days)


def bucket_needs_links(environment: AwsEnvironment) -> Iterator[Violation]:
    """Nobody would use it."""
    s3 = environment.storage.s3
    if s3.bucket is not None and not s3.enabled:
        yield Violation("storage.s3.bucket", "must be left out where storage.s3.enabled is false", s3.bucket)


def data_needs_links(environment: AwsEnvironment) -> Iterator[Violation]:
    """Data sets come by links."""
    storage = environment.storage
    if storage.data and not storage.s3.enabled:
        rule = "must be left out where storage.s3.enabled is false"
        yield Violation("storage.data", rule, [link.path for link in storage.data])


def data_folders_are_apart(environment: AwsEnvironment) -> Iterator[Violation]:
    """No folder is, or lies in, another one's, nor one of the platform's."""
    taken: dict[str, str] = dict.fromkeys(PLATFORM_FOLDERS, "the platform's folder {}")
    for index, link in enumerate(environment.storage.data):
        path = f"storage.data[{index}].path"
        for other, whose in taken.items():
            if _overlap(link.path, other):
                yield Violation(path, f"must not be, hold or lie in {whose.format(other)}", link.path)
                break
        taken.setdefault(link.path, f"{{}} of {path}")


def data_places_are_apart(environment: AwsEnvironment) -> Iterator[Violation]:
    """No place in S3 is, or lies in, another link's."""
    storage = environment.storage
    own = storage.s3.bucket or OWN_BUCKET
    taken: dict[tuple[str, str], str] = {(own, folder): f"storage.s3 ({folder}/)" for folder in PLATFORM_LINKS}
    for index, link in enumerate(storage.data):
        path = f"storage.data[{index}].s3"
        bucket, prefix = _place(link.s3, own)
        if rule := _clash(bucket, prefix, taken):
            yield Violation(path, rule, link.s3)
        taken.setdefault((bucket, prefix), path)


def _clash(bucket: str, prefix: str, taken: Mapping[tuple[str, str], str]) -> str | None:
    for (other_bucket, other), whose in taken.items():
        if bucket == other_bucket and _overlap(prefix, other):
            return f"must not be, hold or lie in the place of {whose}"
    return None


def _place(s3: str, own: str) -> tuple[str, str]:
    """Bucket and prefix, without a slash at the end."""
    if not s3.startswith("s3://"):
        return own, s3.rstrip("/")
    bucket, _, prefix = s3.removeprefix("s3://").partition("/")
    return bucket, prefix.rstrip("/")


def _overlap(one: str, other: str) -> bool:
    """Whether two paths are the same, or one lies in the other. The empty one holds all."""
    parts, others = ([part for part in path.split("/") if part] for path in (one, other))
    shorter = min(len(parts), len(others))
    return parts[:shorter] == others[:shorter]
