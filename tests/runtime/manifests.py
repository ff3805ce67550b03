"""The rendered manifests of environments/local.yaml, step by step, as `make local` writes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk8s
import yaml

from k8s.airflow_options import environment_variable
from k8s.bindings import GeneratedSecrets
from k8s.local import local_bindings
from k8s.release import release
from k8s.render import render
from settings import load_local_environment

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """What is applied together, after the steps before it have rolled out."""

    id: str
    manifests: list[Json]


def rendered(secrets: GeneratedSecrets, *, version: str | None = None, without: Iterable[str] = ()) -> list[Step]:
    """The local environment's steps, in order.

    Args:
        secrets: as `make local` generates and keeps them.
        version: of Airflow; default that of the environment.
        without: Airflow options (`section.option`) to leave out, to see what happens without them.
    """
    settings = load_local_environment("local", ROOT)
    airflow = settings.airflow if version is None else settings.airflow.model_copy(update={"version": version})
    steps = release(cdk8s.App(), airflow=airflow, bindings=local_bindings(settings, secrets))
    left_out = [environment_variable(option) for option in without]
    return [
        Step(step.id, [_without(each, left_out) for each in yaml.safe_load_all(render([step])) if each])
        for step in steps
    ]


def _without(manifest: Json, variables: list[str]) -> Json:
    """The manifest without these environment variables, in the ConfigMap and in the template of task pods."""
    data = manifest.get("data") or {}
    if manifest["kind"] != "ConfigMap" or not variables:
        return manifest
    kept = {key: value for key, value in data.items() if key.removesuffix("_CMD") not in variables}
    if "pod-template.yaml" in kept:
        pod = yaml.safe_load(kept["pod-template.yaml"])
        for container in pod["spec"]["containers"]:
            container["env"] = [each for each in container["env"] if each["name"] not in variables]
        kept["pod-template.yaml"] = yaml.safe_dump(pod)
    return {**manifest, "data": kept}
