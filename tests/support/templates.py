"""Reading synthesized templates: resources by type, who depends on whom, and the Kubernetes objects inside."""

import json
from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]
MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


def resources(template: Template, type_: str) -> dict[str, dict[str, Any]]:
    """The resources of a type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == type_}


def references(value: Any) -> Iterator[str]:
    """The logical ids that a piece of a template names (Ref, Fn::GetAtt, Fn::Sub is not used here)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref" and isinstance(inner, str):
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0] if isinstance(inner, list) else inner.split(".")[0]
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def needs(template: Template, logical_id: str) -> set[str]:
    """The resources that CloudFormation makes before `logical_id`, and deletes after it, transitively."""
    found: set[str] = set()
    waiting = [logical_id]
    while waiting:
        resource = template["Resources"][waiting.pop()]
        depends_on = resource.get("DependsOn", [])
        named = {depends_on} if isinstance(depends_on, str) else set(depends_on)
        named |= set(references(resource.get("Properties", {})))
        new = {name for name in named if name in template["Resources"]} - found
        found |= new
        waiting.extend(new)
    return found


def filled(value: Any) -> str:
    """A string of a template as it would be after deployment, a made-up value for each intrinsic function."""
    if isinstance(value, str):
        return value
    (function, argument), *_ = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(filled(part) for part in argument[1])
    if function == "Fn::GetAtt":
        argument = "-".join(argument)
    elif function == "Fn::ImportValue":
        argument = filled(argument)
    return "value-" + "".join(c if c.isalnum() else "-" for c in str(argument)).strip("-").lower()[-40:].strip("-")


def manifests(template: Template) -> dict[str, list[dict[str, Any]]]:
    """The Kubernetes objects of each manifest resource, by logical id."""
    return {
        name: json.loads(filled(resource["Properties"]["Manifest"]))
        for name, resource in resources(template, MANIFEST).items()
    }
