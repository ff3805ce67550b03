"""`python -m tests.machine`: whether this machine can run the tests that start real programs.

Asked before everything else, so it needs nothing that has to be installed, and no new Python.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable

REHEARSAL = "the rehearsal (make rehearse)"
RUNTIME = "the runtime tests (make runtime)"

PROCESSORS = {
    REHEARSAL: ("x86_64",),  # the kubectl in CDK's Lambda layer is for no other
    RUNTIME: ("x86_64", "aarch64"),  # what Airflow's and PostgreSQL's packages are built for
}
COMMANDS = {
    REHEARSAL: ("openssl",),  # certificates of the Kubernetes stand-in
    RUNTIME: ("openssl", "bash", "git"),  # bash: the images' entry points
}


def wanting(
    part: str,
    system: str = sys.platform,
    processor: str = platform.machine(),
    which: Callable[[str], object] = shutil.which,
) -> str:
    """One line that says what this machine lacks for a part of the tests and what to do; empty if nothing."""
    processors = PROCESSORS[part]
    lacks = [] if system == "linux" and processor in processors else [f"Linux on {' or '.join(processors)}"]
    lacks += [f"the command {command}" for command in COMMANDS[part] if not which(command)]
    if not lacks:
        return ""
    return (
        f"{part}: {' and '.join(lacks)} is needed, and this is {processor} {system}; "
        "CI or a Linux container has it, and `make lint unit` runs here"
    )


def main() -> int:
    """Print what is wanting for any part; returns the exit code."""
    lines = [line for line in map(wanting, (REHEARSAL, RUNTIME)) if line]
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
