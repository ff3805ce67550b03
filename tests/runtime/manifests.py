"""The rendered manifests of tests/environments/local.yaml, step by step, as `make local` writes them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import cdk8s
import yaml

from k8s.airflow.pods.options import environment_variable
from k8s.airflow.release import release
from k8s.bindings import FrontDoor, GeneratedSecrets
from k8s.local import local_bindings
from k8s.render import render
from settings import load_local_environment
from settings.facts.front_door import NODE_PORT
from tests.support.environments import TESTS

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """What is applied together, after the steps before it have rolled out."""

    id: str
    manifests: list[Json]


DOOR = FrontDoor(node_port=NODE_PORT, node_cidrs=("127.0.0.0/8",))


def rendered(
    secrets: GeneratedSecrets, *, version: str | None = None, without: Iterable[str] = (), public_url: str | None = None
) -> list[Step]:
    """The local environment's steps, in order.

    Args:
        secrets: as `make local` generates and keeps them.
        version: of Airflow; default that of the environment.
        without: what to leave out, to see what happens without it: Airflow options (`section.option`) and fields of
            the manifests (`automountServiceAccountToken`), wherever they stand.
        public_url: where a load balancer before the nodes lets people in; default there is none.
    """
    settings = load_local_environment("local", TESTS)
    airflow = settings.airflow if version is None else settings.airflow.model_copy(update={"version": version})
    bindings = local_bindings(settings, secrets)
    if public_url is not None:
        airflow = airflow.model_copy(update={"base_url": public_url})
        bindings = replace(bindings, front_door=DOOR)
    steps = release(cdk8s.App(), airflow=airflow, bindings=bindings)
    left_out = {environment_variable(each) if "." in each else each for each in without}
    return [
        Step(step.id, [_without(each, left_out) for each in yaml.safe_load_all(render([step])) if each])
        for step in steps
    ]


def _without(value: Any, names: set[str]) -> Any:
    """A manifest, or a part of one, without these environment variables and fields."""
    if isinstance(value, list):
        return [
            _without(each, names)
            for each in value
            if not (isinstance(each, dict) and str(each.get("name")).removesuffix("_CMD") in names)
        ]
    if not isinstance(value, dict):
        return value
    kept = {key: _without(each, names) for key, each in value.items() if key.removesuffix("_CMD") not in names}
    if "pod-template.yaml" in kept and names:
        kept["pod-template.yaml"] = yaml.safe_dump(_without(yaml.safe_load(kept["pod-template.yaml"]), names))
    return kept
