"""The folder that an image is built from: what is in it, as a tag, and what it must not do."""

import hashlib
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from operations.aws import OperationError

AIRFLOW_USERS = ("airflow", "50000")
"""The user of the official image, whom every Airflow pod runs as."""

DIGITS = 12
"""Hexadecimal digits of a content's hash in a tag: enough, for a tag that is taken says so."""

NOT_COMPILED = "without .pyc files a task's pod takes twice the CPU to start"

Instruction = tuple[str, str]
"""Name in capitals, and arguments."""


class UnusableFolderError(OperationError):
    """No image for this platform can be built from it."""


def content_hash(folder: Path, *more: str) -> str:
    """A hash of all files in a folder, by their paths, and of what else the image depends on."""
    digest = hashlib.sha256()
    for text in more:
        digest.update(f"{len(text)}:{text}".encode())
    for path in sorted(folder.rglob("*"), key=lambda each: each.relative_to(folder).as_posix()):
        if path.is_dir() and not path.is_symlink():
            continue
        # A link goes into the image as a link.
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        runs = bool(path.lstat().st_mode & stat.S_IXUSR)
        digest.update(f"{path.relative_to(folder).as_posix()}\0{runs}\0{path.is_symlink()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:DIGITS]


def check(folder: Path, airflow_version: str) -> None:
    """Refuse what the platform could not run, before minutes are spent on building it.

    Raises:
        UnusableFolderError: all reasons, a line each.
    """
    dockerfile = folder / "Dockerfile"
    if not dockerfile.is_file():
        raise UnusableFolderError(f"{folder} has no Dockerfile")
    reasons = list(refusals(dockerfile.read_text(encoding="utf-8"), airflow_version))
    if reasons:
        raise UnusableFolderError("\n".join(f"{dockerfile}: {reason}" for reason in reasons))


def refusals(dockerfile: str, airflow_version: str) -> Iterator[str]:
    """What the platform could not run, of the last stage of a Dockerfile and of those that it is made from."""
    stages = _stages(dockerfile)
    if not stages:
        yield "has no FROM"
        return
    base, last = _lineage(stages)
    tag = re.search(r"(?:^|/)apache/airflow:(?:slim-)?([^@\s]+)", base)
    if tag and "$" not in tag[1] and not re.match(rf"{re.escape(airflow_version)}(-|$)", tag[1]):
        yield f"is from Airflow {tag[1]}, and airflow.version is {airflow_version}: use ${{AIRFLOW_VERSION}}"
    users = [arguments.partition(":")[0] for name, arguments in last if name == "USER"]
    if users and users[-1] not in AIRFLOW_USERS:
        yield f"ends as user {users[-1]}: Airflow's pods run as airflow (50000), who does not see that user's packages"
    if any(name == "ENTRYPOINT" for name, _ in last):
        yield "sets an ENTRYPOINT: the platform's pods need the official one"
    for name, arguments in last:
        if re.search(r"--no-compile\b", arguments) or (
            name in ("ENV", "ARG") and "PYTHONDONTWRITEBYTECODE" in arguments
        ):
            yield f"keeps .pyc files away: {NOT_COMPILED}"
        if re.search(r"\buv\s+(pip\s+install|sync)\b", arguments) and "--compile-bytecode" not in arguments:
            yield f"installs with uv and without --compile-bytecode: {NOT_COMPILED}"


def _stages(dockerfile: str) -> list[list[Instruction]]:
    """The instructions of each stage, its FROM first. ARGs before the first FROM are left out."""
    stages: list[list[Instruction]] = []
    for name, arguments in _instructions(dockerfile):
        if name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append((name, arguments))
    return stages


def _instructions(dockerfile: str) -> Iterator[Instruction]:
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for joined in re.sub(r"\\\s*\n", " ", "\n".join(lines)).splitlines():
        name, _, arguments = joined.strip().partition(" ")
        yield name.upper(), arguments.strip()


def _lineage(stages: Sequence[list[Instruction]]) -> tuple[str, list[Instruction]]:
    """The image that the last stage begins with in the end, and the instructions from there on."""
    named: dict[str, tuple[str, list[Instruction]]] = {}
    found: tuple[str, list[Instruction]] = ("", [])
    for stage in stages:
        image, _, alias = _from(stage[0][1])
        base, before = named.get(image.lower(), (image, []))
        found = (base, [*before, *stage[1:]])
        named[alias.lower()] = found
    return found


def _from(arguments: str) -> tuple[str, str, str]:
    """Image, `AS` and alias of a FROM."""
    words = [word for word in arguments.split() if not word.startswith("--")]
    image, keyword, alias, *_ = [*words, "", "", ""]
    return image, keyword, alias
