"""Quantities, and how the API gives them back: `1024Mi` as `1Gi` ("Quantity", Kubernetes API reference)."""

import re
from decimal import Decimal
from typing import Any

_BINARY = {name: Decimal(1024) ** power for power, name in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
_DECIMAL = {name: Decimal(1000) ** power for power, name in enumerate(("n", "u", "m", "", *"kMGTPE"), -3)}
_QUANTITY = re.compile(rf"([0-9]*\.?[0-9]+)({'|'.join(_BINARY)}|[numkMGTPE]?)")


def is_quantity(value: object) -> bool:
    """Whether a text is a quantity."""
    return _QUANTITY.fullmatch(str(value)) is not None


def amount(quantity: object) -> Decimal:
    """What a quantity stands for, in bytes or cores; 0 for what is none."""
    match = _QUANTITY.fullmatch(str(quantity))
    return Decimal(match[1]) * {**_BINARY, **_DECIMAL}[match[2]] if match else Decimal(0)


def canonical(quantity: object) -> str:
    """The largest unit that leaves no fraction; what is no quantity stays as it is."""
    match, value = _QUANTITY.fullmatch(str(quantity)), amount(quantity)
    if match is None:
        return str(quantity)
    units = _BINARY if match[2] in _BINARY else _DECIMAL
    for name, size in reversed(units.items()):
        if value and value % size == 0:
            return f"{int(value / size)}{name}"
    return "0" if not value else str(quantity)


def canonicalize(value: Any) -> None:
    """Write every quantity in (a part of) a manifest so, in place."""
    if isinstance(value, list):
        for each in value:
            canonicalize(each)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key in ("requests", "limits", "capacity") and isinstance(inner, dict):
            value[key] = {name: canonical(quantity) for name, quantity in inner.items()}
        elif key == "sizeLimit":
            value[key] = canonical(inner)
        else:
            canonicalize(inner)
