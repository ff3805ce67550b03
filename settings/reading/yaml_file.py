"""Reads an environment file: YAML 1.2's plain types, and nothing that could be read in two ways.

PyYAML's own constructor takes the last of two equal keys, `on` for true, 05:00 for a number and 2026-01-01 for a date.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from settings.reading.regular_file import UnreadableFileError, read_regular_file
from settings.reading.violations import SettingsError, Violation

MOST_NODES = 10_000
"""Keys and values of a file, aliases written out; more is no environment file but an attack or an accident."""

DEEPEST = 50
"""Lists and mappings inside each other; no setting is deeper than six."""

_CORE_SCHEMA = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


class UnreadableYamlError(Exception):
    """What stands at a place can't be used."""

    def __init__(self, mark: yaml.Mark, reason: str) -> None:
        super().__init__(f"{mark.line + 1}:{mark.column + 1}: {reason}")


class CoreSchemaLoader(yaml.SafeLoader):
    """Tells plain scalars apart as YAML 1.2's core schema does ("Tag Resolution", YAML 1.2.2)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    nodes = depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A node and what is below it.

        Raises:
            UnreadableYamlError: there are too many of them, or they are too deep: nothing else bounds the time.
        """
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._refused(f"must have at most {MOST_NODES} values")
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._refused(f"must be at most {DEEPEST} levels deep")
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refused(self, rule: str) -> UnreadableYamlError:
        return UnreadableYamlError(self.peek_event().start_mark, rule)  # type: ignore[no-untyped-call]


for _name, _pattern, _first in _CORE_SCHEMA:
    CoreSchemaLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(rf"(?:{_pattern})\Z"), _first)


@dataclass
class YamlFile:
    """What a file says."""

    data: dict[str, Any]

    written: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    """Each plain scalar as it is written, by its place: 1.30 is the number 1.3 after reading."""

    violations: list[Violation] = field(default_factory=list)
    """Keys that can't be used."""


def path_text(place: tuple[str | int, ...]) -> str:
    """A place as a person writes it: `cluster.access.admins[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


class _Builder:
    """Builds plain data of YAML nodes."""

    def __init__(self) -> None:
        self.file = YamlFile({})
        self.nodes = 0

    def build(self, node: yaml.Node, place: tuple[str | int, ...], above: tuple[yaml.Node, ...] = ()) -> Any:
        """The value of a node.

        Raises:
            UnreadableYamlError: it holds itself, has a tag of its own, or is too large.
        """
        self.nodes += 1
        if any(node is each for each in above):
            raise UnreadableYamlError(node.start_mark, "an alias must not stand inside what it names")
        if self.nodes > MOST_NODES:
            raise UnreadableYamlError(node.start_mark, f"must have at most {MOST_NODES} values")
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, place, (*above, node))
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            items: list[yaml.Node] = node.value
            return [self.build(item, (*place, index), (*above, node)) for index, item in enumerate(items)]
        if isinstance(node, yaml.ScalarNode) and kind in ("str", "null", "bool", "int", "float"):
            return self._scalar(node, kind, place)
        raise UnreadableYamlError(node.start_mark, f"must have no YAML tag ({node.tag})")

    def _mapping(
        self, node: yaml.MappingNode, place: tuple[str | int, ...], above: tuple[yaml.Node, ...]
    ) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                rule = f"a key must be text (line {line})"
                self.file.violations.append(Violation(path_text(place), rule))
                continue
            key: str = key_node.value
            if key in lines:
                rule = f"must stand once, and stands in line {lines[key]} and again in line {line}"
                self.file.violations.append(Violation(path_text((*place, key)), rule))
                continue
            if not key_node.tag.endswith(":str"):
                rule = f'a key must be text: write "{key}" in quotes (line {line})'
                self.file.violations.append(Violation(path_text((*place, key)), rule))
            lines[key] = line
            mapping[key] = self.build(value_node, (*place, key), above)
        return mapping

    def _scalar(self, node: yaml.ScalarNode, kind: str, place: tuple[str | int, ...]) -> Any:
        text: str = node.value
        if kind == "str":
            return text
        self.file.written[place] = text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        try:
            return int(text) if kind == "int" else float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text  # Python reads no number of more than 4300 digits, nor what a tag such as !!int claims


def read_yaml(path: Path, shown_path: str) -> YamlFile:
    """Read a file.

    Raises:
        SettingsError: it can't be read, is no YAML, or is no mapping.
    """

    def refused(rule: str) -> SettingsError:
        return SettingsError([Violation("", rule)], shown_path)

    try:
        text = read_regular_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"must be UTF-8 text (byte {error.start} is not)") from None
    except UnreadableFileError as error:
        raise refused(str(error)) from None
    builder = _Builder()
    try:
        node = yaml.compose(text, CoreSchemaLoader)
        if node is None:
            raise refused("is empty, and must have at least name, region and availability_zones")
        data = builder.build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
        raise refused(f"{where}is no valid YAML: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        raise refused(f"{line}:{column}: is no valid YAML: a control character can't stand here") from None
    except UnreadableYamlError as error:
        raise refused(str(error)) from None
    if not isinstance(data, dict):
        raise SettingsError([Violation("", "must be a mapping, as `name: dev`", data)], shown_path)
    builder.file.data = data
    return builder.file
