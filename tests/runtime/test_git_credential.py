"""Where the credential is while Git works with it: in the secret's file, and on the way to the server."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.support.git_server import BASIC, TOKEN, GitServer

SCRIPTS = Path(__file__).resolve().parents[2] / "k8s" / "airflow" / "scripts" / "git_sync"
FETCH = """
import sys
from pathlib import Path
from git_mirror import Mirror
Mirror(Path(sys.argv[1]), sys.argv[2], "main", Path(sys.argv[3])).newest()
"""


def test_should_put_the_credential_into_no_argument_no_environment_and_no_file(tmp_path: Path) -> None:
    credential, mirror = tmp_path / "credential", tmp_path / "mirror"
    credential.write_text(TOKEN)
    seen: list[bytes] = []
    with GitServer(tmp_path / "server") as server:
        server.commit({"a.py": "a"})
        server.hangs_when_asked = True
        fetching = subprocess.Popen(
            [sys.executable, "-c", FETCH, str(mirror), server.url, str(credential)],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(SCRIPTS),
                "GIT_SSL_CAINFO": str(server.certificates.authority),
            },
        )
        while fetching.poll() is None and BASIC not in server.given:
            time.sleep(0.02)
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if server.url.encode() in command:
                    seen += [command, (process / "environ").read_bytes()]
        server.hangs_when_asked = False
        assert fetching.wait(60) == 0
    assert any(b"remote-https" in each for each in seen), "Git was not there any more"
    files = [path.read_bytes() for path in mirror.rglob("*") if path.is_file()]
    assert files
    for text in (TOKEN.encode(), BASIC.encode()):
        assert not any(text in each for each in (*seen, *files))
