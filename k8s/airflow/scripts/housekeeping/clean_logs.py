"""Delete logs from the shared file system that nobody has written to for long, and say how many.

A folder that has stood empty for a day goes as well. With `--only-exported` a log goes only when Lustre says that it
stands in S3 as it is here; where others stay for that reason this ends with an error, since a link seems not to work.
What is deleted here is not deleted there: the link exports what is new and what is changed, and no deletions.
"""

import argparse
import fcntl
import os
import stat
import struct
import sys
import time

DAY = 86_400
EMPTY_DAYS = 1
"""A task's folder is made before the task writes to it."""

HSM_STATE = struct.Struct("=IIIIQQ")
"""States, archive, what is under way and where: struct hsm_user_state (lustre_user.h, Lustre 2.12 to 2.16)."""

LL_IOC_HSM_STATE_GET = 2 << 30 | HSM_STATE.size << 16 | ord("f") << 8 | 211
"""What `lfs hsm_state` asks."""

DIRTY, ARCHIVED = 0x02, 0x08


def is_exported(name: str, folder: int) -> bool:
    """Whether S3 has the file as it is. Raises OSError where it is not on Lustre."""
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        (state, *_) = HSM_STATE.unpack(fcntl.ioctl(file, LL_IOC_HSM_STATE_GET, bytes(HSM_STATE.size)))
    finally:
        os.close(file)
    return bool(state & ARCHIVED) and not state & DIRTY


def clean(root: str, older_than: float, empty_since: float, *, only_exported: bool) -> "tuple[int, int, int, int]":
    """Files and bytes that have gone, folders that have gone, files that are not in S3 yet. Follows no links: tasks
    write to these folders."""
    files = size = folders = kept = 0
    for path, names, others, folder in os.fwalk(os.path.realpath(root), topdown=False, follow_symlinks=False):
        # A folder in which something has just gone is new: it goes tomorrow, and the one above it the day after.
        empty = [name for name in names if _is_old(name, folder, stat.S_ISDIR, empty_since)]
        for name in others:
            found = _is_old(name, folder, stat.S_ISREG, older_than)
            if found is None:
                continue
            if only_exported and not is_exported(name, folder):
                kept += 1
                if kept <= 5:
                    print(f"not in S3: {path}/{name}")
                continue
            os.unlink(name, dir_fd=folder)
            files, size = files + 1, size + found.st_size
        for name in empty:
            try:
                os.rmdir(name, dir_fd=folder)
                folders += 1
            except OSError:  # not empty, or in use
                continue
    return files, size, folders, kept


def _is_old(name: str, folder: int, kind: object, limit: float) -> "os.stat_result | None":
    """The entry, if it is of the kind and was not changed since."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return found if kind(found.st_mode) and found.st_mtime < limit else None  # type: ignore[operator]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--keep-days", type=int, required=True)
    parser.add_argument("--only-exported", action="store_true")
    arguments = parser.parse_args()
    now = time.time()
    files, size, folders, kept = clean(
        arguments.folder,
        now - arguments.keep_days * DAY,
        now - EMPTY_DAYS * DAY,
        only_exported=arguments.only_exported,
    )
    print(
        f"Done: {files} logs older than {arguments.keep_days} days have gone, {size / 1e6:.1f} MB, "
        f"and {folders} empty folders."
    )
    if kept:
        sys.exit(f"{kept} more are as old and stay, because they are not in S3: `make doctor` looks at the links.")
