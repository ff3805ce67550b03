"""The Deployments whose pods read a secret: what they were made with, and the wait for pods that were made anew."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from k8s.airflow.components import COMPONENTS
from k8s.names import SCHEDULER
from operations.doctor.kubectl import CommandError, Kubectl, KubectlError
from operations.rotate.steps import CommandFailedError, RotationError
from settings.facts.secrets import Secret

Json = dict[str, Any]
SECONDS = 60
"""Of one kubectl command that asks or changes something."""

PAUSE_SECONDS = 3


LABELS = {component.name: component.label for component in COMPONENTS}
"""Deployment -> value of its pods' label app.kubernetes.io/component."""


def readers(row: Secret) -> tuple[str, ...]:
    """The Deployments whose pods read a secret. Jobs read it too, and start with what is written."""
    return tuple(component.name for component in COMPONENTS if row.key in component.secrets)


@dataclass(frozen=True)
class Deployments:
    """Of the components on one cluster."""

    kubectl: Kubectl
    minutes: int
    """How long pods may take to be made anew."""

    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)

    def annotation(self, deployment: str, name: str) -> str | None:
        """Of the template of its pods. Raises RotationError."""
        template = self._get("deployment", deployment)["spec"]["template"]
        found: str | None = (template["metadata"].get("annotations") or {}).get(name)
        return found

    def annotate(self, deployment: str, name: str, value: str) -> None:
        """Change an annotation of the template, which makes the pods anew; the same value makes none.

        A deployment leaves it alone: its manifests do not speak of it. Raises RotationError.
        """
        patch = {"spec": {"template": {"metadata": {"annotations": {name: value}}}}}
        self.run(["patch", "deployment", deployment, "--type", "merge", "--patch", json.dumps(patch)])

    def wait(self, wanted: Mapping[str, str], name: str) -> None:
        """Until each Deployment's pods all have its value of an annotation, are ready, and no other pod is left.

        A pod that ends still signs, encrypts and connects with what it has read. Raises RotationError.
        """
        end = self.clock() + 60 * self.minutes
        while late := [each for each in wanted if not self._is_there(each, name, wanted[each])]:
            if self.clock() > end:
                raise RotationError(
                    f"The pods of {', '.join(late)} were not all made anew within {self.minutes} minutes. What runs,"
                    " works; docs/runbooks/incidents.md, then run this again to go on"
                )
            self.sleep(PAUSE_SECONDS)

    def execute(self, command: Sequence[str], seconds: float) -> str:
        """The output of a command in the scheduler's container. Raises CommandFailedError, RotationError."""
        try:
            return self.kubectl.execute(SCHEDULER, command, seconds)
        except CommandError as error:
            lines = [line for line in str(error).splitlines() if line.strip() and "command terminated" not in line]
            raise CommandFailedError(f"`{' '.join(command)}` has failed: {lines[-1] if lines else error}") from error
        except KubectlError as error:
            raise RotationError(f"`{' '.join(command)}` could not be run: {error}") from error

    def run(self, arguments: Sequence[str], seconds: float = SECONDS) -> str:
        """What kubectl answers. Raises RotationError."""
        try:
            return self.kubectl.run(arguments, seconds)
        except (KubectlError, CommandError) as error:
            raise RotationError(f"kubectl {arguments[0]}: {error}") from error

    def _is_there(self, name: str, annotation: str, value: str) -> bool:
        deployment = self._get("deployment", name)
        status, replicas = deployment.get("status") or {}, deployment["spec"]["replicas"]
        counts = [status.get(each, 0) for each in ("replicas", "updatedReplicas", "readyReplicas")]
        if status.get("observedGeneration") != deployment["metadata"]["generation"] or counts != [replicas] * 3:
            return False
        return all(value == found for found in self._values(name, annotation))

    def _values(self, name: str, annotation: str) -> Iterator[str | None]:
        """Of its pods, those that end too."""
        for pod in self._get("pods", "--selector", f"app.kubernetes.io/component={LABELS[name]}")["items"]:
            yield (pod["metadata"].get("annotations") or {}).get(annotation)

    def _get(self, *words: str) -> Json:
        document: Json = json.loads(self.run(["get", *words, "--output", "json"]))
        return document
