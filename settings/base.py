"""What every settings model shares."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
    1096, 1827, 2192, 2557, 2922, 3288, 3653,
]  # fmt: skip
"""Days that CloudWatch Logs can keep a log group (PutRetentionPolicy, CloudWatch Logs API reference)."""

# YAML has lists and the model is frozen, so lists are read as tuples; strict mode would refuse that.
Strings = Annotated[tuple[str, ...], Field(strict=False)]


class Settings(BaseModel):
    """A part of an environment file: typed strictly, unknown keys refused, never changed after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)
