"""A bundle's folder on the shared file system: a folder for each commit, and a file that says which one is current.

    <bundle>/versions/<commit>/   complete from the moment it is there, never changed afterwards
    <bundle>/current              the commit that new runs start on, replaced in one step

Whoever reads this holds no lock and needs none. Nothing that is there is touched before what replaces it is complete.
"""

import ctypes
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from git_mirror import Mirror, ProblemError  # type: ignore[import-not-found]  # beside this script

MOST_FILES = 50_000
MOST_BYTES = 1024**3
BLOCK = 1024**2
UNFINISHED, DISCARDED = ".new-", ".old-"


class Versions:
    """The versions of one bundle. One process at a time makes and removes them: a lock sees to it."""

    def __init__(self, folder: Path, subdir: str) -> None:
        self._folder, self._subdir = folder, subdir
        self._versions = folder / "versions"

    @property
    def current(self) -> "str | None":
        """The current commit; None: there never was one."""
        try:
            return (self._folder / "current").read_text().strip() or None
        except FileNotFoundError:
            return None

    def bring(self, commit: str, mirror: Mirror, beat: "Callable[[], None]") -> None:
        """Make a commit's folder, unless it is there, and the commit current. Raises ProblemError and OSError."""
        self._versions.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._clean()
            if not (self._versions / commit).exists():
                self._make(commit, mirror, beat)
            before = self.current
            if before and (self._versions / before).exists():
                os.utime(self._versions / before)  # until now it was current
            os.utime(self._versions / commit)
            if before != commit:
                unfinished = self._folder / f"{UNFINISHED}current"
                with unfinished.open("w") as file:
                    file.write(f"{commit}\n")
                    file.flush()
                    os.fsync(file.fileno())
                unfinished.replace(self._folder / "current")

    def retire(self, days: float) -> "list[str]":
        """Remove versions that were current so many days ago at last. The current one stays whatever its age."""
        gone = []
        with self._alone():
            for version in sorted(self._versions.iterdir()):
                if version.name != self.current and version.stat().st_mtime < time.time() - days * 86_400:
                    discarded = self._folder / f"{DISCARDED}{version.name}"
                    version.rename(discarded)  # in one step, so that no task finds half of it
                    shutil.rmtree(discarded)
                    gone.append(version.name)
        return gone

    @contextmanager
    def _alone(self) -> "Iterator[None]":
        with (self._folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ProblemError("another pod is at work in the bundle's folder") from None
            yield

    def _clean(self) -> None:
        """Remove what an ended process left behind."""
        for left in self._folder.iterdir():
            if left.is_dir() and left.name.startswith((UNFINISHED, DISCARDED)):
                shutil.rmtree(left)

    def _make(self, commit: str, mirror: Mirror, beat: "Callable[[], None]") -> None:
        entries = list(mirror.tree(commit))
        _check(entries)
        root = self._folder / f"{UNFINISHED}{commit}"
        try:
            root.mkdir()
            _write(root, entries, mirror, beat)
            if not (root / self._subdir).is_dir():
                raise ProblemError(f"commit {commit} has no folder {self._subdir}")
            _flush(root)
            root.rename(self._versions / commit)
        finally:
            shutil.rmtree(root, ignore_errors=True)


def _check(entries: "list[tuple[str, str, int, str]]") -> None:
    if len(entries) > MOST_FILES or sum(size for _, _, size, _ in entries) > MOST_BYTES:
        raise ProblemError(f"more than {MOST_FILES} files, or more than {MOST_BYTES // 1024**2} MiB")
    for _, _, _, path in entries:
        parts = path.split("/")
        if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
            raise ProblemError(f"a path that no checkout would make: {path!r}")


def _write(root: Path, entries: "list[tuple[str, str, int, str]]", mirror: Mirror, beat: "Callable[[], None]") -> None:
    """Files and folders as Git has them, by their content alone: no attribute and no filter of the repository counts.

    A submodule is an empty place in the tree, and left out. Links come last, so that nothing is written through one.
    """
    links: list[tuple[Path, str]] = []
    with mirror.reader() as reader:
        try:
            for mode, name, size, path in entries:
                beat()
                if mode == "160000":
                    continue
                assert reader.stdin and reader.stdout
                reader.stdin.write(f"{name}\n".encode())
                reader.stdin.flush()
                told = reader.stdout.readline().split()
                if told[2:] != [str(size).encode()]:
                    raise ProblemError(f"git cat-file has no {name}")
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if mode == "120000":
                    links.append((target, os.fsdecode(reader.stdout.read(size))))
                else:
                    made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if mode == "100755" else 0o644)
                    with open(made, "wb") as file:  # noqa: PTH123 a descriptor
                        while size:
                            block = reader.stdout.read(min(size, BLOCK))
                            if not block:
                                raise ProblemError("git cat-file ended early")
                            size -= len(block)
                            file.write(block)
                reader.stdout.read(1)
        finally:
            reader.kill()
    for link, aim in links:
        link.symlink_to(aim)
    real = root.resolve()
    for link, aim in links:
        if aim.startswith("/") or not link.resolve().is_relative_to(real):
            raise ProblemError(f"link {str(link.relative_to(root))!r} leads out of the repository")


def _flush(root: Path) -> None:
    """To the disk, before anything says that it is there: a node may go at any time."""
    folder = os.open(root, os.O_RDONLY)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if library.syncfs(folder):
            raise OSError(ctypes.get_errno(), "syncfs failed")
    finally:
        os.close(folder)
