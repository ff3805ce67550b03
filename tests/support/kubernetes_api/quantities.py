"""Quantities, as the API gives them back: `1024Mi` as `1Gi`, `1000m` as `1` ("Quantity", Kubernetes API reference)."""

import re
from decimal import Decimal
from typing import Any

_BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def canonical(quantity: object) -> str:
    """The largest unit that leaves no fraction; what is no quantity stays as it is."""
    match = re.fullmatch(rf"([0-9]*\.?[0-9]+)({'|'.join(_BINARY)}|[numkMGTPE]?)", str(quantity))
    if match is None:
        return str(quantity)
    number, unit = Decimal(match[1]), match[2]
    if unit in _BINARY:
        units = {name: Decimal(1024) ** (power + 1) for power, name in enumerate(_BINARY)}
    else:
        units = {name: Decimal(10) ** power for name, power in _DECIMAL.items()}
    value = number * units[unit]
    for name, size in sorted(units.items(), key=lambda each: -each[1]):
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
