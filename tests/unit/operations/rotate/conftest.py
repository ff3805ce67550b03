"""A cluster as kubectl shows it: Deployments whose pods are made anew when their template changes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s.airflow.components import COMPONENTS
from operations.doctor.kubectl import Kubectl
from operations.rotate.deployments import Deployments

Json = dict[str, Any]


class FakeKubectl(Kubectl):
    """Answers for the Deployments of all components, each of which has one pod, and one of before for a while."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.templates: dict[str, dict[str, str]] = {row.name: {} for row in COMPONENTS}
        self.ending: dict[str, list[int | dict[str, str]]] = {}
        """Deployment -> how many looks its pod of before is seen, and its annotations."""
        self.stuck = False
        self.fails: Exception | None = None
        self.executed: list[list[str]] = []

    def execute(self, deployment: str, command: Sequence[str], seconds: float) -> str:
        if self.fails:
            raise self.fails
        self.executed.append([deployment, *command])
        return "600\n"

    def run(self, arguments: Sequence[str], seconds: float) -> str:
        if self.fails:
            raise self.fails
        self.calls.append(list(arguments))
        verb, *words = arguments
        if verb == "get":
            return json.dumps(self._deployment(words[1]) if words[0] == "deployment" else self._pods(words[2]))
        if verb == "patch":
            patch = json.loads(words[-1])["spec"]["template"]["metadata"]["annotations"]
            self.make(words[1], {**self.templates[words[1]], **patch})
        if verb == "apply":
            for each in yaml.safe_load_all(Path(words[1]).read_text()):
                if each and each["kind"] == "Deployment" and each["metadata"]["name"] in self.templates:
                    self.make(each["metadata"]["name"], each["spec"]["template"]["metadata"]["annotations"])
        return "kind-kind\n"

    def make(self, name: str, annotations: dict[str, str]) -> None:
        """Another template makes another pod; that of before is there a little longer."""
        if annotations != self.templates[name]:
            self.ending[name] = [2, self.templates[name]]
            self.templates[name] = annotations

    @property
    def rolled(self) -> list[str]:
        """The Deployments whose pods were made anew, in no order."""
        return sorted(self.ending)

    def _deployment(self, name: str) -> Json:
        counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas"), 0 if self.stuck else 1)
        return {
            "metadata": {"generation": 2},
            "spec": {"replicas": 1, "template": {"metadata": {"annotations": self.templates[name]}}},
            "status": {"observedGeneration": 2, **counts},
        }

    def _pods(self, selector: str) -> Json:
        [row] = [row for row in COMPONENTS if selector == f"app.kubernetes.io/component={row.label}"]
        shown = [self.templates[row.name]]
        before = self.ending.get(row.name)
        if before and before[0]:
            before[0] = int(str(before[0])) - 1
            shown.append(before[1])  # type: ignore[arg-type]
        return {"items": [{"metadata": {"annotations": each}} for each in shown]}


@pytest.fixture
def kubectl() -> FakeKubectl:
    return FakeKubectl()


@pytest.fixture
def deployments(kubectl: FakeKubectl) -> Deployments:
    """With a clock on which each pause is a minute."""
    slept: list[float] = []
    return Deployments(kubectl, minutes=15, clock=lambda: 60.0 * len(slept), sleep=slept.append)
