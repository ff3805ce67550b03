"""Which files of a folder are published, and which can't be."""

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.dags import tree
from operations.dags.tree import TreeError, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dags"
    (made / "lib").mkdir(parents=True)
    (made / "a.py").write_bytes(b"a")
    (made / "lib/helper.py").write_bytes(b"helper")
    return made


def test_should_publish_what_airflow_and_its_dags_read(folder: Path) -> None:
    (folder / ".airflowignore").write_text("lib")
    (folder / "lib/query.sql").write_text("select")
    assert dict(read(folder, "dags/").files) == {
        ".airflowignore": b"lib",
        "a.py": b"a",
        "lib/helper.py": b"helper",
        "lib/query.sql": b"select",
    }


def test_should_leave_out_what_python_and_editors_leave_behind(folder: Path) -> None:
    for name in ("__pycache__/a.cpython-312.pyc", "lib/__pycache__/b.py", "a.pyc", ".git/config", ".env", ".a.py.swp"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("no")
    assert sorted(read(folder, "dags/").files) == ["a.py", "lib/helper.py"]


def link(folder: Path) -> None:
    (folder / "link.py").symlink_to("/etc/hostname")


def link_to_a_folder(folder: Path) -> None:
    (folder / "common").symlink_to(folder / "lib")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")


def no_utf_8(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.py")).write_text("")


def line_break(folder: Path) -> None:
    (folder / "a\nb.py").write_text("")


def long_key(folder: Path) -> None:
    deep = folder.joinpath(*["n" * 204] * 5)
    deep.mkdir(parents=True)
    (deep / "a.py").write_text("")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (link, r"link\.py: is a symbolic link"),
        (link_to_a_folder, "common: is a symbolic link"),
        (pipe, r"pipe\.py: is no ordinary file"),
        (no_utf_8, "is no UTF-8"),
        (line_break, r"can't be printed"),
        (long_key, "its key has 1034 bytes, 1024 are the most"),
    ],
)
def test_should_refuse_what_the_bucket_or_the_file_system_would_not_take(
    folder: Path, make: Callable[[Path], None], why: str
) -> None:
    make(folder)
    with pytest.raises(TreeError, match=why) as error:
        read(folder, "dags/")
    assert "\n  a.py: " not in str(error.value)
    assert str(error.value).isascii()


def test_should_tell_all_of_them_at_once(folder: Path) -> None:
    link(folder)
    pipe(folder)
    with pytest.raises(TreeError, match=r"link\.py(.|\n)*pipe\.py"):
        read(folder, "dags/")


def test_should_refuse_a_folder_of_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "LARGEST_BYTES", 6)
    with pytest.raises(TreeError, match="MiB together"):
        read(folder, "dags/")


def test_should_refuse_a_folder_that_would_remove_everything(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="holds no file"):
        read(tmp_path, "dags/")
    with pytest.raises(TreeError, match="is no folder"):
        read(tmp_path / "typo", "dags/")


def test_should_hand_the_same_bytes_to_the_check_and_to_the_bucket(folder: Path) -> None:
    found = read(folder, "dags/")
    (folder / "a.py").write_text("changed meanwhile")
    with tarfile.open(fileobj=io.BytesIO(found.packed())) as archive:
        packed = {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]
    assert packed == dict(found.files)
    assert packed["a.py"] == b"a"
