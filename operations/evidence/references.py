"""Values of templates as text in which everything that CloudFormation fills in has a name, also across stacks."""

import json
from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]


class References:
    """Makes one text of a value: `${Stack/LogicalId.Attribute}` for a reference, wherever it is imported.

    So two stacks that mean the same security group say the same text, and rules can compare.
    """

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._exports: dict[str, str] = {}
        for stack, template in templates.items():
            for output in template.get("Outputs", {}).values():
                if "Export" in output:
                    self._exports[self.text(stack, output["Export"]["Name"])] = self.text(stack, output["Value"])

    def text(self, stack: str, value: Any) -> str:
        """The text of a value of a stack's template."""
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping) and len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref":
                return f"${{{argument}}}" if argument.startswith("AWS::") else f"${{{stack}/{argument}}}"
            if function == "Fn::GetAtt":
                logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return f"${{{stack}/{logical_id}.{attribute}}}"
            if function == "Fn::ImportValue":
                name = self.text(stack, argument)
                return self._exports.get(name, f"${{{name}}}")
            if function == "Fn::Join":
                return str(argument[0]).join(self.text(stack, part) for part in argument[1])
            if function == "Fn::Sub" and isinstance(argument, str):
                return argument
        # Others stand for themselves, without a quote: they may stand inside a JSON text.
        return json.dumps(value, sort_keys=True).replace('"', "'")
