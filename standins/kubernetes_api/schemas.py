"""Kubernetes' own schemas, offline: what a field may hold and how two versions of a list are merged.

They are the files of kubernetes-validate, which parses 1.6 MB for each object that it checks; here they are read once.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]
VERSION = "1.36.0"

CUSTOM: dict[str, Json] = {
    "SecretProviderClass": {
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", "metadata"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "status": {"type": "object"},
            "spec": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "provider": {"type": "string"},
                    "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
                    "secretObjects": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
    }
}
"""Schemas of custom resources, as their drivers' CustomResourceDefinitions have them."""


@cache
def definitions() -> Json:
    """All named types of the Kubernetes API."""
    text = files("kubernetes_validate").joinpath(f"kubernetes-json-schema/v{VERSION}-local-strict/_definitions.json")
    loaded: Json = json.loads(text.read_text())["$defs"]
    return loaded


@cache
def _by_kind() -> dict[tuple[str, str], Json]:
    found = {}
    for definition in definitions().values():
        for gvk in definition.get("x-kubernetes-group-version-kind") or ():
            api_version = f"{gvk['group']}/{gvk['version']}" if gvk["group"] else gvk["version"]
            found[api_version, gvk["kind"]] = definition
    return found


@cache
def of_kind(api_version: str, kind: str) -> Json:
    """The schema of a kind; empty (anything goes) for a custom kind without one of its own."""
    return CUSTOM.get(kind) or _by_kind().get((api_version, kind)) or {}


@cache
def _validator(api_version: str, kind: str) -> Draft202012Validator:
    root = {"$id": "urn:kubernetes", "$defs": definitions()}
    resource: Resource[Json] = DRAFT202012.create_resource(root)
    registry: Registry[Json] = Registry().with_resource("urn:kubernetes", resource)
    schema = json.loads(json.dumps(of_kind(api_version, kind)).replace('"#/$defs/', '"urn:kubernetes#/$defs/'))
    return Draft202012Validator(schema, registry=registry)


def errors(manifest: Json) -> list[str]:
    """What strict validation finds in an object: unknown fields, wrong types, missing required ones."""
    found = _validator(manifest["apiVersion"], manifest["kind"]).iter_errors(manifest)
    return [f"{'.'.join(str(part) for part in error.absolute_path) or 'object'}: {error.message}" for error in found]


def resolve(schema: Json) -> Json:
    """A schema with its reference followed; what stands beside the reference stays."""
    while reference := schema.get("$ref"):
        target = definitions()[reference.rsplit("/", 1)[1]]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def field(schema: Json, name: str) -> Json:
    """The schema of an object's field; empty when it is unknown."""
    schema = resolve(schema)
    known = (schema.get("properties") or {}).get(name)
    if known is None:
        more = schema.get("additionalProperties")
        known = more if isinstance(more, dict) else {}
    return resolve(known)


def items(schema: Json) -> Json:
    """The schema of a list's items."""
    return resolve(resolve(schema).get("items") or {})
