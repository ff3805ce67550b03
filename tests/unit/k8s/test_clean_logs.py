"""clean_logs.py on a folder of this machine: what goes, what stays, and what tasks could have put there."""

import os
import runpy
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "housekeeping" / "clean_logs.py"
DAY = 86_400
Clean = Callable[..., str | None]


def write(path: Path, days: float, text: str = "a log\n") -> Path:
    """A file of that age, in folders of that age."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    age(path, days)
    return path


def age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then), follow_symlinks=False)


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clean:
    """`clean(days, *more)`: how the script ends on the folder `logs`; None is success."""

    def run(days: int, *more: str) -> str | None:
        folder = tmp_path / "logs"
        folder.mkdir(exist_ok=True)
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--folder", str(folder), "--keep-days", str(days), *more])
        try:
            runpy.run_path(str(SCRIPT), run_name="__main__")
        except SystemExit as ended:
            return str(ended.code)
        return None

    return run


def test_should_delete_logs_that_nobody_has_written_to_for_long_and_say_so(
    tmp_path: Path, clean: Clean, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write(tmp_path / "logs/dag_id=a/run_id=1/task_id=t/attempt=1.log", 31, "x" * 2_000_000)
    new = write(tmp_path / "logs/dag_id=a/run_id=2/task_id=t/attempt=1.log", 29)
    # A run that began long ago and still writes.
    long = [
        write(tmp_path / f"logs/dag_id=a/run_id=3/task_id=t/attempt={n}.log", days) for n, days in ((1, 40), (2, 0))
    ]
    assert clean(30) is None
    assert [path.exists() for path in (old, new, *long)] == [False, True, False, True]
    assert "2 logs older than 30 days have gone, 2.0 MB" in capsys.readouterr().out


def test_should_delete_a_folder_when_it_has_stood_empty_for_a_day(tmp_path: Path, clean: Clean) -> None:
    logs = tmp_path / "logs"
    folder = write(logs / "dag_id=a/run_id=1/task_id=t/attempt=1.log", 31).parent
    about_to_be_written = logs / "dag_id=b/run_id=1/task_id=t"
    about_to_be_written.mkdir(parents=True)
    for path in (folder, *folder.parents[:2]):
        age(path, 31)
    assert clean(30) is None
    assert list(folder.iterdir()) == [], "it is empty since now"
    for left in ("dag_id=a/run_id=1", "dag_id=a", ""):  # a level a day
        for path in (logs / "dag_id=a", *(logs / "dag_id=a").rglob("*")):
            age(path, 2)
        assert clean(30) is None
        assert list((logs / left).glob("*")) == ([] if left else [logs / "dag_id=b"])
    assert about_to_be_written.exists()


def test_should_follow_no_link_that_a_task_has_made(tmp_path: Path, clean: Clean) -> None:
    outside = write(tmp_path / "dags/a.py", 400)
    folder = write(tmp_path / "logs/dag_id=a/attempt=1.log", 1).parent
    for name, target in (("folder", outside.parent), ("file", outside)):
        (folder / name).symlink_to(target)
        age(folder / name, 400)
    assert clean(30) is None
    assert outside.exists()


def test_should_delete_nothing_where_the_file_system_can_not_say_what_is_in_s3(tmp_path: Path, clean: Clean) -> None:
    old = write(tmp_path / "logs/attempt=1.log", 31)
    with pytest.raises(OSError, match="ioctl"):
        clean(30, "--only-exported")
    assert old.exists()


ARCHIVED = {"archived": 0x09, "released": 0x0D}
NOT_YET = {"never": 0x00, "known": 0x01, "dirty": 0x0B}
"""What Lustre says of a file (`lfs hsm_state`): exists 1, dirty 2, released 4, archived 8."""


@pytest.fixture
def lustre(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files say by their names what Lustre would say of them."""

    def ioctl(file: int, request: int, argument: bytes) -> bytes:
        # _IOR('f', 211, struct hsm_user_state), 32 bytes (lustre_user.h)
        assert (request, len(argument)) == (0x802066D3, 32)
        name = Path(f"/proc/self/fd/{file}").readlink().name
        return struct.pack("=IIIIQQ", {**ARCHIVED, **NOT_YET}[name], 1, 0, 0, 0, 0)

    monkeypatch.setattr("fcntl.ioctl", ioctl)


@pytest.mark.usefixtures("lustre")
def test_should_delete_what_is_in_s3_as_it_is_here_and_fail_for_the_rest(
    tmp_path: Path, clean: Clean, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*ARCHIVED, *NOT_YET):
        write(tmp_path / "logs" / name, 31)
    ended = clean(30, "--only-exported")
    assert {path.name for path in (tmp_path / "logs").iterdir()} == set(NOT_YET)
    assert ended is not None and ended.startswith("3 more are as old and stay, because they are not in S3")
    told = capsys.readouterr().out
    assert "2 logs older than 30 days have gone" in told
    assert "not in S3: " in told and "/logs/dirty" in told


@pytest.mark.usefixtures("lustre")
def test_should_succeed_where_only_the_new_is_not_in_s3_yet(tmp_path: Path, clean: Clean) -> None:
    write(tmp_path / "logs/archived", 31)
    new = write(tmp_path / "logs/never", 0)
    assert clean(30, "--only-exported") is None
    assert list((tmp_path / "logs").iterdir()) == [new]


def test_should_survive_a_file_that_goes_meanwhile(
    tmp_path: Path, clean: Clean, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "logs/attempt=1.log", 31)
    real: Any = os.fwalk

    def fwalk(*arguments: Any, **options: Any) -> Any:
        for path, folders, files, folder in real(*arguments, **options):
            yield path, [*folders, "gone"], [*files, "gone.log"], folder

    monkeypatch.setattr(os, "fwalk", fwalk)
    assert clean(30) is None
