"""What the rules look at: an environment, its templates, and the Kubernetes objects inside them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import yaml

from operations.evidence.references import References, Template
from settings.model.environment import AwsEnvironment

Json = dict[str, Any]
MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
TASK_POD = "pod-template.yaml"
"""The key of a ConfigMap that holds the pod which the scheduler makes for a task; its other keys are task profiles."""


@dataclass(frozen=True)
class Resource:
    """A resource of a template."""

    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How findings name it: without the hash, which changes with the construct's path alone."""
        return f"{self.stack}/{re.sub('[0-9A-F]{8}$', '', self.logical_id)}"


@dataclass(frozen=True)
class Pod:
    """A pod that an object makes, or that the scheduler makes from its template."""

    owner: str
    """`Kind/namespace/name`."""

    namespace: str
    labels: Mapping[str, str]
    spec: Json

    @property
    def containers(self) -> list[Json]:
        """All of them, those that run before the others too."""
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    @property
    def account(self) -> str:
        """Its ServiceAccount."""
        return str(self.spec.get("serviceAccountName", "default"))


@dataclass(frozen=True)
class Subject:
    """An environment as it would be deployed."""

    settings: AwsEnvironment
    templates: Mapping[str, Template]
    """By the stacks' construct ids."""

    today: date
    """Support ends and acceptances expire by this day."""

    @cached_property
    def references(self) -> References:
        """How values of the templates become comparable text."""
        return References(self.templates)

    @cached_property
    def all_resources(self) -> list[Resource]:
        """Of every template."""
        return [
            Resource(stack, logical_id, body["Type"], body.get("Properties", {}), body)
            for stack, template in self.templates.items()
            for logical_id, body in template["Resources"].items()
        ]

    def resources(self, *types: str) -> list[Resource]:
        """Those of some types."""
        return [each for each in self.all_resources if each.type in types]

    def text(self, resource: Resource, value: Any) -> str:
        """A property's value as comparable text."""
        return self.references.text(resource.stack, value)

    @cached_property
    def machines(self) -> list[tuple[Resource, Mapping[str, Any]]]:
        """Instances, with what their launch template says; and launch templates that no instance of ours is made of."""
        templates = {
            self.references.text(each.stack, {"Ref": each.logical_id}): each
            for each in self.resources("AWS::EC2::LaunchTemplate")
        }
        found: list[tuple[Resource, Mapping[str, Any]]] = []
        for instance in self.resources("AWS::EC2::Instance"):
            used = self.text(instance, instance.properties.get("LaunchTemplate", {}).get("LaunchTemplateId", ""))
            template = templates.pop(used, None)
            below = template.properties["LaunchTemplateData"] if template else {}
            found.append((instance, {**below, **instance.properties}))
        return [*found, *((each, each.properties["LaunchTemplateData"]) for each in templates.values())]

    @cached_property
    def objects(self) -> list[Json]:
        """Every Kubernetes object, with the text of references in place of what CloudFormation fills in."""
        return [
            obj
            for manifest in self.resources(MANIFEST)
            for obj in json.loads(self.text(manifest, manifest.properties["Manifest"]))
        ]

    def of_kind(self, *kinds: str) -> list[Json]:
        """The Kubernetes objects of some kinds."""
        return [obj for obj in self.objects if obj["kind"] in kinds]

    @cached_property
    def pods(self) -> list[Pod]:
        """Every pod that these objects lead to."""
        return [pod for obj in self.objects for pod in _pods(obj)]


def name_of(obj: Json) -> str:
    """How findings name a Kubernetes object."""
    metadata = obj["metadata"]
    return "/".join(part for part in (obj["kind"], metadata.get("namespace", ""), metadata["name"]) if part)


def _pods(obj: Json) -> Iterator[Pod]:
    namespace = obj["metadata"].get("namespace", "")
    spec = obj.get("spec") or {}
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    template = obj if obj["kind"] == "Pod" else spec.get("template") or {}
    if "containers" in (template.get("spec") or {}):
        labels = template.get("metadata", {}).get("labels", {})
        yield Pod(name_of(obj), namespace, labels, template["spec"])
    data = obj.get("data") or {}
    if obj["kind"] != "ConfigMap" or TASK_POD not in data:
        return
    for key, text in data.items():
        pod = yaml.safe_load(text)
        of_profile = "" if key == TASK_POD else f"/{key.removesuffix('.yaml')}"
        owner = f"TaskPod/{namespace}/{obj['metadata']['name']}{of_profile}"
        yield Pod(owner, namespace, pod["metadata"]["labels"], pod["spec"])
