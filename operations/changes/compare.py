"""Compares deployed templates with the ones to deploy; says by the setting's name what can't be."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from operations.changes.fixed import FILE_SYSTEM, FIXED, FOLLOWS, NEW_FILE_SYSTEM, STAYS, Fixed
from operations.changes.links import link_violations
from operations.changes.restored import restore_violations
from settings import Violation

Template = Mapping[str, Any]
Templates = Mapping[str, Template]
"""Physical stack name -> template."""


def refusals(deployed: Templates, wanted: Templates, *, new_file_system: bool = False) -> list[Violation]:
    """What of a deployment would fail half-way, or replace data; empty for one that may begin.

    Args:
        deployed: as CloudFormation has them. A stack that does not exist yet can refuse nothing.
        wanted: of the assembly to deploy.
        new_file_system: a new, empty one is what is wanted.
    """
    found: dict[tuple[str, str], Violation] = {}
    before, after = with_origins(deployed), with_origins(wanted)
    for stack in deployed.keys() & wanted.keys():
        for violation in (
            *_fixed(before[stack], after[stack], new_file_system=new_file_system),
            *_gone(deployed[stack], wanted[stack]),
            *restore_violations(deployed[stack], wanted[stack]),
            *([] if new_file_system else link_violations(before[stack], after[stack])),
        ):
            found.setdefault((violation.path, violation.rule), violation)
    if not found:  # else an export that goes with a zone, say, is told by the zone
        # Airflow's stack is removed before a new file system comes.
        users = {name: each for name, each in deployed.items() if not (new_file_system and name.endswith("-airflow"))}
        for violation in vanishing_exports(users, wanted):
            found.setdefault((violation.path, violation.rule), violation)
    return sorted(found.values(), key=lambda each: (each.path, each.rule))


def settings_of_a_new_file_system(deployed: Templates, wanted: Templates) -> list[Violation]:
    """What of a deployment only a new file system could bring."""
    changed = refusals(deployed, wanted, new_file_system=True)
    return [each for each in refusals(deployed, wanted) if each not in changed and NEW_FILE_SYSTEM in each.rule]


def _fixed(deployed: Template, wanted: Template, *, new_file_system: bool = False) -> Iterator[Violation]:
    for name, old in deployed.get("Resources", {}).items():
        new = wanted.get("Resources", {}).get(name)
        if new is None or new["Type"] != old["Type"]:  # `_gone` looks after these
            continue
        broken = []
        for fixed in FIXED:
            if fixed.type == old["Type"] and not (new_file_system and fixed.type == FILE_SYSTEM):
                before, after = (_at(each.get("Properties", {}), fixed.path) for each in (old, new))
                if before != after and _is_broken(fixed, before, after):
                    broken.append((fixed, before, after))
        consequences = {path for fixed, *_ in broken for path in FOLLOWS.get(fixed.path, ())}
        for fixed, before, after in broken:
            if fixed.path not in consequences:
                yield _violation(fixed, name, before, after)


def _is_broken(fixed: Fixed, before: Any, after: Any) -> bool:
    try:
        return fixed.is_broken_by(before, after)
    except (TypeError, ValueError):  # a version or a number on one side only
        return True


def _violation(fixed: Fixed, logical_id: str, before: Any, after: Any) -> Violation:
    where = " or ".join(fixed.settings) or f"{fixed.type} {logical_id}: {fixed.path}"
    deployed = f" (deployed: {before})" if isinstance(before, str | int | float | bool) else ""
    rule = f"can't be changed on what is deployed{deployed}: {fixed.reason}. The way: {fixed.way}"
    if isinstance(after, str | int | float | bool):
        return Violation(where, rule, after)
    return Violation(where, rule)


def _gone(deployed: Template, wanted: Template) -> Iterator[Violation]:
    for name, old in deployed.get("Resources", {}).items():
        if old["Type"] in STAYS and wanted.get("Resources", {}).get(name, {}).get("Type") != old["Type"]:
            setting, reason = STAYS[old["Type"]]
            rule = f"takes {old['Type']} {name} away, which is deployed: {reason}. The way: set it back"
            yield Violation(setting or f"{old['Type']} {name}", rule)


def with_origins(templates: Templates) -> Templates:
    """The templates, with the place in the exporting stack's template where an import names the export.

    A newer version of the application may export the same thing under another name.
    """
    places: dict[str, Any] = {}
    for stack, template in templates.items():
        for output in template.get("Outputs", {}).values():
            if "Export" in output:
                places[_export(output)] = {"Of": stack, "Value": output["Value"]}
    return {stack: _placed(template, places) for stack, template in templates.items()}


def _placed(value: Any, places: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_placed(each, places) for each in value]
    if not isinstance(value, Mapping):
        return value
    name = value.get("Fn::ImportValue")
    if isinstance(name, str) and name in places:
        return places[name]
    return {key: _placed(each, places) for key, each in value.items()}


def vanishing_exports(deployed: Templates, wanted: Templates) -> Iterator[Violation]:
    """Exports that CloudFormation refuses to take away, because a stack that is updated later still imports them."""
    for stack in deployed.keys() & wanted.keys():
        kept = _exports(wanted[stack])
        for export in sorted(_exports(deployed[stack]) - kept):
            users = [other for other, template in deployed.items() if other != stack and _imports(template, export)]
            if users:
                rule = f"is taken away and still imported by {', '.join(sorted(users))}"
                yield Violation(
                    export, f"{rule}. The way: deploy that stack alone first (npx cdk deploy --exclusively)"
                )


def _exports(template: Template) -> set[str]:
    outputs = template.get("Outputs", {}).values()
    return {_export(each) for each in outputs if "Export" in each}


def _export(output: Mapping[str, Any]) -> str:
    return json.dumps(output["Export"]["Name"]).strip('"')


def _imports(template: Template, export: str) -> bool:
    return f'"Fn::ImportValue": "{export}"' in json.dumps(template)


def _at(properties: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as LustreConfiguration/DeploymentType, or None."""
    value: Any = properties
    for key in path.split("/"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
