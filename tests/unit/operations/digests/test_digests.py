"""Images by digest."""

from email.message import Message
from pathlib import Path

import pytest

from operations.digests import __main__ as command
from operations.doctor.image_reference import Image
from tests.support.environments import environment_file

DIGEST = "sha256:" + 64 * "b"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> list[Image]:
    """A registry that has every image; returns what it was asked for."""
    asked: list[Image] = []

    def manifest(image: Image) -> tuple[int, Message]:
        asked.append(image)
        headers = Message()
        headers["Docker-Content-Digest"] = DIGEST
        return (404 if image.reference == "9.9.9" else 200), headers

    monkeypatch.setattr(command, "manifest", manifest)
    return asked


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("apache/airflow:3.3.2", f"apache/airflow@{DIGEST}"),
        ("registry.example.com:5000/team/airflow:1", f"registry.example.com:5000/team/airflow@{DIGEST}"),
        ("registry.example.com:5000/airflow", f"registry.example.com:5000/airflow@{DIGEST}"),
    ],
)
def test_should_put_the_digest_in_the_place_of_the_tag(registry: list[Image], name: str, found: str) -> None:
    assert command.by_digest(name) == found


def test_should_ask_nobody_about_a_digest(registry: list[Image]) -> None:
    assert command.by_digest(f"apache/airflow@{DIGEST}") == f"apache/airflow@{DIGEST}"
    assert registry == []


def test_should_say_in_a_line_that_there_is_no_such_image(registry: list[Image]) -> None:
    with pytest.raises(command.RegistryUnreachableError, match=r"answers 404 for apache/airflow:9\.9\.9"):
        command.by_digest("apache/airflow:9.9.9")


def test_should_print_lines_for_the_environments_file(
    registry: list[Image], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(environment_file("local"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"airflow.image: apache/airflow@{DIGEST}  # apache/airflow:")
    assert lines[1] == f"local.database_image: postgres@{DIGEST}  # postgres:17"


def test_should_ask_the_registry_that_holds_the_copies(
    registry: list[Image], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mirrored = tmp_path / "local.yaml"
    mirrored.write_text(
        f"{environment_file('local').read_text()}\nimages:\n  registry_prefix: registry.example.com/m\n"
    )
    assert command.main([str(mirrored)]) == 0
    assert {image.registry for image in registry} == {"registry.example.com"}
    assert [image.repository for image in registry] == ["m/apache/airflow", "m/library/postgres"]
    # Without the prefix, which the settings put before it.
    assert capsys.readouterr().out.startswith(f"airflow.image: apache/airflow@{DIGEST}  # apache/airflow:")
