"""A runbook's own commands, run by bash, with a stand-in for the AWS CLI."""

import os
import re
import subprocess
import sys
from pathlib import Path

from standins.aws.loopback import CREDENTIALS, REGION, ROOT, LoopbackAws

BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """The blocks of commands on a page, in its order."""
    return BLOCK.findall((ROOT / page).read_text())


def run(blocks: list[str], aws: LoopbackAws, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run blocks one after the other in one shell, which ends at the first command that fails."""
    tools = folder / "runbook"
    tools.mkdir(exist_ok=True)
    cli = tools / "aws"
    cli.write_text(f'#!/bin/sh\nexec {sys.executable} -m standins.aws.cli "$@"\n')
    cli.chmod(0o755)
    environment = {
        **CREDENTIALS,
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": str(tools),
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
    }
    script = "set -eu\n" + "\n".join(blocks)
    return subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
