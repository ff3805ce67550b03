"""The Deployments whose pods read a secret: what they were made with, and the wait for pods that were made anew."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from k8s.airflow.components import COMPONENTS, Component
from k8s.names import SCHEDULER
from operations.doctor.kubectl import CommandError, Kubectl, KubectlError
from operations.rotate.steps import CommandFailedError, RotationError
from settings.facts.secrets import Secret

Json = dict[str, Any]
SECONDS = 60
"""Of one kubectl command that asks or changes something."""

PAUSE_SECONDS = 3


def readers(row: Secret) -> tuple[Component, ...]:
    """The components whose pods read a secret. Jobs read it too, and start with what is written."""
    return tuple(component for component in COMPONENTS if row.key in component.secrets)


@dataclass(frozen=True)
class Deployments:
    """Of the components on one cluster."""

    kubectl: Kubectl
    minutes: int
    """How long pods may take to be made anew."""

    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)

    def annotation(self, component: Component, name: str) -> str | None:
        """Of the template of a component's pods. Raises RotationError."""
        template = self._get("deployment", component.name)["spec"]["template"]
        found: str | None = (template["metadata"].get("annotations") or {}).get(name)
        return found

    def annotate(self, component: Component, name: str, value: str) -> None:
        """Change an annotation of the template, which makes the pods anew; the same value makes none.

        A deployment leaves it alone: its manifests do not speak of it. Raises RotationError.
        """
        patch = {"spec": {"template": {"metadata": {"annotations": {name: value}}}}}
        self.run(["patch", "deployment", component.name, "--type", "merge", "--patch", json.dumps(patch)])

    def wait(self, wanted: Mapping[Component, str], name: str) -> None:
        """Until each component's pods all have its value of an annotation, are ready, and no other pod is left.

        A pod that ends still signs, encrypts and connects with what it has read. Raises RotationError.
        """
        end = self.clock() + 60 * self.minutes
        while late := [component for component in wanted if not self._is_there(component, name, wanted[component])]:
            if self.clock() > end:
                names = ", ".join(component.name for component in late)
                raise RotationError(
                    f"The pods of {names} were not all made anew within {self.minutes} minutes. What runs, works;"
                    " docs/runbooks/incidents.md, then run this again to go on"
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

    def _is_there(self, component: Component, name: str, value: str) -> bool:
        deployment = self._get("deployment", component.name)
        status, replicas = deployment.get("status") or {}, deployment["spec"]["replicas"]
        counts = [status.get(each, 0) for each in ("replicas", "updatedReplicas", "readyReplicas")]
        if status.get("observedGeneration") != deployment["metadata"]["generation"] or counts != [replicas] * 3:
            return False
        return all(value == found for found in self._values(component, name))

    def _values(self, component: Component, name: str) -> Iterator[str | None]:
        """Of the component's pods, those that end too."""
        for pod in self._get("pods", "--selector", f"app.kubernetes.io/component={component.label}")["items"]:
            yield (pod["metadata"].get("annotations") or {}).get(name)

    def _get(self, *words: str) -> Json:
        document: Json = json.loads(self.run(["get", *words, "--output", "json"]))
        return document
