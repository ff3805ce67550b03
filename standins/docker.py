"""A docker on the PATH: it builds nothing, records its calls, and puts into ECR what it is told to push."""

import json
import sys
from pathlib import Path
from typing import Any

SCRIPT = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
call = {{"arguments": arguments, "environment": dict(os.environ)}}
call["input"] = sys.stdin.read() if "--password-stdin" in arguments else ""
with open({record!r}, "a") as record:
    record.write(json.dumps(call) + "\\n")
if arguments[:2] == os.environ.get("DOCKER_FAILS", "").split():
    sys.exit(7)
if "--push" in arguments and os.environ.get("AWS_ENDPOINT_URL"):
    import boto3
    repository, _, tag = arguments[arguments.index("--tag") + 1].partition("/")[2].partition(":")
    boto3.client("ecr").put_image(repositoryName=repository, imageManifest=json.dumps(arguments), imageTag=tag)
"""


class Docker:
    """Makes the command in a folder; with DOCKER_FAILS, its first two arguments, it ends with 7."""

    def __init__(self, folder: Path) -> None:
        self._record = folder / "docker-calls"
        self.path = folder / "docker-bin"
        """The folder to put on the PATH."""
        self.path.mkdir()
        script = self.path / "docker"
        script.write_text(SCRIPT.format(python=sys.executable, record=str(self._record)))
        script.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Arguments, standard input and environment of each call, in order."""
        return [json.loads(line) for line in self._record.read_text().splitlines()] if self._record.exists() else []

    @property
    def builds(self) -> list[list[str]]:
        """The arguments of each build."""
        return [call["arguments"] for call in self.calls if call["arguments"][:2] == ["buildx", "build"]]
