"""The writing itself: one at a time, with a sign that it is at work, and never half done without a trace."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from operations.dags.bucket import Bucket, BucketError, OvertakenError
from operations.dags.plan import Plan
from operations.dags.release import File, Pointer, Release, Stored, Work

BEAT_SECONDS = 45

Source = Callable[[str], tuple[str, str]]
"""Writes the file of a path; returns its version and ETag."""


class Writing:
    """What one run writes; made by `claimed`."""

    def __init__(self, bucket: Bucket, pointer: Pointer, tell: Callable[[str], None]) -> None:
        self._bucket, self._pointer, self._tell = bucket, pointer, tell

    def apply(
        self, plan: Plan, sums: Mapping[str, str], source: Source, last: Callable[[str], bool]
    ) -> dict[str, File]:
        """Write what is new or has changed, then remove; returns all files as they are afterwards.

        What other files may need is written before them, and removed after all: the file system imports each object as
        it comes, in whatever order, within a minute.

        Args:
            last: whether a file needs others: a DAG file.

        Raises:
            OvertakenError: another run has taken over.
            BucketError: other hands wrote at the same time.
        """
        written: dict[str, tuple[str, str]] = {}
        new = sorted([*plan.added, *plan.changed], key=lambda path: (last(path), path))
        for count, path in enumerate(new, 1):
            self._beat()
            written[path] = source(path)
            if count % 100 == 0:
                self._tell(f"  {count} of {len(new)} files are written")
        for path in plan.removed:
            self._beat()
            self._bucket.delete(path)
        return self._verified(plan, sums, written)

    def finish(self, release: Release) -> None:
        """Say which release is there."""
        self._bucket.keep(release)
        self._pointer = self._bucket.move(replace(self._pointer, release=release.id, work=None))

    def give_up(self) -> None:
        """Say that nobody is at work any more."""
        if self._pointer.work is not None:
            self._pointer = self._bucket.move(replace(self._pointer, work=replace(self._pointer.work, ended=True)))

    def _beat(self) -> None:
        work = self._pointer.work
        if work is not None and time.time() - work.beat > BEAT_SECONDS:
            self._pointer = self._bucket.move(replace(self._pointer, work=replace(work, beat=time.time())))

    def _verified(self, plan: Plan, sums: Mapping[str, str], written: Mapping[str, tuple[str, str]]) -> dict[str, File]:
        there = self._bucket.present()
        expected = {**{path: file.stored.etag for path, file in plan.kept.items()}}
        expected |= {path: etag for path, (_, etag) in written.items()}
        wrong = sorted(
            {path for path in {*expected, *there} if path not in there or there[path].etag != expected.get(path)}
        )
        if wrong:
            raise BucketError(f"Somebody else has changed, at the same time: {', '.join(wrong)}")
        return {
            path: plan.kept.get(path)
            or File(sums[path], written[path][0], Stored(written[path][1], there[path].modified))
            for path in sorted(expected)
        }


@contextmanager
def claimed(
    bucket: Bucket, pointer: Pointer, by: str, former: str, aim: str | None, tell: Callable[[str], None]
) -> Iterator[Writing]:
    """Be the one who writes, from now to the end of the block; an end by an error leaves a trace of it.

    Args:
        pointer: as it was read before anything was planned: who has moved it since is noticed.
        former: the release that is there.
        aim: the release that a way back brings; None of a publish.

    Raises:
        OvertakenError: somebody else is faster.
    """
    work = Work(by=by, former=former, aim=aim, beat=time.time())
    writing = Writing(bucket, bucket.move(replace(pointer, work=work)), tell)
    try:
        yield writing
    except OvertakenError:
        raise
    except BaseException:
        tell("Stopped in the middle: the files are neither the former ones nor the new ones.")
        ways = (
            "`make dags-back` again completes it"
            if aim
            else "`make dags` again completes it, `make dags-back` brings the former files"
        )
        tell(f"{ways}.")
        with suppress(Exception):  # the line may be dead
            writing.give_up()
        raise
