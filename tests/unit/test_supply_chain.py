"""What is installed is what was locked: every package by its version and the hash of its content."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==([^\s;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, set[str]]:
    """Package -> its versions; more than one where they differ from Python to Python."""
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall(LOCK):
        found.setdefault(normal(name), set()).add(version)
    return found


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_should_lock_the_version_that_is_asked_for(file: str) -> None:
    asked = PIN.findall((ROOT / file).read_text())
    assert len(asked) > 5
    assert {name: locked().get(normal(name)) for name, _ in asked} == {name: {version} for name, version in asked}


def test_should_ask_for_exact_versions_only() -> None:
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            wanted = line.partition("#")[0].strip()
            assert not wanted or wanted.startswith("-r ") or PIN.match(wanted), f"{file.name}: {line}"


def test_should_pin_every_package_of_python_by_its_content() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.partition("\n")[2])
    assert len(entries) > 40
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


def test_should_pin_every_package_of_node_by_its_content() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert len(packages) > 3
    for path, package in packages.items():
        if path:
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"]), path
            assert "link" not in package, path


def test_should_pin_every_action_by_its_commit() -> None:
    used = [line for file in WORKFLOWS for line in file.read_text().splitlines() if "uses:" in line]
    assert len(used) > 5
    for line in used:
        assert re.fullmatch(r"\s*- uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_should_give_workflows_the_right_to_read_only() -> None:
    for file in WORKFLOWS:
        assert yaml.safe_load(file.read_text())["permissions"] == {"contents": "read"}, file.name
        assert file.read_text().count("permissions:") == 1, f"{file.name}: a job with rights of its own"


def test_should_name_no_registry() -> None:
    # Who has a mirror of his own installs from there; the hashes hold anyway.
    assert "://" not in LOCK
    assert "resolved" not in (ROOT / "package-lock.json").read_text()
    assert "registry=" not in (ROOT / ".npmrc").read_text()


def test_should_install_nothing_that_is_not_locked() -> None:
    assert "--require-hashes -r requirements.lock" in (ROOT / "Makefile").read_text()
    assert "npm ci" in (ROOT / "Makefile").read_text()
