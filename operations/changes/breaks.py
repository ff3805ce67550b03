"""When a change from a deployed value to a wanted one is more than AWS takes."""

from typing import Any


def differs(deployed: Any, wanted: Any) -> bool:
    """The property must stay as it is."""
    return bool(deployed != wanted)


def falls(deployed: Any, wanted: Any) -> bool:
    """A number, or a version, must not go down. `17` is no lower than `17.4`: it says less."""
    before, after = _number(deployed), _number(wanted)
    length = min(len(before), len(after))
    return after[:length] < before[:length]


def creeps(deployed: Any, wanted: Any) -> bool:
    """A number must go up by a tenth at least."""
    [before], [after] = _number(deployed), _number(wanted)
    return before < after and is_less_than_a_tenth_over(after, before)


def jumps(deployed: Any, wanted: Any) -> bool:
    """A minor version must go up by one at a time."""
    return _number(wanted)[1] > _number(deployed)[1] + 1


def turns_back(deployed: Any, wanted: Any) -> bool:
    """EKS goes from the ConfigMap to access entries, and never back."""
    return (deployed, wanted) == ("API", "API_AND_CONFIG_MAP")


def unlocks(deployed: Any, wanted: Any) -> bool:
    """A vault's lock that ends its own grace must not change."""
    return bool(deployed and deployed.get("ChangeableForDays") and deployed != wanted)


def is_less_than_a_tenth_over(number: int, than: int) -> bool:
    """Whether a number is below 110% of another one; in whole numbers, for 100 * 1.1 is more than 110."""
    return 10 * number < 11 * than


def _number(value: Any) -> tuple[int, ...]:
    return tuple(int(part) for part in str(value).split("."))
