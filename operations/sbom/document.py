"""A bill of materials in CycloneDX 1.6: packages of Python and Node, container images, EKS add-ons."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[.*\])?==(?P<version>[^\s;\\]+)(?P<rest>[^\n]*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def document(
    *, name: str, version: str, lock: str, package_lock: Json, images: Sequence[str], addons: Sequence[str]
) -> Json:
    """The bill of an environment. The same input makes the same text: no time, no serial number.

    Args:
        lock: the text of requirements.lock.
        package_lock: package-lock.json.
        images: names of container images, as pods have them.
        addons: EKS's names of add-ons, whose images EKS chooses.
    """
    components = [*_python(lock), *_node(package_lock), *_images(images), *_addons(addons)]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version, "bom-ref": "platform"}},
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
    }


def _python(lock: str) -> Iterable[Json]:
    pins = list(PIN.finditer(lock))
    for pin, following in zip(pins, [*pins[1:], None], strict=True):
        block = lock[pin.start() : following.start() if following else len(lock)]
        purl = f"pkg:pypi/{re.sub('[-_.]+', '-', pin['name']).lower()}@{quote(pin['version'])}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": pin["name"],
            "version": pin["version"],
            "purl": purl,
            # Of each file that may be installed: one for each platform. A component's own hashes would be of one file.
            "properties": [{"name": "sha256", "value": value} for value in HASH.findall(block)],
        }


def _node(package_lock: Json) -> Iterable[Json]:
    for path, package in package_lock["packages"].items():
        if path:
            name = path.rpartition("node_modules/")[2]
            purl = f"pkg:npm/{quote(name)}@{package['version']}"
            yield {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": package["version"],
                "purl": purl,
                "properties": [{"name": "integrity", "value": package["integrity"]}],
            }


def _images(images: Sequence[str]) -> Iterable[Json]:
    for image in sorted(set(images)):
        repository, _, digest = image.partition("@")
        name, _, tag = repository.rpartition(":") if ":" in repository.rpartition("/")[2] else (repository, "", "")
        yield {"type": "container", "bom-ref": f"image:{image}", "name": name, "version": digest or tag or "latest"}


def _addons(addons: Sequence[str]) -> Iterable[Json]:
    for addon in sorted(set(addons)):
        yield {"type": "application", "bom-ref": f"addon:{addon}", "name": addon, "publisher": "Amazon EKS"}


def written(bill: Json, path: Path) -> Path:
    """Write a bill; returns the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill, indent=1) + "\n")
    return path
