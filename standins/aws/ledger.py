"""Every resource that CloudFormation has made and not deleted, and all operations in order.

It is kept beside the emulator's own stores, whose shapes differ by service, and answers one question for all of them:
what would a real deletion break? A resource that a stack left behind (retained) stays in it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class RefusedError(ValueError):
    """What AWS would answer; CloudFormation shows it as the resource's status reason."""


@dataclass
class Resource:
    """A living resource."""

    type: str
    physical_id: str
    logical_id: str
    stack: str
    properties: Json
    attributes: Json


@dataclass
class Ledger:
    """Living resources in order of creation, and what happened."""

    resources: dict[tuple[str, str], Resource] = field(default_factory=dict)
    operations: list[Json] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    """Type -> why AWS can't make one right now, as a test says."""

    def note(self, verb: str, resource_type: str, logical_id: str, physical_id: str) -> None:
        """Add an operation."""
        self.operations.append(
            {"at": time.time(), "verb": verb, "type": resource_type, "logical_id": logical_id, "id": physical_id}
        )

    def of(self, *types: str) -> Iterator[Resource]:
        """Living resources of some types."""
        return (resource for resource in list(self.resources.values()) if resource.type in types)

    def find(self, resource_type: str, physical_id: str) -> Resource | None:
        return self.resources.get((resource_type, physical_id))

    def require(self, resource_type: str, physical_id: str, code: str) -> Resource:
        """A living resource. Raises RefusedError with AWS's error code when there is none."""
        found = self.find(resource_type, physical_id)
        if found is None:
            raise RefusedError(f"{code}: {resource_type} '{physical_id}' does not exist")
        return found


LEDGER = Ledger()

Check = Callable[..., None]
CREATE_CHECKS: dict[str, list[Check]] = {}
UPDATE_CHECKS: dict[str, list[Check]] = {}
DELETE_CHECKS: dict[str, list[Check]] = {}


def on_create(*types: str) -> Callable[[Check], Check]:
    """Register a check of a new resource's properties; it raises RefusedError."""
    return _register(CREATE_CHECKS, types)


def on_update(*types: str) -> Callable[[Check], Check]:
    """Register a check of old and new properties; it raises RefusedError."""
    return _register(UPDATE_CHECKS, types)


def on_delete(*types: str) -> Callable[[Check], Check]:
    """Register a check of a physical id before its deletion; it raises RefusedError."""
    return _register(DELETE_CHECKS, types)


def _register(table: dict[str, list[Check]], types: tuple[str, ...]) -> Callable[[Check], Check]:
    def add(check: Check) -> Check:
        for each in types:
            table.setdefault(each, []).append(check)
        return check

    return add


def watched(resource_type: str, handler: Json) -> Json:
    """A handler of the emulator's with our checks before it and the ledger after it."""
    wrapped = dict(handler)
    create, update, delete = handler["create"], handler.get("update"), handler.get("delete")

    def checked_create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
        if resource_type in LEDGER.faults:
            raise RefusedError(LEDGER.faults[resource_type])
        for check in CREATE_CHECKS.get(resource_type, ()):
            check(properties)
        physical_id, attributes = create(logical_id, properties, stack)
        LEDGER.resources[resource_type, physical_id] = Resource(
            resource_type, physical_id, logical_id, stack, properties, attributes
        )
        LEDGER.note("create", resource_type, logical_id, physical_id)
        return physical_id, attributes

    def checked_update(physical_id: str, old: Json, new: Json, stack: str, logical_id: str | None = None) -> Any:
        for check in UPDATE_CHECKS.get(resource_type, ()):
            check(old, new)
        arguments = (logical_id,) if handler.get("update_with_logical_id") else ()
        new_id, attributes = update(physical_id, old, new, stack, *arguments)  # type: ignore[misc]
        if new_id != physical_id and handler.get("replaced_by_engine"):
            # Made by way of `create`; the predecessor goes later, by way of `delete`, or stays.
            return new_id, attributes
        known = LEDGER.resources.pop((resource_type, physical_id), None)
        name = known.logical_id if known else logical_id or "?"
        LEDGER.resources[resource_type, new_id] = Resource(resource_type, new_id, name, stack, new, attributes or {})
        LEDGER.note("update" if new_id == physical_id else "replace", resource_type, name, new_id)
        return new_id, attributes

    def checked_delete(physical_id: str, properties: Json, *more: Any) -> None:
        for check in DELETE_CHECKS.get(resource_type, ()):
            check(physical_id)
        delete(physical_id, properties, *more)  # type: ignore[misc]
        known = LEDGER.resources.pop((resource_type, physical_id), None)
        LEDGER.note("delete", resource_type, known.logical_id if known else "?", physical_id)

    wrapped["create"] = checked_create
    if update:
        wrapped |= {"update": checked_update, "update_with_logical_id": True}
    if delete:
        wrapped["delete"] = checked_delete
    return wrapped
