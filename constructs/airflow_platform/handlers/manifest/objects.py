"""The objects of a manifest: who owns them, in which order they are made, and which ones an update never deletes."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from airflow_platform.handlers.response import Json

OWNER = "airflow-on-eks/manifest"
"""Annotation: the construct path of the manifest that an object belongs to."""

# Objects that others lean on come first; whatever is not named here comes after them, in the manifest's order.
FIRST = (
    "Namespace",
    "CustomResourceDefinition",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "ClusterRole",
    "Role",
    "ClusterRoleBinding",
    "RoleBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "NetworkPolicy",
    "SecretProviderClass",
    "Service",
)

KEPT_ON_UPDATE = frozenset({"Namespace", "PersistentVolume", "PersistentVolumeClaim", "StorageClass"})
"""Data hangs on these: an update that loses one of them from its manifest leaves it on the cluster."""


class Identity(NamedTuple):
    """What makes two objects the same one; the version of its API does not matter."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def parse(manifest: str) -> list[Json]:
    """The objects of a manifest property, in the order to make them in."""
    objects: list[Json] = json.loads(manifest)
    return sorted(objects, key=lambda obj: FIRST.index(obj["kind"]) if obj["kind"] in FIRST else len(FIRST))


def identity(obj: Json) -> Identity:
    group, _, version = obj["apiVersion"].rpartition("/")
    del version
    metadata = obj["metadata"]
    return Identity(group, obj["kind"], metadata.get("namespace", ""), metadata["name"])


def owner(obj: Json) -> str | None:
    """The manifest that an object belongs to; None: not one of ours."""
    annotations: dict[str, str] = obj["metadata"].get("annotations") or {}
    return annotations.get(OWNER)


def owned(live: Iterable[Json], wanted: Iterable[Json]) -> list[Json]:
    """Those live objects that still belong to the manifest that `wanted` is of.

    An object that another manifest has taken over since, or that somebody made by hand, is not ours to delete.
    """
    owners = {identity(obj): owner(obj) for obj in wanted}
    return [obj for obj in live if owner(obj) is not None and owner(obj) == owners.get(identity(obj))]


def dropped(old: Sequence[Json], new: Iterable[Json]) -> list[Json]:
    """Objects of the old manifest that the new one has no more, less those that no update may delete."""
    kept = {identity(obj) for obj in new}
    return [obj for obj in old if identity(obj) not in kept and obj["kind"] not in KEPT_ON_UPDATE]


def digest(objects: Sequence[Json]) -> str:
    """A fingerprint of a manifest, the same for any order of keys."""
    return hashlib.sha256(json.dumps(objects, sort_keys=True).encode()).hexdigest()
