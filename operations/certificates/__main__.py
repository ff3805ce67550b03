"""`python -m operations.certificates [region …]`: RDS's roots as AWS's trust store has them, into the settings.

Default: every region that has a file. A region whose roots have changed gets the new ones, and deployments of it roll
Airflow's pods once.
"""

import argparse
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from operations.certificates.roots import BundleError, address, roots_of
from settings.facts import rds_certificates

TIMEOUT_SECONDS = 30


def fetch(url: str) -> str:
    """What stands at an https address. Raises OSError."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 https, from `address`
        text: str = answer.read().decode("ascii", errors="replace")
        return text


def main(arguments: list[str], *, folder: Path = rds_certificates.FOLDER, fetched: Callable[[str], str] = fetch) -> int:
    """Bring the files of regions up to date. Returns the exit code: 1 if one could not be."""
    parser = argparse.ArgumentParser(prog="python -m operations.certificates", description=__doc__)
    parser.add_argument("regions", nargs="*", metavar="region", help="default: every region that has a file")
    regions = parser.parse_args(arguments).regions or sorted(path.stem for path in folder.glob("*.pem"))
    failed = False
    for region in regions:
        try:
            text = "".join(root.pem for root in roots_of(fetched(address(region)), region).values())
        except (BundleError, OSError) as error:
            print(f"{region}: {address(region)}: {error}", file=sys.stderr)
            failed = True
            continue
        file = folder / f"{region}.pem"
        said = "as it was" if file.exists() and file.read_text() == text else "changed" if file.exists() else "new"
        file.write_text(text)
        print(f"{region}: {said}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
