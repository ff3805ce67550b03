"""Outputs and exports, as CloudFormation keeps them.

The emulator by itself makes no change set of a change of outputs alone, keeps exports that left a template, and refuses
only the deletion of a whole stack whose exports are in use.
"""

import json
from typing import Any

import ministack.services.cloudformation.changesets as changesets
import ministack.services.cloudformation.stacks as stacks
from ministack.services.cloudformation import _exports, _stacks

Json = dict[str, Any]

_resolve, _for_comparison, _compare = (
    stacks._resolve_stack_outputs,
    changesets._resolve_props_for_diff,
    changesets._diff_resources,
)


class OutputsAlone(list[Json]):
    """The changes of a change set that concerns outputs only: no resource's, and to be executed all the same."""

    def __bool__(self) -> bool:
        return True


def install() -> None:
    """Put this module's functions in the place of the emulator's."""
    stacks._resolve_stack_outputs = _resolve_outputs
    changesets._resolve_props_for_diff = _with_outputs
    changesets._diff_resources = _changes


def _with_outputs(template: Json, *more: Any) -> Json:
    """What the emulator compares of a template, and its outputs."""
    return {**_for_comparison(template, *more), "Outputs": template.get("Outputs", {})}


def _changes(old: Json, new: Json, *more: Any) -> list[Json]:
    changes: list[Json] = _compare(old, new, *more)
    return OutputsAlone() if not changes and old["Outputs"] != new["Outputs"] else changes


def _resolve_outputs(definitions: Json, conditions: Json, resources: Json, *more: Any) -> tuple[list[Json], Json]:
    """The outputs of a stack; the last step of a deployment that can fail. Exports that left the template go.

    Raises ValueError for an export that would change or go while it is in use, and for one that another stack has.
    """
    outputs, exports = _resolve(definitions, conditions, resources, *more)
    stack_id = more[-1]
    mine = {name: export for name, export in _exports.items() if export["StackId"] == stack_id}
    for name in exports.keys() - mine.keys():
        if name in _exports:
            raise ValueError(f"Export with name {name} is already exported by stack {_owner(_exports[name])}.")
    for name, export in mine.items():
        if exports.get(name, {}).get("Value") != export["Value"]:
            users = [n for n, other in _stacks.items() if other["StackId"] != stack_id and _imports(other, name)]
            if users:
                verb = "updated" if name in exports else "deleted"
                raise ValueError(f"Export {name} cannot be {verb} as it is in use by {', '.join(users)}")
    for name in mine.keys() - exports.keys():
        del _exports[name]
    return outputs, exports


def _owner(export: Json) -> str:
    names = (str(name) for name, stack in _stacks.items() if stack["StackId"] == export["StackId"])
    return next(names, str(export["StackId"]))


def _imports(stack: Json, name: str) -> bool:
    text = json.dumps(stack.get("_template") or {})
    return stack.get("StackStatus") != "DELETE_COMPLETE" and f'{{"Fn::ImportValue": "{name}"}}' in text
