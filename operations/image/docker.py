"""The docker command, as far as an image is built and pushed with it."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from operations.aws import OperationError


class DockerError(OperationError):
    """docker is not there, or did not do it; it has told the reason itself."""


def require_docker() -> None:
    """Raises DockerError without a docker that can build."""
    if shutil.which("docker") is None:
        raise DockerError("docker is not on the PATH: install Docker with its buildx plugin, or build where it is")
    if _run("buildx", "version", quiet=True):
        raise DockerError("docker has no buildx: install the plugin docker-buildx")


@contextmanager
def logged_in(registry: str, user: str, password: str) -> Iterator[None]:
    """docker may push to a registry, until the end. The password goes through standard input: arguments can be read by
    every process of the machine."""
    if _run("login", "--username", user, "--password-stdin", registry, text=password, quiet=True):
        raise DockerError(f"docker login to {registry} failed: see above")
    try:
        yield
    finally:
        _run("logout", registry, quiet=True)


def build_and_push(folder: Path, *, tag: str, platforms: Sequence[str], arguments: Mapping[str, str]) -> None:
    """Build a folder's image for some platforms and push it. Raises DockerError."""
    build_arguments = (f"--build-arg={name}={value}" for name, value in arguments.items())
    code = _run(
        *("buildx", "build", "--platform", ",".join(platforms), "--pull", "--push", "--tag", tag),
        *build_arguments,
        str(folder),
    )
    if code:
        hint = ""
        if len(platforms) > 1:
            hint = "; several architectures need a builder: `docker buildx create --use`, and QEMU for the foreign ones"
        raise DockerError(f"docker buildx build ended with {code}: see above{hint}")


def _run(*arguments: str, text: str | None = None, quiet: bool = False) -> int:
    stdout = subprocess.DEVNULL if quiet else None
    return subprocess.run(["docker", *arguments], check=False, input=text, stdout=stdout, text=True).returncode
