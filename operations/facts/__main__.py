"""`python -m operations.facts offers` and `python -m operations.facts airflow <Python of an Airflow>`: renew the facts
that settings are checked against. Needs the development tools (cfn-lint); reads what is installed, asks AWS nothing.
"""

import subprocess
import sys
from datetime import date
from pathlib import Path

from operations.facts import airflow_options
from operations.facts.written import write

FOLDER = Path(__file__).resolve().parents[2] / "settings" / "facts"

USAGE = "usage: python -m operations.facts offers | airflow <Python of an Airflow, such as .venv-airflow/bin/python>"


def main(arguments: list[str], folder: Path = FOLDER, today: date | None = None) -> int:
    """Renew the files and name the changed ones; returns the exit code."""
    today = today or date.today()
    if arguments == ["offers"]:
        from operations.facts import offers  # needs cfn-lint, which only those who develop have

        files = {
            folder / "offers" / "regions.json": offers.regions(),
            folder / "offers" / "instance_types.json": offers.instance_types(),
            folder / "offers" / "database_classes.json": offers.database_classes(),
        }
    elif len(arguments) == 2 and arguments[0] == "airflow":
        try:
            description = airflow_options.described(Path(arguments[1]), airflow_options.IMAGE_PROVIDERS)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{arguments[1]}: can't describe an Airflow: {error}", file=sys.stderr)
            return 1
        files = {folder / "airflow_options" / f"{description['airflow']}.json": description}
    else:
        print(USAGE, file=sys.stderr)
        return 2
    for path, data in files.items():
        print(f"{path.name}: {'written' if write(path, data, today) else 'says the same'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
