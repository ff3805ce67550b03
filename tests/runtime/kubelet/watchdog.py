"""Ends a run's processes if the run itself is killed: waits for the end of its input, then ends what is marked."""

import sys

from tests.runtime.kubelet.process import kill_marked

if __name__ == "__main__":
    sys.stdin.buffer.read()
    kill_marked(sys.argv[1])
