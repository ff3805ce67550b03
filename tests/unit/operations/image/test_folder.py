"""The folder that an image is built from."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.cdk import ROOT
from operations.image.__main__ import FOLDER
from operations.image.folder import UnusableFolderError, check, content_hash, refusals

GOOD = "ARG AIRFLOW_VERSION\nFROM apache/airflow:${AIRFLOW_VERSION}\n"


def told(dockerfile: str) -> list[str]:
    return list(refusals(dockerfile, "3.3.2"))


@pytest.mark.parametrize(
    "dockerfile",
    [
        GOOD,
        "from apache/airflow:3.3.2\nuser root\nRUN apt-get update\nuser airflow\n",
        "FROM registry.example.com/mirror/apache/airflow:3.3.2-python3.12\nUSER 50000:0\n",
        'FROM --platform=$BUILDPLATFORM alpine AS tools\nUSER root\nENTRYPOINT ["x"]\n' + GOOD,
        "FROM apache/airflow:3.3.2 AS base\nUSER root\nFROM base\nUSER airflow\n",
        f"{GOOD}RUN uv pip install --compile-bytecode \\\n  # a comment\n  dbt\n",
        f"{GOOD}# USER root\n",
        "FROM company/airflow:7\n",
    ],
)
def test_should_build_what_the_platform_can_run(dockerfile: str) -> None:
    assert told(dockerfile) == []


@pytest.mark.parametrize(
    ("dockerfile", "reason"),
    [
        ("RUN true\n", "has no FROM"),
        ("FROM apache/airflow:3.3.1\n", "is from Airflow 3.3.1, and airflow.version is 3.3.2"),
        ("FROM apache/airflow:3.3.20\n", "is from Airflow 3.3.20"),
        ("FROM apache/airflow:slim-3.2.0 AS a\nFROM a\n", "is from Airflow 3.2.0"),
        (f"{GOOD}USER root\n", "ends as user root"),
        (f"{GOOD}USER airflow\nUSER 0:0\n", "ends as user 0"),
        ("FROM apache/airflow:3.3.2 AS a\nUSER root\nFROM a\nRUN x\n", "ends as user root"),
        (f'{GOOD}ENTRYPOINT ["/mine"]\n', "sets an ENTRYPOINT"),
        (f"{GOOD}RUN pip install --no-compile \\\n    dbt\n", "keeps .pyc files away"),
        (f"{GOOD}ENV PYTHONDONTWRITEBYTECODE=1\n", "keeps .pyc files away"),
        (f"{GOOD}RUN uv pip install \\\n    dbt\n", "installs with uv and without --compile-bytecode"),
    ],
)
def test_should_refuse_what_the_platform_could_not_run(dockerfile: str, reason: str) -> None:
    [found] = told(dockerfile)
    assert found.startswith(reason)


def test_should_tell_all_reasons_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolderError, match="has no Dockerfile"):
        check(tmp_path, "3.3.2")
    (tmp_path / "Dockerfile").write_text("FROM apache/airflow:3.3.1\nUSER root\n")
    with pytest.raises(UnusableFolderError) as failed:
        check(tmp_path, "3.3.2")
    lines = str(failed.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [str(tmp_path / "Dockerfile")] * 2


def test_should_have_a_folder_of_its_own_that_keeps_the_promises() -> None:
    check(FOLDER, "9.9.9")  # of whichever version
    text = re.sub(r"\s+", " ", re.sub(r"(?m)^#.*\n|\\\n", "", (FOLDER / "Dockerfile").read_text()))
    assert "FROM ${REGISTRY}/apache/airflow:${AIRFLOW_VERSION} ARG AIRFLOW_VERSION" in text
    install = re.search(r"RUN pip install (.*)", text)
    assert install
    for promise in ('--constraint "${HOME}/constraints.txt"', "--compile", '"apache-airflow==${AIRFLOW_VERSION}"'):
        assert promise in install[1]
    assert text.rindex("USER airflow") < install.start()
    assert "USER root" not in text and "ENTRYPOINT" not in text


def test_should_let_the_folder_build_by_itself_what_the_settings_have_by_default() -> None:
    default = re.search(r"ARG AIRFLOW_VERSION=(\S+)", (FOLDER / "Dockerfile").read_text())
    assert default
    assert f'"{default[1]}"' in (ROOT / "settings" / "model" / "airflow.py").read_text()


def folder(path: Path) -> Path:
    (path / "wheels").mkdir(parents=True)
    (path / "Dockerfile").write_text(GOOD)
    (path / "requirements.txt").write_text("dbt==1\n")
    (path / "wheels" / "a.whl").write_bytes(b"a")
    return path


def linked(path: Path) -> None:
    (path / "Dockerfile").unlink()
    (path / "Dockerfile").symlink_to("requirements.txt")


def moved_bytes(path: Path) -> None:
    (path / "Dockerfile").write_text(GOOD[:-1])
    (path / "requirements.txt").write_text("\ndbt==1\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a line": lambda path: (path / "requirements.txt").write_text("dbt==2\n"),
    "a name": lambda path: (path / "wheels" / "a.whl").rename(path / "wheels" / "b.whl"),
    "a place": lambda path: (path / "wheels" / "a.whl").rename(path / "a.whl"),
    "a mode": lambda path: (path / "Dockerfile").chmod(0o755),
    "another file": lambda path: (path / "more").write_text(""),
    "no file": lambda path: (path / "wheels" / "a.whl").unlink(),
    "a link": linked,
    "bytes from one file to the next": moved_bytes,
}


@pytest.mark.parametrize("change", CHANGES)
def test_should_tag_another_content_with_another_hash(tmp_path: Path, change: str) -> None:
    first, second = folder(tmp_path / "first"), folder(tmp_path / "second")
    assert content_hash(first, "linux/amd64") == content_hash(second, "linux/amd64")
    CHANGES[change](second)
    assert content_hash(first, "linux/amd64") != content_hash(second, "linux/amd64")


def test_should_tag_an_image_for_other_architectures_with_another_hash(tmp_path: Path) -> None:
    made = folder(tmp_path / "first")
    assert content_hash(made, "linux/amd64") != content_hash(made, "linux/amd64", "linux/arm64")


def test_should_not_take_one_file_for_two(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for made in (one, two):
        made.mkdir()
    (two / "a").write_bytes(b"1")
    (two / "b").write_bytes(b"2")
    (one / "a").write_bytes(b"1b\0False\0False\x002")
    assert content_hash(one) != content_hash(two)
