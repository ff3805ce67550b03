"""What every settings model shares."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Form:
    """The form of a string. Python's own expressions, matched in full: `$` would let a newline at the end through."""

    pattern: str
    rule: str
    """The whole message, such as "must be twelve digits"."""

    longest: int = 255
    """Most characters."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # Not of the standard: what editors say instead of the expression, and what settings/reference.py tells.
        told = {"patternErrorMessage": self.rule}
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$", "maxLength": self.longest, **told}

    def _checked(self, value: str) -> str:
        if len(value) > self.longest:
            raise broken(f"must have at most {self.longest} characters")
        if not re.fullmatch(self.pattern, value):
            raise broken(self.rule)
        return value


@dataclass(frozen=True)
class OneOfSeveral:
    """A value of one of several types, checked by one function: a union would report each of its members."""

    check: Callable[[Any], Any]
    """Returns the value, or raises `broken(...)`."""

    json_schema: tuple[dict[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [dict(member) for member in self.json_schema]}

    def __hash__(self) -> int:
        return hash(self.check)


def broken(rule: str) -> PydanticCustomError:
    """What a check of a single value raises; `rule` is the message."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


def _a_number_itself(value: Any) -> Any:
    """Python takes true for 1."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise broken("must be a whole number of days, such as 30")
    return value


LogRetentionDays = Annotated[
    Literal[
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
        1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ],
    BeforeValidator(_a_number_itself),
]  # fmt: skip
"""Days that CloudWatch Logs can keep a log group (PutRetentionPolicy, CloudWatch Logs API reference)."""

# YAML has lists and the models are frozen, so lists are read as tuples; strict mode would refuse that.
AsTuple = Field(strict=False)

InstanceType = Annotated[
    str,
    Form(r"[a-z][a-z0-9-]{0,20}\.[a-z0-9-]{1,20}", "must be an EC2 instance type, such as m7i.large"),
]
ZoneName = Annotated[
    str, Form(r"[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9][a-z]", "must be the name of an availability zone, such as us-east-1a")
]
_COMPONENT = r"[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*"
ImageReference = Annotated[
    str,
    Form(
        rf"([a-z0-9][a-z0-9.-]*(:[0-9]{{1,5}})?/)?{_COMPONENT}(/{_COMPONENT})*"
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?",
        "must be a container image, such as registry.example.com/team/airflow:3.3.2",
    ),
]


def time_of_day(example: str) -> Form:
    """Of a time of day, "HH:MM"; the message shows the example."""
    return Form(r"([01][0-9]|2[0-3]):[0-5][0-9]", f'must be a time of day, such as "{example}"', 5)


KeyArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:kms:[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]:[0-9]{12}"
        r":key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})",
        "must be the whole ARN of a KMS key, such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-…",
    ),
]
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
RegistryPrefix = Annotated[
    str,
    Form(
        # A first part without a dot or a port would be a folder of Docker Hub.
        rf"(localhost|{_LABEL}(\.{_LABEL})+|{_LABEL}(?=:))(:[0-9]{{1,5}})?(/{_COMPONENT})*",
        "must be a registry with or without a folder, such as registry.example.com/mirror, without a / at the end",
        120,
    ),
]


class UnreadableSettingError(Exception):
    """A rule looked at a setting that is refused already, so it can't tell."""


class Settings(BaseModel):
    """A part of an environment file: typed strictly, unknown keys refused, never changed after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Only reached for what is not there: settings/reading/repair.py blanks a setting that is refused, so that a
            # rule which reads it ends, and the other rules can still be told in the same run.
            if name in type(self).model_fields:
                raise UnreadableSettingError(name)
            return super().__getattr__(name)
