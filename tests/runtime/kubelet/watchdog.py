"""Ends a run's processes if the run itself is killed: waits for the end of its input, then ends what is marked."""

import sys
from pathlib import Path

from tests.runtime.kubelet.process import kill, of_run

if __name__ == "__main__":
    sys.stdin.buffer.read()
    kill(lambda: of_run(Path(sys.argv[1])))
