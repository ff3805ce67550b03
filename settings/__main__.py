"""`python -m settings <name or path>`: check an environment file and change nothing."""

import sys
from pathlib import Path

from settings.loading import load_environment
from settings.reading.violations import SettingsError


def main(arguments: list[str]) -> int:
    """Print `<name>: ok`, or every broken rule on stderr; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m settings <name or path of an environment file>", file=sys.stderr)
        return 2
    try:
        load_environment(arguments[0], Path(__file__).resolve().parent.parent)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{arguments[0]}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
