"""Bring the commits that Git bundles track to the shared file system, for all pods of Airflow to read.

The one process that talks to Git hosts and holds their credentials; it runs nobody's code. Whatever fails is told in
the log and tried again: what is on the file system stays as it is.
"""

import argparse
import json
import resource
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from git_mirror import Mirror, ProblemError  # type: ignore[import-not-found]  # beside this script
from git_versions import Versions  # type: ignore[import-not-found]

LONGEST_SILENCE_SECONDS = 600
"""Longer than any of Git's commands may take."""

LONGEST_PAUSE_SECONDS = 300
"""Between two tries, after failures."""

LARGEST_FILE = 2 * 1024**3
"""Of Git's own, in bytes: a repository may not fill the node."""

BEATS = Path(tempfile.gettempdir()) / "git-sync"
READY = "ready"


@dataclass(frozen=True)
class Bundle:
    """A bundle, as the arguments tell it."""

    name: str
    url: str
    tracking_ref: str
    subdir: str
    refresh_seconds: float
    credential: "str | None"


class Sync(threading.Thread):
    """Keeps one bundle up to date, whatever happens to the others."""

    def __init__(self, bundle: Bundle, folder: Path, keep_days: float, stop: threading.Event) -> None:
        super().__init__(name=bundle.name, daemon=True)
        self._bundle, self._keep_days, self._stop_asked = bundle, keep_days, stop
        credential = Path(bundle.credential) if bundle.credential else None
        mirror = Path(tempfile.gettempdir()) / "mirrors" / bundle.name
        self._mirror = Mirror(mirror, bundle.url, bundle.tracking_ref, credential)
        self.versions = Versions(folder / bundle.name, bundle.subdir)

    def run(self) -> None:
        failures = 0
        while not self._stop_asked.is_set():
            self._beat()
            failures = 0 if self._round() else failures + 1
            if failures % 3 == 2:
                self._mirror.forget()
            pause = self._bundle.refresh_seconds * 2 ** min(failures, 10)
            until = time.monotonic() + min(pause, max(LONGEST_PAUSE_SECONDS, self._bundle.refresh_seconds))
            while time.monotonic() < until and not self._stop_asked.wait(min(10, until - time.monotonic())):
                self._beat()

    def _round(self) -> bool:
        before = None
        try:
            before = self.versions.current
            commit = self._mirror.newest()
            self.versions.bring(commit, self._mirror, self._beat)
            if commit != before:
                self._say(f"{commit} is current")
            for gone in self.versions.retire(self._keep_days):
                self._say(f"{gone} is removed: it was current more than {self._keep_days:g} days ago")
        except (ProblemError, OSError, ValueError) as problem:
            self._say(f"{problem}; {before or 'no version'} stays current")
            return False
        return True

    def _beat(self) -> None:
        (BEATS / self._bundle.name).touch()

    def _say(self, text: str) -> None:
        print(f"{self._bundle.name}: {text}", flush=True)


def serve(bundles: "list[Bundle]", folder: Path, keep_days: float) -> None:
    """Until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    BEATS.mkdir(parents=True, exist_ok=True)
    threads = [Sync(bundle, folder, keep_days, stop) for bundle in bundles]
    for thread in threads:
        thread.start()
    while not stop.wait(1):
        if all(thread.versions.current for thread in threads):
            (BEATS / READY).touch()


def probe(wanted: str) -> "str | None":
    """What is wrong; None: nothing. Ready is who has once had a version of every bundle, however old."""
    beats = [each for each in BEATS.glob("*") if each.name != READY]
    oldest = min((each.stat().st_mtime for each in beats), default=0)
    if time.time() - oldest > LONGEST_SILENCE_SECONDS:
        return "A bundle's thread has not been heard of."
    if wanted == "ready" and not (BEATS / READY).exists():
        return "A bundle has no version yet: see the log."
    return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", choices=["alive", "ready"])
    parser.add_argument("--folder", type=Path, help="that the bundles' folders are in")
    parser.add_argument("--keep-days", type=float, help="of versions that are current no more")
    parser.add_argument("--bundles", type=json.loads, help="a list in JSON")
    arguments = parser.parse_args()
    if arguments.probe:
        sys.exit(probe(arguments.probe))
    serve([Bundle(**each) for each in arguments.bundles], arguments.folder, arguments.keep_days)
