"""The loopback AWS as the tests see it: start it, talk to it, ask what is left in it, stop it."""

import base64
import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from settings.facts.versions import KUBERNETES_VERSIONS
from standins.aws import process
from standins.kubernetes_api import KubernetesApi

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-rehearsal" / "bin" / "python"
REGION, ACCOUNT = "us-east-1", "000000000000"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal"}
START_SECONDS = 60


class LoopbackAws:
    """A process of the emulator, whose EKS clusters are the Kubernetes stand-in; a context manager."""

    def __init__(self, folder: Path, kubernetes: KubernetesApi, kubectl: Path, speed: float = 10) -> None:
        """`speed`: how much faster than the wall clock the Lambda functions wait (see lambda_site)."""
        self._folder, self._log = folder, folder / "emulator.log"
        self._port = process.free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        home = folder / "emulator"
        home.mkdir(parents=True)
        certificate = base64.b64encode(kubernetes.certificate_authority.read_bytes()).decode()
        self._environment = {
            # Our kubectl stands first: the handlers look for the layer's, and /opt is not emulated.
            "PATH": f"{kubectl.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONPATH": f"{ROOT / 'standins/aws/lambda_site'}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MINISTACK_HOST": "127.0.0.1",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            "LAMBDA_EXECUTOR": "local",
            "NO_PROXY": "127.0.0.1,localhost",
            "REHEARSAL_SPEED": str(speed),
            "REHEARSAL_KUBERNETES_ENDPOINT": kubernetes.url,
            "REHEARSAL_KUBERNETES_CERTIFICATE": certificate,
            "REHEARSAL_KUBERNETES_VERSIONS": " ".join(KUBERNETES_VERSIONS),
        }

    @property
    def log(self) -> str:
        """What the emulator and the functions printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def __enter__(self) -> "LoopbackAws":
        if not PYTHON.exists():
            raise RuntimeError(f"{PYTHON.relative_to(ROOT)} is missing: `make rehearse` makes it")
        command = [str(PYTHON), "-m", "standins.aws.emulator"]
        self._process = process.start(command, self._environment, self._log, ROOT)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        process.stop(self._process)

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"the emulator ended with {self._process.returncode}:\n{self.log[-3000:]}")
            try:
                self._read("/_ministack/health")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the emulator did not answer within {START_SECONDS} s:\n{self.log[-3000:]}")

    def _read(self, path: str) -> Json:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}{path}", timeout=10) as answer:
            document: Json = json.load(answer)
            return document

    def client(self, service: str) -> Any:
        """A boto3 client."""
        import boto3

        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def resources(self, *types: str) -> list[Json]:
        """What CloudFormation has made and not deleted, of some types or of all."""
        found: list[Json] = self._read("/rehearsal/resources")["resources"]
        return [resource for resource in found if not types or resource["type"] in types]

    def traffic_sources(self) -> dict[str, list[str]]:
        """Auto Scaling group of a node group -> the target groups that are attached to it."""
        found: dict[str, list[str]] = self._read("/rehearsal/traffic-sources")["groups"]
        return found

    def operations(self) -> list[Json]:
        """All creations, updates, replacements and deletions, in order."""
        found: list[Json] = self._read("/rehearsal/operations")["operations"]
        return found

    def fail(self, faults: dict[str, str]) -> None:
        """Resource types that AWS can't make from now on, and why; an empty mapping for all is well."""
        self._read(f"/rehearsal/faults?{urlencode(faults)}")

    def account(self, **changes: object) -> None:
        """What AWS says of the account from now on, changed from a healthy one (standins/aws/account.py)."""
        self._read(f"/rehearsal/account?{urlencode({'changes': json.dumps(changes)})}")

    def files(self, file_system: str, **written: str) -> dict[str, str]:
        """What a mount of a file system shows, path -> text, after what is `written` (`path`, `text`) to it."""
        found: dict[str, str] = self._read(f"/rehearsal/files?{urlencode({'file_system': file_system, **written})}")[
            "files"
        ]
        return found

    def rows(self, database: str, *written: str) -> list[str]:
        """What is in a database, after what is `written` to it now."""
        question = [("database", database), *(("row", row) for row in written)]
        found: list[str] = self._read(f"/rehearsal/rows?{urlencode(question)}")["rows"]
        return found

    def stack_status(self, name: str) -> str | None:
        """A stack's status, or None when there is none (any more)."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        living = [s["StackStatus"] for s in stacks if s["StackName"] == name and s["StackStatus"] != "DELETE_COMPLETE"]
        return living[0] if living else None

    def stack_events(self, name: str) -> list[Json]:
        """A stack's events, oldest first."""
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name)
        return [event for page in pages for event in page["StackEvents"]][::-1]
