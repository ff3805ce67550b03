"""What the handlers talk to, in memory: a cluster behind kubectl, and Lambda's context."""

import copy
import json
from collections.abc import Sequence
from typing import Any

from airflow_platform.handlers.manifest.kubectl import Finished, Kubectl
from airflow_platform.handlers.manifest.record import CONFIG_MAP
from airflow_platform.handlers.response import Deadline

Json = dict[str, Any]
Key = tuple[str, str, str]
OWNER = "airflow-on-eks/manifest"


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.01)

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, self)


class Context:
    """Lambda's context object."""

    def __init__(self, seconds: float = 900) -> None:
        self._milliseconds = int(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def key(obj: Json) -> Key:
    return obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


class FakeCluster:
    """A kubectl that keeps objects in a dictionary and does what the handler's commands ask.

    `status` gives objects a status by kind and name; `refused` makes apply or delete fail for a name; an object of
    `held` gets a deletion time and stays. Everything that kubectl was asked is in `commands`.
    """

    def __init__(self) -> None:
        self.objects: dict[Key, Json] = {}
        self.status: dict[tuple[str, str], Json] = {}
        self.refused: dict[tuple[str, str], str] = {}
        self.held: set[str] = set()
        self.unknown_kinds: set[str] = set()
        self.failures: list[str] = []
        self.pods: list[Json] = []
        self.replica_sets: list[Json] = []
        self.events: list[Json] = []
        self.commands: list[tuple[str, ...]] = []

    @property
    def kubectl(self) -> Kubectl:
        return Kubectl(self.run, sleep=lambda seconds: None)

    def asked(self, verb: str) -> list[tuple[str, ...]]:
        return [command for command in self.commands if command[0] == verb]

    def names(self, kind: str) -> list[str]:
        return sorted(name for found, _, name in self.objects if found == kind)

    def run(self, arguments: Sequence[str], stdin: str | None) -> Finished:
        self.commands.append(tuple(arguments))
        if self.failures:
            return Finished(1, "", self.failures.pop(0))
        verbs = {
            "apply": self._apply,
            "delete": self._delete,
            "get": self._get,
            "patch": self._patch,
            "logs": self._logs,
        }
        return verbs[arguments[0]](list(arguments), json.loads(stdin)["items"] if stdin else [])

    def _apply(self, _: list[str], objects: list[Json]) -> Finished:
        errors = []
        for obj in objects:
            refusal = self.refused.get(("apply", obj["metadata"]["name"]))
            if refusal:
                errors.append(refusal)
                continue
            live = self.objects.get(key(obj), {})
            made = copy.deepcopy(obj)
            made["metadata"]["generation"] = live.get("metadata", {}).get("generation", 0) + (
                0 if live.get("spec") == obj.get("spec") else 1
            )
            made["metadata"]["uid"] = f"uid-of-{made['metadata']['name']}"
            if "data" in live:
                made.setdefault("data", live["data"])
            self.objects[key(obj)] = made
        return Finished(1, "", "\n".join(errors)) if errors else Finished(0, "", "")

    def _delete(self, _: list[str], objects: list[Json]) -> Finished:
        errors = []
        for obj in objects:
            name = obj["metadata"]["name"]
            refusal = self.refused.get(("delete", name))
            if refusal:
                errors.append(refusal)
            elif name in self.held and key(obj) in self.objects:
                self.objects[key(obj)]["metadata"]["deletionTimestamp"] = "now"
            else:
                self.objects.pop(key(obj), None)
        return Finished(1, "", "\n".join(errors)) if errors else Finished(0, "", "")

    def _get(self, arguments: list[str], objects: list[Json]) -> Finished:
        if arguments[1] == "events":
            reasons = [reason.partition("=")[2] for reason in arguments if reason.startswith("reason=")]
            found = [event for event in self.events if not reasons or event["reason"] in reasons]
            return Finished(0, json.dumps({"kind": "List", "items": found}), "")
        if arguments[1] in ("pods", "replicasets.apps,pods"):
            found = [{"kind": "Pod", **pod} for pod in self.pods]
            found += self.replica_sets if arguments[1] != "pods" else []
            return Finished(0, json.dumps({"kind": "List", "items": found}), "")
        unknown = [obj for obj in objects if obj["kind"] in self.unknown_kinds]
        if unknown:
            return Finished(1, "", f'error: no matches for kind "{unknown[0]["kind"]}" in version "v1"')
        live = [
            {**self._with_status(self.objects[key(obj)]), "apiVersion": obj["apiVersion"]}  # in the version asked for
            for obj in objects
            if key(obj) in self.objects
        ]
        if not live:
            return Finished(0, "", "")
        return Finished(0, json.dumps(live[0] if len(live) == 1 else {"kind": "List", "items": live}), "")

    def _patch(self, arguments: list[str], _: list[Json]) -> Finished:
        name, namespace = arguments[2], arguments[4]
        found = self.objects.get(("ConfigMap", namespace, name))
        if found is None:
            return Finished(1, "", f'Error from server (NotFound): configmaps "{name}" not found')
        data = {**found.get("data", {}), **json.loads(arguments[-1])["data"]}
        found["data"] = {entry: value for entry, value in data.items() if value is not None}
        return Finished(0, "", "")

    def _logs(self, arguments: list[str], _: list[Json]) -> Finished:
        return Finished(0, f"last words of {arguments[1]}", "")

    def _with_status(self, obj: Json) -> Json:
        status = self.status.get((obj["kind"], obj["metadata"]["name"]), ready_status(obj))
        return {**obj, "status": {"observedGeneration": obj["metadata"]["generation"], **status}}


def ready_status(obj: Json) -> Json:
    """The status of an object with which all is well."""
    replicas = obj.get("spec", {}).get("replicas", 1)
    statuses: dict[str, Json] = {
        "Job": {"conditions": [{"type": "Complete", "status": "True"}]},
        "PersistentVolumeClaim": {"phase": "Bound"},
        "Deployment": {"replicas": replicas, "updatedReplicas": replicas, "availableReplicas": replicas},
    }
    return statuses.get(obj["kind"], {})


def thing(kind: str, name: str, api: str = "v1", owner: str = "AirflowStack/Step", **fields: Any) -> Json:
    """An object of a manifest, in the namespace airflow."""
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "airflow", "annotations": {OWNER: owner}},
        **fields,
    }


