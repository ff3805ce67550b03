"""The hooks of .pre-commit-config.yaml."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS: list[dict[str, Any]] = [
    hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
]


def test_should_download_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()

    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert {hook["language"] for hook in HOOKS} == {"system"}
    assert "additional_dependencies" not in text


def test_should_run_the_pinned_tools() -> None:
    pinned = (ROOT / "requirements-dev.txt").read_text() + (ROOT / "requirements.txt").read_text()

    for hook in HOOKS:
        program, *arguments = hook["entry"].split()
        tool = arguments[1] if arguments[:1] == ["-m"] else Path(program).name
        assert Path(program).parent == Path(".venv/bin")
        assert re.search(rf"^{tool}==", pinned, re.MULTILINE), tool


def test_should_run_tests_that_exist() -> None:
    named = [word for hook in HOOKS for word in hook["entry"].split() if word.startswith("tests/")]

    assert named
    assert [file for file in named if not (ROOT / file).exists()] == []
