"""Secrets of `make local`: a file here, and the release that is rendered from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk8s
import yaml

from k8s.airflow.key_ring import KeyRing
from k8s.airflow.release import release
from k8s.local import change_secret, kept_secrets, local_bindings
from k8s.render import render
from operations.rotate.deployments import Deployments, readers
from settings import LocalEnvironment
from settings.facts.secrets import Secret
from settings.images import airflow_as_pulled

ANNOTATION = "checksum/secrets"
"""Of pods: what they were made for (k8s/airflow/charts/secret_files.py)."""

APPLY_SECONDS = 120


@dataclass(frozen=True)
class OnKubernetes:
    """An environment without AWS, on the cluster of kubectl's current context."""

    settings: LocalEnvironment
    file: Path
    """Where its secrets are kept."""

    manifest: Path
    """Where `make local` writes it."""

    deployments: Deployments

    def read(self, row: Secret) -> KeyRing:
        """From the file."""
        return KeyRing.parse(kept_secrets(self.file).values[row.generated_key])

    def write(self, row: Secret, ring: KeyRing) -> None:
        """To the file; the cluster has it with the next roll."""
        change_secret(self.file, row.generated_key, str(ring))

    def is_rolled(self, row: Secret) -> bool:
        """Whether the cluster has what the file would be rendered to."""
        wanted = annotations(self._rendered())
        return all(self.deployments.annotation(each, ANNOTATION) == wanted[each] for each in readers(row))

    def roll(self, row: Secret) -> None:
        """`kubectl apply` of the whole release: pods of other components stay, as nothing of theirs has changed."""
        self.manifest.parent.mkdir(exist_ok=True)
        self.manifest.touch(mode=0o600)  # it holds the secrets
        self.manifest.write_text(rendered := self._rendered())
        self.deployments.run(["apply", "--filename", str(self.manifest)], APPLY_SECONDS)
        wanted = annotations(rendered)
        self.deployments.wait({each: wanted[each] for each in readers(row)}, ANNOTATION)

    def run(self, command: Sequence[str], seconds: float) -> str:
        """In the scheduler's container."""
        return self.deployments.execute(command, seconds)

    def _rendered(self) -> str:
        bindings = local_bindings(self.settings, kept_secrets(self.file))
        return render(release(cdk8s.App(), airflow=airflow_as_pulled(self.settings), bindings=bindings))


def annotations(rendered: str) -> dict[str, str]:
    """Deployment -> the annotation of its pods."""
    objects: list[dict[str, Any]] = [each for each in yaml.safe_load_all(rendered) if each]
    return {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["annotations"].get(ANNOTATION, "")
        for each in objects
        if each["kind"] == "Deployment"
    }
