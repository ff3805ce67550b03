"""The pinned CDK CLI, with a home of its own, dummy credentials and no way but loopback."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from standins.aws import process
from standins.aws.loopback import ACCOUNT, CREDENTIALS, REGION, ROOT, LoopbackAws

CLI = ROOT / "node_modules" / ".bin" / "cdk"
APP = ".venv/bin/python app.py"
PROGRESS_SECONDS = 10


class CdkError(Exception):
    """The CLI ended with an error; the text is the end of what it printed, which names the resource and the reason."""


@dataclass(frozen=True)
class Run:
    """A finished run of the CLI."""

    code: int
    output: str
    seconds: float


class Cdk:
    """Runs the CLI against the loopback AWS. Its synth output and its home are folders of the tests."""

    def __init__(self, folder: Path, aws: LoopbackAws) -> None:
        self._folder, self._number = folder, 0
        self.assembly = str(folder / "cdk.out")
        """What the last run synthesized; as an `app`, it saves the next run the same synth."""
        home = folder / "cdk-home"
        home.mkdir(parents=True)
        # The day must not decide on a test: without this, versions are refused when their support has ended.
        (home / ".cdk.json").write_text('{"context": {"any_version": "true"}}')
        keep = ("LANG", "LC_ALL", "TERM")
        self._environment = {
            **{name: os.environ[name] for name in keep if name in os.environ},
            **CREDENTIALS,
            "PATH": f"{CLI.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "HOME": str(home),
            "TMPDIR": str(home),
            "CDK_HOME": str(home),
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # The template validator is two thirds of synth time, and `make synth` runs it.
            "CDK_VALIDATION": "false",
            # Unpacked once for all rehearsals: more than half of a first synth.
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(ROOT / ".venv-rehearsal" / "jsii"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "CI": "true",
            # Neither could be reached: each would wait for its time limit.
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
        }

    def bootstrap(self) -> Run:
        """Make the bootstrap stack of the loopback account; outside of the project, whose app it would synthesize."""
        return self("bootstrap", f"aws://{ACCOUNT}/{REGION}", app=None)

    def __call__(
        self, command: str, *arguments: str, environment: str | Path = "dev", app: str | None = APP, check: bool = True
    ) -> Run:
        """Run a command on the app, with an environment's name or file.

        Raises:
            CdkError: the CLI ended with an error, unless `check` is false.
        """
        of_app = ["--app", app, "--context", f"environment={environment}"] if app else []
        output = [] if app == self.assembly else ["--output", self.assembly]
        line = [str(CLI), command, *arguments, *of_app, *output, "--no-color", "--ci"]
        folder = ROOT if app else self._folder
        return self._run(line, f"cdk {command} {' '.join(arguments)} ({Path(environment).name})", folder, check)

    def operation(self, module: str, *arguments: str, tools: Path | None = None, check: bool = True) -> Run:
        """Run one of the project's own commands, as `make` does without a terminal, against the loopback AWS.

        `tools`: a folder that stands first on its PATH.

        Raises:
            CdkError: it ended with an error, unless `check` is false.
        """
        line = [str(ROOT / ".venv" / "bin" / "python"), "-m", module, *arguments]
        return self._run(line, f"{module} {' '.join(arguments)}", ROOT, check, tools)

    def _run(self, line: list[str], title: str, folder: Path, check: bool, tools: Path | None = None) -> Run:
        self._number += 1
        log = self._folder / f"{self._number:02}.log"
        say(title)
        started = time.monotonic()
        path = [str(tools)] if tools else []
        environment = {**self._environment, "PATH": os.pathsep.join([*path, self._environment["PATH"]])}
        running = process.start(line, environment, log, folder)
        try:
            self._follow(running, log, started)
        finally:
            process.stop(running)
        run = Run(running.returncode, log.read_text(errors="replace"), time.monotonic() - started)
        say(f"  {'done' if run.code == 0 else f'ended with {run.code}'} in {run.seconds:.0f} s")
        if check and run.code:
            raise CdkError(f"{title} ended with {run.code}:\n{run.output[-6000:]}")
        return run

    @staticmethod
    def _follow(running: subprocess.Popen[bytes], log: Path, started: float) -> None:
        """Wait, and show the last line now and then."""
        told = started
        while running.poll() is None:
            time.sleep(0.1)
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                lines = log.read_text(errors="replace").rstrip().splitlines()
                say(f"  {told - started:4.0f} s  {lines[-1][:150] if lines else ''}")


def say(text: str) -> None:
    """Progress, past pytest's capture."""
    print(text, file=sys.__stderr__, flush=True)
