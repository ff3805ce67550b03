"""The four ways of changing an object: JSON merge patch, JSON patch, strategic merge patch, server-side apply.

How lists merge is read from Kubernetes' own schemas (`x-kubernetes-list-type`, `x-kubernetes-patch-merge-key`).
"""

from copy import deepcopy
from typing import Any

from standins.kubernetes_api import schemas
from standins.kubernetes_api.errors import ApiError, bad_request

Json = dict[str, Any]


def json_merge(live: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    merged = dict(live) if isinstance(live, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = json_merge(merged.get(name), value)
    return merged


def json_patch(live: Json, operations: list[Json]) -> Json:
    """RFC 6902: add, replace, remove and test."""
    result: Any = deepcopy(live)
    for operation in operations:
        *parents, last = [p.replace("~1", "/").replace("~0", "~") for p in operation["path"].split("/")[1:]]
        target = result
        for parent in parents:
            target = target[int(parent)] if isinstance(target, list) else target[parent]
        if isinstance(target, list):
            last = len(target) if last == "-" else int(last)
        match operation["op"]:
            case "add" if isinstance(target, list):
                target.insert(last, operation["value"])
            case "add" | "replace":
                target[last] = operation["value"]
            case "remove":
                del target[last]
            case "test" if target[last] == operation["value"]:
                pass
            case other:
                raise ApiError(422, "Invalid", f"the server rejected our request: {other} {operation['path']}")
    return result  # type: ignore[no-any-return]


def strategic_merge(live: Any, patch: Any, schema: Json) -> Any:
    """Kubernetes' own patch: lists with a merge key are merged by it, other lists replaced."""
    if isinstance(patch, dict):
        if patch.get("$patch") == "replace":
            return {name: value for name, value in patch.items() if name != "$patch"}
        merged = dict(live) if isinstance(live, dict) else {}
        for name, value in patch.items():
            if name.startswith("$"):
                continue
            if value is None:
                merged.pop(name, None)
            else:
                merged[name] = strategic_merge(merged.get(name), value, schemas.field(schema, name))
        for name, values in patch.items():
            if name.startswith("$deleteFromPrimitiveList/"):
                kept = merged.get(name.split("/", 1)[1]) or []
                merged[name.split("/", 1)[1]] = [value for value in kept if value not in values]
        return merged
    if isinstance(patch, list) and schema.get("x-kubernetes-patch-strategy", "").startswith("merge"):
        return _strategic_list(live or [], patch, schema)
    return deepcopy(patch)


def _strategic_list(live: list[Any], patch: list[Any], schema: Json) -> list[Any]:
    key = schema.get("x-kubernetes-patch-merge-key")
    if key is None:
        return [*live, *(value for value in patch if value not in live)]
    if any(item.get("$patch") == "replace" for item in patch):
        return [item for item in patch if "$patch" not in item]
    merged = list(live)
    for item in patch:
        at = next((n for n, old in enumerate(merged) if old.get(key) == item.get(key)), None)
        if item.get("$patch") == "delete":
            merged = [old for n, old in enumerate(merged) if n != at]
        elif at is None:
            merged.append(deepcopy(item))
        else:
            merged[at] = strategic_merge(merged[at], item, schemas.items(schema))
    return merged


def apply(live: Any, last: Any, new: Any, schema: Json) -> Any:
    """Server-side apply: `new` over `live`; what the manager applied before (`last`) and no longer does goes."""
    if isinstance(new, dict) and schema.get("x-kubernetes-map-type") != "atomic":
        merged = dict(live) if isinstance(live, dict) else {}
        before = last if isinstance(last, dict) else {}
        for name in before.keys() - new.keys():
            remaining = _without(merged.get(name), before[name], schemas.field(schema, name))
            if remaining in ({}, [], None):
                merged.pop(name, None)
            else:
                merged[name] = remaining
        for name, value in new.items():
            merged[name] = apply(merged.get(name), before.get(name), value, schemas.field(schema, name))
        return merged
    if isinstance(new, list):
        list_type = schema.get("x-kubernetes-list-type")
        if list_type == "map":
            return _apply_list(live or [], last or [], new, schema)
        if list_type == "set":
            kept = [value for value in live or [] if value not in (last or []) and value not in new]
            return [*new, *kept]
    return deepcopy(new)


def _identity(item: Json, schema: Json) -> tuple[Any, ...]:
    # `protocol` is a key of ports and defaults to TCP.
    return tuple(item.get(key, "TCP" if key == "protocol" else None) for key in schema["x-kubernetes-list-map-keys"])


def _apply_list(live: list[Json], last: list[Json], new: list[Json], schema: Json) -> list[Json]:
    before = {_identity(item, schema): item for item in last}
    current = {_identity(item, schema): item for item in live}
    wanted = {_identity(item, schema): item for item in new}
    if len(wanted) < len(new):
        raise bad_request(f"duplicate entries for key {schema['x-kubernetes-list-map-keys']}")
    merged = [apply(current.get(k), before.get(k), item, schemas.items(schema)) for k, item in wanted.items()]
    for key, item in current.items():
        if key in wanted:
            continue
        rest = _without(item, before[key], schemas.items(schema)) if key in before else item
        # An item whose every field came from this manager goes with its keys.
        if key not in before or set(rest or {}) - set(schema["x-kubernetes-list-map-keys"]):
            merged.append(item)
    return merged


def _without(live: Any, applied: Any, schema: Json) -> Any:
    """What is left of a live value without the fields that were applied to it."""
    if isinstance(live, dict) and isinstance(applied, dict) and schema.get("x-kubernetes-map-type") != "atomic":
        kept = {name: value for name, value in live.items() if name not in applied}
        for name in live.keys() & applied.keys():
            rest = _without(live[name], applied[name], schemas.field(schema, name))
            if rest not in ({}, [], None):
                kept[name] = rest
        return kept
    if isinstance(live, list) and isinstance(applied, list):
        list_type = schema.get("x-kubernetes-list-type")
        if list_type == "map":
            gone = {_identity(item, schema) for item in applied}
            return [item for item in live if _identity(item, schema) not in gone]
        if list_type == "set":
            return [value for value in live if value not in applied]
    return None


def conflicts(new: Any, theirs: Any, schema: Json, path: str = "") -> list[str]:
    """Fields of an apply that another manager applied with another value."""
    if isinstance(new, dict) and isinstance(theirs, dict):
        shared = sorted(new.keys() & theirs.keys())
        return [
            c
            for name in shared
            for c in conflicts(new[name], theirs[name], schemas.field(schema, name), f"{path}.{name}")
        ]
    if isinstance(new, list) and isinstance(theirs, list) and schema.get("x-kubernetes-list-type") == "map":
        known = {_identity(item, schema): item for item in theirs}
        pairs = [(item, known[_identity(item, schema)]) for item in new if _identity(item, schema) in known]
        return [c for mine, other in pairs for c in conflicts(mine, other, schemas.items(schema), f"{path}[]")]
    return [] if new == theirs else [path]
