"""What the tests that start real programs ask of a machine."""

import pytest

from tests import machine
from tests.machine import REHEARSAL, RUNTIME, wanting


def everything(command: str) -> str:
    return f"/usr/bin/{command}"


@pytest.mark.parametrize(
    ("part", "processor"), [(REHEARSAL, "x86_64"), (RUNTIME, "x86_64"), (RUNTIME, "aarch64")], ids=str
)
def test_should_take_a_machine_that_has_everything(part: str, processor: str) -> None:
    assert wanting(part, "linux", processor, everything) == ""


@pytest.mark.parametrize(
    ("part", "system", "processor", "lacks"),
    [
        (REHEARSAL, "darwin", "arm64", "Linux on x86_64"),
        (REHEARSAL, "linux", "aarch64", "Linux on x86_64"),
        (REHEARSAL, "win32", "AMD64", "Linux on x86_64"),
        (RUNTIME, "darwin", "x86_64", "Linux on x86_64 or aarch64"),
    ],
)
def test_should_say_in_one_line_what_another_machine_lacks(part: str, system: str, processor: str, lacks: str) -> None:
    line = wanting(part, system, processor, everything)

    assert line.startswith(f"{part}: {lacks} is needed, and this is {processor} {system}")
    assert "\n" not in line


@pytest.mark.parametrize(("part", "command"), [(REHEARSAL, "openssl"), (RUNTIME, "openssl"), (RUNTIME, "bash")])
def test_should_name_a_command_that_is_not_there(part: str, command: str) -> None:
    line = wanting(part, "linux", "x86_64", lambda name: None if name == command else name)

    assert f"the command {command} is needed" in line


def test_should_fail_the_command_line_where_something_is_wanting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "wanting", lambda part: f"{part}: no" if part == RUNTIME else "")

    assert machine.main() == 1
    assert capsys.readouterr().err == f"{RUNTIME}: no\n"

    monkeypatch.setattr(machine, "wanting", lambda part: "")
    assert machine.main() == 0
