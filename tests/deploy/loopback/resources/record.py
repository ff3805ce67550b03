"""Resource types that are no more than a record: an id, attributes, and properties that can't change."""

import secrets
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation.provisioners import _REPLACING_PROPERTIES, _RESOURCE_HANDLERS

Json = dict[str, Any]
Attributes = Callable[[str, Json], Json]


def register(
    resource_type: str, prefix: str, attributes: Attributes, *, replacing: tuple[str, ...], named: Any = None
) -> None:
    """Register a type. `replacing`: properties whose change makes a new resource. `named`: gives the physical id."""

    def create(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
        physical_id = named(properties) if named else f"{prefix}-{secrets.token_hex(9)[:17]}"
        return physical_id, attributes(physical_id, properties)

    def update(physical_id: str, old: Json, new: Json, stack: str) -> tuple[str, Json]:
        return physical_id, attributes(physical_id, new)

    def delete(physical_id: str, properties: Json) -> None:
        """The ledger forgets it."""

    _REPLACING_PROPERTIES[resource_type] = replacing
    _RESOURCE_HANDLERS[resource_type] = {"create": create, "update": update, "delete": delete}
