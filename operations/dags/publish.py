"""Publish a tree, or bring back what was there before."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from operations.dags.bucket import Bucket, BucketError, OvertakenError
from operations.dags.plan import Plan, dag_lines, plan, plan_back, strangers
from operations.dags.release import File, Pointer, Release, Stored, new_id
from operations.dags.tree import Tree
from operations.dags.writing import claimed

Tell = Callable[[str], None]


class StoppedError(Exception):
    """A person does not want it; nothing was changed."""


@dataclass(frozen=True)
class Done:
    """What is there now, and how it came from what was there before."""

    release: Release
    plan: Plan
    removed_dags: frozenset[str]


@dataclass(frozen=True)
class Publisher:
    """One person's work on one bucket."""

    bucket: Bucket
    by: str
    agrees: Callable[[str], bool]
    """Asks a person."""

    tell: Tell = print

    def publish(self, tree: Tree, dags: Mapping[str, str]) -> Done:
        """Make the bucket hold this tree and nothing else.

        Raises:
            StoppedError: a person said no.
            OvertakenError: somebody else is at work.
            BucketError: the bucket keeps no versions, or other hands wrote at the same time.
        """
        pointer, current, present, by_others = self._look()
        sums = tree.sums()
        ahead = plan(present, sums)
        self._show(ahead, current, dags)
        if current and not pointer.work and not ahead.touched and sums == current.sums():
            return Done(current, ahead, frozenset())
        self._ask_about(by_others & set(ahead.touched), current)
        former = self._former(pointer, current, present, bool(by_others))
        with claimed(self.bucket, pointer, self.by, former, None, self.tell) as writing:
            files = writing.apply(
                ahead, sums, lambda path: self.bucket.put(path, tree.files[path]), set(dags.values()).__contains__
            )
            release = Release(new_id(), self.by, "publish", files, former, dags)
            writing.finish(release)
        return Done(release, ahead, _gone(current, release))

    def back(self) -> Done:
        """Bring the files before the last release back, exactly: objects, metadata, and what was not there.

        Raises: as `publish`, and BucketError when there is no release before, or S3 has not kept all its versions.
        """
        pointer, current, present, by_others = self._look()
        target = self.bucket.release(_aim(pointer, current))
        ahead = plan_back(present, target)
        self._refuse_lost(target, ahead)
        self._show(ahead, current, target.dags)
        self._ask_about(by_others & set(ahead.touched), current)
        if ahead.removed and not target.files and not self.agrees("There was no file before: remove all?"):
            raise StoppedError
        former = pointer.work.former if pointer.work else current.id if current else target.id
        with claimed(self.bucket, pointer, self.by, former, target.id, self.tell) as writing:
            files = writing.apply(
                ahead,
                target.sums(),
                lambda path: self.bucket.bring_back(path, target.files[path].version),
                set(target.dags.values()).__contains__,
            )
            release = Release(new_id(), self.by, "back", files, target.previous, target.dags, of=target.id)
            writing.finish(release)
        return Done(release, ahead, _gone(current, release))

    def _look(self) -> tuple[Pointer, Release | None, dict[str, File], set[str]]:
        """The pointer, the last complete release, the files, and which of them other hands have changed since."""
        if not self.bucket.keeps_versions():
            raise BucketError(f"Bucket {self.bucket.name} keeps no versions: there would be no way back. Turn them on")
        pointer = self.bucket.pointer()
        work = pointer.work
        if work and work.is_alive(time.time()):
            raise OvertakenError(
                f"{work.by} is at work here ({work.what}): nothing was changed. Wait, and run it again"
            )
        current = self.bucket.release(pointer.release) if pointer.release else None
        listed = self.bucket.present()
        others = strangers(listed, current)
        present = {path: self._known(path, stored, current) for path, stored in listed.items()}
        if work:  # what differs is that run's
            self.tell(f"{work.by} has stopped in the middle ({work.what}).")
            others = []
        return pointer, current, present, set(others)

    def _known(self, path: str, stored: Stored, current: Release | None) -> File:
        known = current.files.get(path) if current else None
        return known if known and known.stored == stored else self.bucket.found(path, stored)

    def _former(self, pointer: Pointer, current: Release | None, present: Mapping[str, File], by_others: bool) -> str:
        """The id of a release that is what was there before; a new one, if no record says that."""
        if pointer.work:
            return pointer.work.former
        if current and not by_others:
            return current.id
        previous, dags = (current.id, current.dags) if current else (None, {})
        found = Release(new_id(), self.by, "found", present, previous, dags)
        self.bucket.keep(found)
        return found.id

    def _refuse_lost(self, target: Release, ahead: Plan) -> None:
        lost = [
            path
            for path in (*ahead.added, *ahead.changed)
            if not self.bucket.has_version(path, target.files[path].version)
        ]
        if lost:
            raise BucketError(
                f"Release {target.id} can't be brought back: S3 has not kept its version of {', '.join(lost)}. Publish"
                " those files from where they are kept; nothing was changed"
            )

    def _ask_about(self, paths: set[str], current: Release | None) -> None:
        """Whether what other hands put there may go."""
        if not paths:
            return
        since = f"since {_of(current)}" if current else "before anything was published with `make dags`"
        self.tell(f"Changed by other hands {since}:")
        for path in sorted(paths):
            self.tell(f"  {path}")
        if not self.agrees("Go on, and replace that? S3 keeps it as versions."):
            raise StoppedError

    def _show(self, ahead: Plan, current: Release | None, dags: Mapping[str, str]) -> None:
        for line in [*ahead.lines(), *dag_lines(current.dags if current else (), dags)]:
            self.tell(line)


def _aim(pointer: Pointer, current: Release | None) -> str:
    """The release before; of an interrupted publish the one that was there, of an interrupted way back its own."""
    if pointer.work:
        return pointer.work.aim or pointer.work.former
    if current is None or current.previous is None:
        raise BucketError("There is no release before this one")
    return current.previous


def _gone(before: Release | None, after: Release) -> frozenset[str]:
    return frozenset(before.dags if before else ()) - frozenset(after.dags)


def _of(release: Release | None) -> str:
    return f"release {release.id}" if release else "the first release"
