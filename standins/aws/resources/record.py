"""Resource types that are no more than a record: an id, attributes, and properties that can't change."""

import secrets
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation.provisioners import (
    _REPLACING_PROPERTIES,
    _RESOURCE_HANDLERS,
    _replace_resource,
)

Json = dict[str, Any]
Attributes = Callable[[str, Json], Json]


def register(
    resource_type: str, prefix: str, attributes: Attributes, *, replacing: tuple[str, ...], named: Any = None
) -> None:
    """Register a type.

    `replacing`: properties whose change makes a new resource, with a dot where it is a part of one. `named`: gives the
    physical id.
    """
    parts = [path.split(".") for path in replacing if "." in path]

    def create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
        physical_id = named(properties) if named else f"{prefix}-{secrets.token_hex(9)[:17]}"
        return physical_id, attributes(physical_id, properties)

    def update(physical_id: str, old: Json, new: Json, stack: str, logical_id: str) -> tuple[str, Json]:
        if any((old.get(name) or {}).get(part) != (new.get(name) or {}).get(part) for name, part in parts):
            replaced: tuple[str, Json] = _replace_resource(resource_type, physical_id, old, new, stack, logical_id)
            return replaced
        return physical_id, attributes(physical_id, new)

    def delete(physical_id: str, properties: Json) -> None:
        """The ledger forgets it."""

    _REPLACING_PROPERTIES[resource_type] = tuple(path for path in replacing if "." not in path)
    _RESOURCE_HANDLERS[resource_type] = {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "replaced_by_engine": True,
    }
