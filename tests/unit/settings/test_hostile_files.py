"""Whatever is given as an environment file: it loads rightly or is refused in plain lines, soon, and nothing waits."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest
import yaml

from settings import SettingsError, load_environment
from settings.reading.yaml_file import CoreSchemaLoader
from settings.schema import schema_text
from tests.unit.settings.hostile_files import GOOD, HOSTILE, spoilt_files

ROOT = Path(__file__).resolve().parents[3]
MOST_CPU_SECONDS = 5
MOST_SECONDS = 60
"""A busy machine is slow; one that waits for ever takes longer."""

SPOILT = 300


@contextmanager
def in_time() -> Iterator[None]:
    """Fails if the work takes too much CPU, or waits."""

    def late(*_: object) -> None:
        raise AssertionError(f"not done in {MOST_SECONDS} seconds")

    before, started = signal.signal(signal.SIGALRM, late), time.process_time()
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert time.process_time() - started < MOST_CPU_SECONDS


def refused(name: str, root: Path) -> list[str] | None:
    """What a person is told; None: the file is accepted."""
    try:
        with in_time():
            load_environment(name, root)
    except SettingsError as error:
        return str(error).splitlines()
    return None


def assert_plain(lines: list[str]) -> None:
    assert 0 < len(lines) <= 101
    assert all(len(line) < 1000 and line.isprintable() for line in lines)
    assert not [line for line in lines if "Traceback" in line or "pydantic" in line]


@pytest.mark.parametrize("what", HOSTILE)
def test_should_refuse_a_hostile_file_in_plain_lines_and_soon(tmp_path: Path, what: str) -> None:
    content = HOSTILE[what]
    (tmp_path / "test.yaml").write_bytes(
        content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    )

    lines = refused("test.yaml", tmp_path)

    assert lines is not None
    assert_plain(lines)


def test_should_accept_the_file_that_the_hostile_ones_are_made_of(tmp_path: Path) -> None:
    (tmp_path / "test.yaml").write_text(GOOD)

    assert refused("test.yaml", tmp_path) is None


def test_should_refuse_spoilt_files_or_accept_what_the_schema_accepts_too(tmp_path: Path) -> None:
    schema = jsonschema.Draft202012Validator(json.loads(schema_text()))
    accepted = 0
    for text in spoilt_files(SPOILT):
        (tmp_path / "test.yaml").write_text(text, encoding="utf-8")
        lines = refused("test.yaml", tmp_path)
        if lines is None:
            accepted += 1
            assert schema.is_valid(yaml.load(text, CoreSchemaLoader)), text
        else:
            assert_plain(lines)
    assert 10 < accepted < SPOILT // 2


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's name must be short
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (_pipe, "is a pipe, and must be a YAML file"),
    "socket": (_socket, "is a socket, and must be a YAML file"),
    "directory": (Path.mkdir, "is a directory, and must be a YAML file"),
    "link to a device that never ends": (_link("/dev/zero"), "is a device, and must be a YAML file"),
    "link to a terminal or nothing": (_link("/dev/null"), "is a device, and must be a YAML file"),
    "link to itself": (_link("test.yaml"), "is a symbolic link that leads to no file"),
    "link to nothing": (_link("nowhere.yaml"), "is a symbolic link that leads to no file"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_should_refuse_what_is_no_file_without_opening_it(tmp_path: Path, kind: str) -> None:
    make, rule = KINDS[kind]
    make(tmp_path / "test.yaml")

    assert refused("test.yaml", tmp_path) == [f"test.yaml: {rule}"]


def test_should_read_no_more_than_the_limit_of_a_file_that_tells_no_size(tmp_path: Path) -> None:
    (tmp_path / "test.yaml").symlink_to("/proc/self/environ")  # empty, says the system, and isn't

    lines = refused("test.yaml", tmp_path)

    assert lines is None or len(lines) < 20
    if lines:
        assert_plain(lines)


def test_should_end_with_one_line_and_no_traceback_for_standard_input(tmp_path: Path) -> None:
    # Nobody writes to the pipe and nobody closes it: whoever reads, waits.
    ended = subprocess.Popen(
        [sys.executable, "-m", "settings", "/dev/stdin"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert ended.wait(MOST_SECONDS) == 1
        assert ended.stderr is not None
        assert ended.stderr.read() == "/dev/stdin: is a pipe, and must be a YAML file\n"
    finally:
        ended.kill()
        ended.communicate()
