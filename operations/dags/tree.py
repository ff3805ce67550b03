"""The files of a folder, as they would be published: read once, so that what is checked is what is uploaded."""

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from operations.aws import OperationError

LONGEST_KEY_BYTES = 1024
"""FSx imports no longer one ("POSIX metadata support for data repositories", FSx for Lustre user guide)."""

LONGEST_NAME_BYTES = 255
"""Of a file or folder on Lustre."""

LARGEST_BYTES = 256 * 2**20
"""Of all files together: they are read on every start of a task. Data has folders of its own."""

IGNORE_FILE = ".airflowignore"
"""The one hidden file that Airflow reads."""


class TreeError(OperationError):
    """Why a folder can't be published: a line for each file."""


@dataclass(frozen=True)
class Tree:
    """Files by their path in the folder, with / between the parts."""

    files: Mapping[str, bytes]

    def sums(self) -> dict[str, str]:
        """Path -> SHA-256 of the content."""
        return {path: hashlib.sha256(content).hexdigest() for path, content in self.files.items()}

    def packed(self) -> bytes:
        """All of it as a tar file."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path, content in self.files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(content), 0o644
                archive.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()


def read(folder: Path, prefix: str) -> Tree:
    """Read a folder. What Python and editors leave in it is no part of it: __pycache__, *.pyc and hidden files.

    Args:
        prefix: what the keys in the bucket begin with.

    Raises:
        TreeError: it is none, holds nothing, or something that S3 or the file system would not take.
    """
    if not folder.is_dir():
        raise TreeError(f"FROM={folder}: is no folder")
    files: dict[str, bytes] = {}
    problems, size = [], 0
    for path in sorted(_paths(folder)):
        shown = path.relative_to(folder).as_posix()
        problem = _problem(path, f"{prefix}{shown}")
        size += 0 if problem else path.stat().st_size
        if not problem and size <= LARGEST_BYTES:
            try:
                files[shown] = path.read_bytes()
            except OSError as error:
                problem = f"can't be read: {error.strerror}"
        if problem:
            problems.append(f"{ascii(shown) if not shown.isprintable() else shown}: {problem}")
    if size > LARGEST_BYTES:
        problems.append(f"the files have {size / 2**20:.0f} MiB together, {LARGEST_BYTES // 2**20} are the most")
    if problems:
        raise TreeError(f"FROM={folder} can't be published:\n" + "\n".join(f"  {problem}" for problem in problems))
    if not files:
        raise TreeError(f"FROM={folder}: holds no file, and publishing nothing would remove every DAG")
    return Tree(files)


def _paths(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(root)
        yield from (here / name for name in folders if (here / name).is_symlink())  # os.walk does not follow them
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in names:
            if name == IGNORE_FILE or not (name.startswith(".") or name.endswith(".pyc")):
                yield here / name


def _refuse(error: OSError) -> None:
    raise TreeError(f"{error.filename} can't be read: {error.strerror}")


def _problem(path: Path, key: str) -> str | None:
    """Why a file can't be published."""
    try:
        encoded = key.encode()
    except UnicodeEncodeError:
        return "its name is no UTF-8"
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        return "is a symbolic link: put the file or folder itself there"
    if not stat.S_ISREG(kind):
        return "is no ordinary file"
    if not key.isprintable():
        return "its name has characters that can't be printed"
    if len(encoded) > LONGEST_KEY_BYTES:
        return f"its key has {len(encoded)} bytes, {LONGEST_KEY_BYTES} are the most"
    if any(len(part.encode()) > LONGEST_NAME_BYTES for part in key.split("/")):
        return f"a name in it has more than {LONGEST_NAME_BYTES} bytes"
    return None