def deployment(name: str = "web", image: str = "airflow:1", replicas: int = 1) -> Json:
    return thing(
        "Deployment",
        name,
        "apps/v1",
        spec={"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "image": image},
    )


def job(name: str = "migrate", image: str = "airflow:1") -> Json:
    return thing("Job", name, "batch/v1", spec={"image": image})


def failed(message: str = "out of luck") -> Json:
    """The status of a Job that has failed."""
    return {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": message}]}


def event(request: str, manifest: list[Json], old: list[Json] | None = None, timeout_seconds: int = 60) -> Json:
    """A request of CloudFormation's; numbers arrive as strings."""
    made: Json = {
        "RequestType": request,
        "ResponseURL": "https://example.com/answer",
        "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/airflow-test-airflow/1",
        "RequestId": "request-1",
        "LogicalResourceId": "Step",
        "ResourceProperties": {"Manifest": json.dumps(manifest), "TimeoutSeconds": str(timeout_seconds)},
    }
    if request != "Create":
        made["PhysicalResourceId"] = "airflow-test-airflow/Step"
    if old is not None:
        made["OldResourceProperties"] = {"Manifest": json.dumps(old)}
    return made


UNAVAILABLE = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 0}
"""A Deployment's status: its only pod is not ready."""


def record(cluster: FakeCluster) -> dict[str, str]:
    """What the handler remembers of manifests that rolled out well."""
    found: dict[str, str] = cluster.objects[("ConfigMap", "kube-system", CONFIG_MAP)].get("data", {})
    return found
