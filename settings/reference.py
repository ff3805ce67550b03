"""The page of all settings, made from the schema; `python -m settings.reference` writes it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from settings.schema import ROOT, environment_schema

REFERENCE_FILE = ROOT / "docs" / "settings.md"

INTRODUCTION = """# Settings

Every setting of an environment file. `make schema` writes this page from the models in `settings/model/`: edit those.
Rules across settings (`settings/rules/`) are not here; whatever breaks one is told before anything is written. In a
name, `<name>` stands for names of yours and `[]` for each entry of a list.
"""

UNITS = {
    "_mbps_per_tib": "MB/s for each TiB", "_millicores": "thousandths of a core", "_gib": "GiB", "_mib": "MiB",
    "_days": "days", "_minutes": "minutes", "_seconds": "seconds",
}  # fmt: skip
"""Units by the end of a setting's name."""

# "…; default the smallest." or "… Default: the smallest. …"
_DEFAULT_IN_WORDS = re.compile(r"(?:^|[;,] |(?<=\.) )default:? (?P<words>.+?)\.(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A setting, or (without values) a group of settings."""

    name: str
    values: str
    default: str
    description: str

    def __str__(self) -> str:
        cells = (f"`{self.name}`", self.values, self.default, self.description)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


class Reference:
    """Reads the schema of environment files."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._definitions: dict[str, dict[str, Any]] = schema["definitions"]

    def sections(self, definition: str, title: str) -> Iterator[tuple[str, str, list[Row]]]:
        """Title, description and rows: what stands at the top of a file, then each of its parts."""
        pending = [(title, "", definition)]
        while pending:
            heading, path, name = pending.pop(0)
            parts: list[tuple[str, str, str]] = []
            rows = list(self._rows(name, path, parts))
            yield heading, self._definitions[name]["description"], rows
            pending = parts + pending

    def _rows(self, definition: str, path: str, parts: list[tuple[str, str, str]]) -> Iterator[Row]:
        """A definition's settings with those of its groups. Parts of the file and named ones get a section."""
        required = self._definitions[definition].get("required", ())
        for key, value in self._definitions[definition]["properties"].items():
            name = f"{path}.{key}" if path else key
            group, entries = _referred(value), _referred(value.get("items", {}))
            named = next((_referred(each) for each in _mapped(value)), None)
            if group and not path:
                parts.append((f"`{name}`", name, group))
            elif optional := _optional(value):
                yield Row(name, "", "none", value["description"])
                yield from self._rows(optional, name, parts)
            elif group:
                if len(self._definitions[group]["properties"]) > 1:
                    yield Row(name, "", "", self._definitions[group]["description"])
                yield from self._rows(group, name, parts)
            else:
                yield self._row(name, value, required=key in required)
            if named:
                parts.append((f"`{name}.<name>`", f"{name}.<name>", named))
            if entries:
                yield from self._rows(entries, f"{name}[]", parts)

    def _row(self, name: str, value: dict[str, Any], *, required: bool) -> Row:
        words = _DEFAULT_IN_WORDS.search(value["description"])
        description, default = value["description"], value.get("default")
        unit = next((f" {unit}" for end, unit in UNITS.items() if name.endswith(end)), "")
        if required:
            told = "required"
        elif default in (None, [], {}) and words:
            told = words["words"]
            description = _without(description, words)
        elif "default" in value:
            told = _told(default)
        else:
            raise ValueError(f"{name}: its default follows from other settings, and its docstring does not say how")
        off = ", or null" if {"type": "null"} in value.get("anyOf", ()) and default is not None else ""
        return Row(name, _values(value) + unit + off, told, description)


def _without(text: str, match: re.Match[str]) -> str:
    """The text without a match, ending in a full stop."""
    before, after = text[: match.start()].rstrip(" .;,"), text[match.end() :].strip()
    return " ".join(part for part in (f"{before}." if before else "", after) if part)


def _referred(value: dict[str, Any]) -> str | None:
    """The definition that a value is of."""
    members = (*value.get("allOf", ()), *value.get("anyOf", ()))  # anyOf: it, or null
    reference: str = value.get("$ref") or next((each["$ref"] for each in members if "$ref" in each), "")
    return reference.rpartition("/")[2] or None


def _optional(value: dict[str, Any]) -> str | None:
    """The definition that a value is of, if it is not left out."""
    return next((found for each in value.get("anyOf", ()) if (found := _referred(each))), None)


def _mapped(value: dict[str, Any]) -> list[dict[str, Any]]:
    """What the names of a mapping stand for."""
    one = value.get("additionalProperties")
    return [one] if isinstance(one, dict) else list(value.get("patternProperties", {}).values())


def _told(default: Any) -> str:
    """A default as one writes it; a mapping by its names."""
    if default in (None, [], {}):
        return "none"
    if isinstance(default, dict):
        return ", ".join(f"`{each}`" for each in default)
    if isinstance(default, list):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _range(value: dict[str, Any], smallest: str, largest: str) -> str:
    """Limits in words, with a space before them; nothing if there are none."""
    low, high = value.get(smallest), value.get(largest)
    if low is None or high is None:
        return f" at least {low}" if low is not None else f" at most {high}" if high is not None else ""
    return f" {low}" if low == high else f" {low} to {high}"


def _values(value: dict[str, Any]) -> str:
    """What may be written, in words."""
    if "const" in value or "enum" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if "anyOf" in value:
        members = [_values(each) for each in value["anyOf"] if each.get("type") != "null"]
        return ", or ".join(members)
    if "patternErrorMessage" in value:
        return str(value["patternErrorMessage"]).removeprefix("must be ")
    match value["type"]:
        case "integer":
            return "whole number" + _range(value, "minimum", "maximum").replace(" ", ", ", 1)
        case "array":
            item = value["items"]
            limits = _range(value, "minItems", "maxItems")
            return f"list{' of' * bool(limits)}{limits}" + ("" if _referred(item) else f", each {_values(item)}")
        case "object":
            item = _mapped(value)[0]
            names = f"{_range(value, 'minProperties', 'maxProperties')} names".strip()
            return names if _referred(item) else f"{names}, each with {_values(item)}"
        case "string":
            return "text"
        case "boolean":
            return "`true`, `false`"
        case other:
            return str(other)


def reference_text() -> str:
    """The page as the file holds it: a table for each part of a file. A part that both kinds have comes once."""
    reference, lines, seen = Reference(environment_schema()), [INTRODUCTION], set[str]()
    for definition, title in (("AwsEnvironment", "On AWS"), ("LocalEnvironment", "Without AWS")):
        for heading, description, rows in reference.sections(definition, title):
            text = "\n".join(
                ["| setting | values | default | what it is |", "| --- | --- | --- | --- |", *map(str, rows)]
            )
            if text not in seen:
                lines.append(f"## {heading}\n\n{description}\n\n{text}\n")
            seen.add(text)
    lines.append("`airflow` is the same with and without AWS.\n")
    return "\n".join(lines)


if __name__ == "__main__":
    REFERENCE_FILE.write_text(reference_text(), encoding="utf-8")
    print(f"{REFERENCE_FILE.relative_to(ROOT)} is written.")
