"""The rendered manifests of tests/environments/local.yaml, step by step, as `make local` writes them."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cdk8s
import yaml

from k8s.airflow.pods import paths
from k8s.airflow.pods.options import environment_variable
from k8s.airflow.release import release
from k8s.bindings import FrontDoor, GeneratedSecrets
from k8s.local import local_bindings
from k8s.render import render
from settings import load_local_environment
from settings.facts.front_door import NODE_PORT
from settings.model.airflow import AirflowSettings
from tests.support.environments import TESTS
from tests.support.git_server import TOKEN, GitServer

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """What is applied together, after the steps before it have rolled out."""

    id: str
    manifests: list[Json]


GIT_BUNDLE, CREDENTIAL = "repository", "git-token"
DOOR = FrontDoor(node_port=NODE_PORT, node_cidrs=("127.0.0.0/8",))


def rendered(
    secrets: GeneratedSecrets,
    *,
    version: str | None = None,
    without: Iterable[str] = (),
    changes: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    git: GitServer | None = None,
    public_url: str | None = None,
) -> list[Step]:
    """The local environment's steps, in order.

    Args:
        secrets: as `make local` generates and keeps them.
        version: of Airflow; default that of the environment.
        without: what to leave out, to see what happens without it: Airflow options (`section.option`) and fields of
            the manifests (`automountServiceAccountToken`), wherever they stand.
        changes: settings of `airflow`, also such as need AWS.
        environment: of each component's container beside its own, as EKS adds it.
        git: what a second bundle beside the DAG folder is of; default none, as in the environment.
        public_url: where a load balancer before the nodes lets people in; default there is none.
    """
    settings = load_local_environment("local", TESTS)
    changed = {**({} if version is None else {"version": version}), **(changes or {})}
    airflow = type(settings.airflow).model_validate({**settings.airflow.model_dump(), **changed})
    if git is not None:
        airflow = with_git_bundle(airflow, git)
    bindings = local_bindings(settings, secrets)
    if public_url is not None:
        airflow = airflow.model_copy(update={"base_url": public_url})
        bindings = replace(bindings, front_door=DOOR)
    steps = release(cdk8s.App(), airflow=airflow, bindings=bindings)
    left_out = {environment_variable(each) if "." in each else each for each in without}
    made = [
        Step(
            step.id,
            [_with(_without(each, left_out), environment or {}) for each in yaml.safe_load_all(render([step])) if each],
        )
        for step in steps
    ]
    for step in made:
        if git is not None and step.id == "GitSync":
            _prepare(step.manifests, git)
    return made


def with_git_bundle(airflow: AirflowSettings, git: GitServer) -> AirflowSettings:
    """The settings with two bundles: the DAG folder, under the name that it has without the setting, and a repository.

    The server's address stands in it: it must listen.
    """
    source = {"url": git.url, "subdir": "dags", "refresh_seconds": 10, "credential": CREDENTIAL}
    bundles = {"dags-folder": {"folder": "."}, GIT_BUNDLE: {"git": source}}
    return AirflowSettings.model_validate({**airflow.model_dump(), "dag_bundles": bundles})


def _prepare(manifests: list[Json], git: GitServer) -> None:
    """What people make by hand: the Secret. And the authority of the server, which an image would have."""
    manifests.insert(
        0,
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": CREDENTIAL, "namespace": "airflow"},
            "type": "Opaque",
            "data": {
                "credential": b64encode(TOKEN.encode()).decode(),
                "authority": b64encode(git.certificates.authority.read_bytes()).decode(),
            },
        },
    )
    (deployment,) = [each for each in manifests if each["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    container["env"].append({"name": "GIT_SSL_CAINFO", "value": f"{paths.SECRETS}/{GIT_BUNDLE}/authority"})


def _with(manifest: Json, environment: Mapping[str, str]) -> Json:
    """A manifest with environment variables in the containers of its Deployment."""
    if manifest["kind"] == "Deployment":
        for container in manifest["spec"]["template"]["spec"]["containers"]:
            container["env"] += [{"name": name, "value": value} for name, value in environment.items()]
    return manifest


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
