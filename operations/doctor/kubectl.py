"""The kubectl on PATH: commands in a pod, which reading does not need, and what operations change on a cluster."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from operations.doctor.kubernetes_api import KubernetesReader

IN_THE_POD = "command terminated with exit code"
"""What kubectl says last when the command itself has failed, not the way to it."""


class KubectlError(Exception):
    """kubectl did not get as far as the command; the text says why, in kubectl's own words."""


class CommandError(Exception):
    """The command has failed in the pod; the text is what it wrote."""


class Kubectl:
    """Runs commands in the first container of a Deployment's pod, and kubectl's own.

    On the cluster that the environment names, with the credentials of all other checks: the current context of a
    kubeconfig may be of another cluster.
    """

    def __init__(self, namespace: str, reader_of_cluster: Callable[[], KubernetesReader] | None) -> None:
        """`reader_of_cluster` makes a reader with a token of now: one is good for a quarter of an hour.

        None: the current context, for a platform of which no more is known.
        """
        self._namespace = namespace
        self._reader = reader_of_cluster

    def execute(self, deployment: str, command: Sequence[str], seconds: float) -> str:
        """What the command writes to its output.

        Raises:
            KubectlError: no kubectl, no access, no such Deployment, or no end in time.
            CommandError: the command has failed.
        """
        return self.run(["exec", f"deployment/{deployment}", "--", *command], seconds)

    def run(self, arguments: Sequence[str], seconds: float) -> str:
        """What kubectl writes to its output. Raises as `execute` does."""
        program = shutil.which("kubectl")
        if program is None:
            raise KubectlError("there is no kubectl on PATH")
        with tempfile.TemporaryDirectory() as folder:
            options, environment = ["--namespace", self._namespace], dict(os.environ)
            if self._reader is not None:
                kubeconfig = Path(folder) / "kubeconfig"  # the folder is this user's alone
                kubeconfig.write_text(json.dumps(self._reader().kubeconfig()))
                options, environment["KUBECONFIG"] = ["--kubeconfig", str(kubeconfig), *options], str(kubeconfig)
            try:
                done = subprocess.run(
                    [program, *options, *arguments],
                    capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=seconds,
                    env=environment, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                told = arguments[arguments.index("--") + 1 :] if "--" in arguments else arguments
                raise KubectlError(f"`{' '.join(told)}` did not end in {seconds:.0f} s") from error
            except OSError as error:
                raise KubectlError(f"{program} can't be run: {error}") from error
        if done.returncode == 0:
            return done.stdout
        if IN_THE_POD in done.stderr:
            raise CommandError(f"{done.stdout}\n{done.stderr}")
        raise KubectlError(_last_line(done.stderr) or f"kubectl ended with {done.returncode}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
