"""Keeps tests away from the files in environments/: they belong to whoever uses the project, and may say anything."""

import os
import sys
from pathlib import Path

USERS_FILES = str(Path(__file__).resolve().parents[1] / "environments") + os.sep
CHECKED_IN = "tests/unit/environments/"
"""The tests that check every one of these files, whatever it says."""


def _refuse_users_files(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | os.PathLike):
        return
    path = os.fspath(arguments[0])
    if not isinstance(path, str) or not path.endswith((".yaml", ".yml")) or not path.startswith(USERS_FILES):
        return
    test = os.environ.get("PYTEST_CURRENT_TEST", "the collection of tests")
    if not test.startswith(CHECKED_IN):
        raise AssertionError(f"{test} reads {path}: a test has its environments in tests/environments/")


sys.addaudithook(_refuse_users_files)
