"""Ends what a run has started and removes its folder, also when the run itself is killed: its input ends then."""

import shutil
import sys
from pathlib import Path

from standins.node.process import kill, of_run


def remove(folder: Path) -> None:
    """Delete a run's folder. Containers' roots in it are closed to writing, even to the ordinary user who owns them."""
    for each in [folder, *folder.rglob("*")]:
        if each.is_dir() and not each.is_symlink():
            each.chmod(0o700)
    shutil.rmtree(folder)


if __name__ == "__main__":
    run = Path(sys.argv[1])
    sys.stdin.buffer.read()
    kill(lambda: of_run(run))
    remove(run)
