"""What snapshots hold: templates and charts without the hashes that only repeat what stands elsewhere in them."""

import json
import re
from typing import Any

from tests.support.templates import Template

ASSET = re.compile(r"[0-9a-f]{64}")
JOB_NAME = re.compile(r"-[0-9a-f]{10}$")


def masked_template(template: Template) -> Template:
    """A template without the hashes of assets, which follow the bytes of files and not what they do.

    Logical ids stay: another one is another resource.
    """
    found: Template = json.loads(ASSET.sub("<asset>", json.dumps(template)))
    return found


def masked_objects(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kubernetes objects without what follows a ConfigMap or a Job: checksums of the one, the other's name.

    The ConfigMap and the Job stand in a snapshot themselves, so a change is seen where it was made, once.
    """
    found: list[dict[str, Any]] = json.loads(json.dumps(objects))
    for obj in found:
        if obj["kind"] == "Job":
            obj["metadata"]["name"] = JOB_NAME.sub("-<hash>", obj["metadata"]["name"])
        pod = obj.get("spec", {}).get("template", {}).get("metadata", {})
        for key in pod.get("annotations", {}):
            if key.startswith("checksum/"):
                pod["annotations"][key] = "<checksum>"
    return found


def contents(template: Template) -> dict[str, str]:
    """Logical id -> type, and what happens to it when its stack is deleted or it is replaced."""
    return {
        name: " ".join(
            [
                resource["Type"],
                *(f"{key}={resource[key]}" for key in ("DeletionPolicy", "UpdateReplacePolicy") if key in resource),
            ]
        )
        for name, resource in sorted(template["Resources"].items())
    }
