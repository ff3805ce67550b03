"""`python -m tests.mutants [word ...]`: break the product line by line, and see that a test notices each.

A word picks the breaks whose file or promise holds it; none picks all. Each break is applied to a copy of the tree, in
which its tests run, two breaks at a time. Ends with 1 if one survives, if its line is not to be found any more, or if
its tests fail without it.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.mutants.tables import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
LIMIT_SECONDS = 120
"""Most seconds that the tests of one break may take: a break that ends nothing is noticed as well."""

TREE = ("app.py", "cdk.json", "pyproject.toml", "environments", "images", "settings", "k8s", "constructs", "stacks",
        "operations", "standins", "tests")  # fmt: skip
LINKED = ("node_modules",)

PASSED, FAILED, NONE_RAN = 0, 1, 5
"""Exit codes of pytest ("Exit codes", pytest reference)."""


@dataclass(frozen=True)
class Outcome:
    """What the tests said of a break."""

    mutant: Mutant
    verdict: str
    noticed: bool
    seconds: float


def copy_of_the_tree(folder: Path) -> Path:
    """The product and its tests in `folder`."""
    folder.mkdir()
    for name in TREE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(source, folder / name)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    return folder


def pytest(
    tree: Path, tests: Iterable[str], *options: str, limit_seconds: int = LIMIT_SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run tests in a tree, without the snapshots."""
    command = [sys.executable, "-m", "pytest", "-q", "-k", "not match_the_snapshot", *options, *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=limit_seconds
    )


def outcome(mutant: Mutant, tree: Path) -> Outcome:
    """Break the tree, ask the tests, and mend it."""
    path = tree / mutant.file
    whole = path.read_text()
    started = time.monotonic()
    path.write_text(mutant.broken(whole))
    try:
        code = pytest(tree, mutant.tests, "-x").returncode
    except subprocess.TimeoutExpired:
        code = FAILED
    finally:
        path.write_text(whole)
    verdicts = {PASSED: "SURVIVED", FAILED: "noticed", NONE_RAN: "NO TEST RAN"}
    return Outcome(mutant, verdicts.get(code, "CAN'T RUN"), code == FAILED, time.monotonic() - started)


def outcomes(mutants: Sequence[Mutant], trees: Sequence[Path]) -> list[Outcome]:
    """What the tests said, each told as soon as it is known."""
    free: queue.Queue[Path] = queue.Queue()
    for tree in trees:
        free.put(tree)

    def one(mutant: Mutant) -> Outcome:
        tree = free.get()
        try:
            return outcome(mutant, tree)
        finally:
            free.put(tree)

    found = []
    with ThreadPoolExecutor(len(trees)) as pool:
        for done in as_completed([pool.submit(one, mutant) for mutant in mutants]):
            found.append(done.result())
            print(row(done.result()), flush=True)
    return found


def row(found: Outcome) -> str:
    return f"{found.verdict:<12}{found.seconds:5.1f} s  {found.mutant.file}: {found.mutant.promise}"


def picked(words: Sequence[str]) -> list[Mutant]:
    return [each for each in MUTANTS if not words or any(word in f"{each.file} {each.promise}" for word in words)]


def main(words: Sequence[str]) -> int:
    """Returns the exit code."""
    mutants = picked(words)
    faults = [f"{each.file}: {each.promise}: {fault}" for each in mutants if (fault := each.fault(ROOT))]
    if faults or not mutants:
        print("\n".join(faults) or f"No break has {' or '.join(words)} in its file or promise.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = [copy_of_the_tree(Path(folder) / f"tree-{index}") for index in range(min(WORKERS, len(mutants)))]
        tests = dict.fromkeys(test for mutant in mutants for test in mutant.tests)
        unbroken = pytest(trees[0], tests, "-n", str(WORKERS), "--dist", "loadfile", limit_seconds=10 * LIMIT_SECONDS)
        if unbroken.returncode != PASSED:
            print(unbroken.stdout, unbroken.stderr, "The tests fail without any break.", file=sys.stderr, sep="\n")
            return 1
        found = outcomes(mutants, trees)
    unnoticed = [each for each in found if not each.noticed]
    print(f"{len(found) - len(unnoticed)} of {len(found)} breaks were noticed.")
    if unnoticed:
        print("Not noticed:", *(f"  {row(each)}" for each in unnoticed), sep="\n", file=sys.stderr)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
