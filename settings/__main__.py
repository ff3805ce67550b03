"""`python -m settings <name or path>`: check an environment file and change nothing."""

import sys
from datetime import date
from pathlib import Path

from settings.loading import load_environment
from settings.reading.violations import SettingsError
from settings.support import support_notices


def main(arguments: list[str], today: date | None = None) -> int:
    """Print `<name>: ok`, or every broken rule on stderr; returns the exit code.

    What there is to know of the versions' support, on the day (default: of the call), goes to stderr too, one a line.
    """
    today = today or date.today()
    if len(arguments) != 1:
        print("usage: python -m settings <name or path of an environment file>", file=sys.stderr)
        return 2
    try:
        environment = load_environment(arguments[0], Path(__file__).resolve().parent.parent, today=today)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    for notice in support_notices(environment, today):
        print(f"{arguments[0]}: {notice}", file=sys.stderr)
    print(f"{arguments[0]}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
