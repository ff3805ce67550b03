"""What is made of the CDK CLI's answers."""

import subprocess
from pathlib import Path

import pytest

from operations import cdk


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("\u2728  Number of stacks with differences: 0\n", False),
        ("IAM Statement Changes\n\u2728  Number of stacks with differences: 2\n", True),
    ],
)
def test_should_tell_broader_permissions_from_none(monkeypatch: pytest.MonkeyPatch, output: str, found: bool) -> None:
    monkeypatch.setattr(cdk, "_captured", lambda *_: subprocess.CompletedProcess([], 0, output))
    assert cdk.broadening_changes(Path("out")) == (output if found else None)


@pytest.mark.parametrize("any_version", [True, False])
def test_should_synthesize_an_ended_version_only_where_it_is_asked_to(
    monkeypatch: pytest.MonkeyPatch, any_version: bool
) -> None:
    asked: list[object] = []

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        asked.extend(arguments)
        return subprocess.CompletedProcess([], 0, "")

    monkeypatch.setattr(cdk, "_captured", run)
    cdk.synthesize("dev", Path("out"), any_version=any_version)
    assert ("any_version=true" in asked) is any_version
    # Who deploys needs the security report; who looks or destroys does not.
    assert ("evidence=true" in asked) is not any_version


@pytest.mark.parametrize(("code", "output"), [(1, "Number of stacks with differences: 0"), (0, "Something else")])
def test_should_not_take_a_failed_comparison_for_no_change(
    monkeypatch: pytest.MonkeyPatch, code: int, output: str
) -> None:
    monkeypatch.setattr(cdk, "_captured", lambda *_: subprocess.CompletedProcess([], code, output))
    with pytest.raises(cdk.CdkError, match="could not be compared"):
        cdk.broadening_changes(Path("out"))
