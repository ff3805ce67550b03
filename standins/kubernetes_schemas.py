"""Kubernetes objects against the schemas of a Kubernetes version: offline, strict, and no kind goes unchecked."""

import functools
from collections.abc import Mapping
from typing import Any

import jsonschema
import yaml
from kubernetes_validate import utils

# A megabyte of definitions would be read again for each object.
utils.schema_contents = functools.cache(utils.schema_contents)

METADATA = {
    "type": "object",
    "required": ["name", "namespace"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},
        "namespace": {"type": "string"},
        "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63}},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "additionalProperties": False,
}

SECRET_PROVIDER_CLASS = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "secrets-store.csi.x-k8s.io/v1"},
        "kind": {"const": "SecretProviderClass"},
        "metadata": METADATA,
        "spec": {
            "type": "object",
            "required": ["provider", "parameters"],
            "properties": {
                "provider": {"const": "aws"},
                "parameters": {
                    "type": "object",
                    "required": ["objects", "usePodIdentity"],
                    "properties": {
                        "objects": {"type": "string"},
                        "usePodIdentity": {"const": "true"},
                        "region": {"type": "string"},
                    },
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
"""What we use of the CRD (secrets-store-csi-driver) and of the AWS provider's parameters (its README)."""

SECRET_PROVIDER_OBJECTS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["objectName", "objectType", "objectAlias"],
        "properties": {
            "objectName": {"type": "string", "minLength": 1},
            "objectType": {"const": "secretsmanager"},
            "objectAlias": {"type": "string", "pattern": "^[a-z0-9.-]+$"},
        },
        "additionalProperties": False,
    },
}
"""The YAML text in `parameters.objects`."""


def validate(obj: Mapping[str, Any], version: str) -> list[str]:
    """What is wrong with an object, one sentence each; a kind without a schema is wrong too."""
    if obj["kind"] == "SecretProviderClass":
        return errors(obj, SECRET_PROVIDER_CLASS) or errors(
            yaml.safe_load(obj["spec"]["parameters"]["objects"]), SECRET_PROVIDER_OBJECTS
        )
    try:
        used = utils.validate(dict(obj), version, strict=True)
    except utils.SchemaNotFoundError as error:
        return [error.message]
    except jsonschema.ValidationError as error:
        return [f"{error.json_path}: {error.message}"]
    return [] if used == version else [f"There is no schema of Kubernetes {version}; {used} would be used."]


def errors(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """The errors of a value against a JSON schema, each with its path."""
    return [
        f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(value)
    ]
