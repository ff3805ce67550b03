"""`python -m tests.runtime.protections [number ...]`: take each protection away, and see that its test fails.

Minutes each, so no part of `make test`. The table in docs/runtime.md is what this printed.
"""

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Protection(NamedTuple):
    """What is left out of the manifests, and the test that must fail without it."""

    without: str
    test: str


PROTECTIONS = (
    Protection("dag_processor.refresh_interval", "test_dags.py::test_should_show_a_new_dag_within_a_minute"),
    Protection("core.executor", "test_dags.py::test_should_run_twenty_tasks_each_in_a_pod_of_its_own"),
    Protection("logging.base_log_folder", "test_dags.py::test_should_show_the_logs_of_running_and_finished_tasks"),
    Protection("automountServiceAccountToken", "test_dags.py::test_should_give_a_task_no_secret_and_no_credential"),
    Protection(
        "scheduler.orphaned_tasks_check_interval",
        "test_faults.py::test_should_run_every_task_exactly_once_when_the_scheduler_is_killed",
    ),
    Protection(
        "workers.execution_api_retries",
        "test_faults.py::test_should_lose_no_task_to_a_database_that_is_away_for_25_seconds",
    ),
    Protection(
        "core.auth_manager",
        "test_start.py::test_should_let_the_administrator_in_with_the_generated_password_only",
    ),
    Protection("initContainers", "test_start.py::test_should_come_up_within_five_minutes_and_without_a_restart"),
    Protection("database.check_migrations", "test_upgrade.py"),
)


def main(numbers: list[int]) -> None:
    """Exits with 1 if a test passes without its protection."""
    held = True
    for number in numbers or range(1, len(PROTECTIONS) + 1):
        protection = PROTECTIONS[number - 1]
        start = time.monotonic()
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--without",
            protection.without,
            f"tests/runtime/{protection.test}",
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        held &= (failed := done.returncode == 1)
        last = [line for line in done.stdout.splitlines() if line.startswith("E  ")][:1]
        result = "fails" if failed else f"DOES NOT FAIL (exit {done.returncode})"
        print(f"{number}. without {protection.without}: {protection.test} {result}", flush=True)
        print(f"   {time.monotonic() - start:.0f} s {' '.join(last)}", flush=True)
    sys.exit(not held)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
