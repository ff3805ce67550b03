"""Reads a file that a person named, whatever it turns out to be: never more than a limit, and never waiting for one."""

import os
import stat
from pathlib import Path

LARGEST_BYTES = 256 * 1024
"""Of an environment file; the fullest one that we know has 3 KiB. Reading this much YAML takes two seconds at worst."""

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class UnreadableFileError(Exception):
    """It can't be read; the message is the rule that it breaks."""


def read_regular_file(path: Path, largest: int = LARGEST_BYTES) -> bytes:
    """The content of a file.

    Raises:
        UnreadableFileError: it is no regular file (a pipe would be waited for, a device may never end), is too large,
            or the system refuses.
    """
    try:
        # Before it is opened: opening is enough to disturb some devices. And after, in case it is another one by then.
        _check(path.stat(), largest)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            _check(os.fstat(file.fileno()), largest)
            content = file.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableFileError(f"can't be read: {reason}") from None
    if content is None or len(content) > largest:  # some, as in /proc, tell no size
        raise UnreadableFileError(_too_large(largest))
    return content


def _check(status: os.stat_result, largest: int) -> None:
    for is_kind, name in _KINDS:
        if is_kind(status.st_mode):
            raise UnreadableFileError(f"is {name}, and must be a YAML file")
    if status.st_size > largest:
        raise UnreadableFileError(_too_large(largest))


def _too_large(largest: int) -> str:
    return f"must have at most {largest // 1024} KiB"
