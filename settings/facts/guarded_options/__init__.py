"""Airflow options that `airflow.config` may not set, or not to every value, each with its reason.

What is not here may be set: it changes how Airflow behaves, not what protects it. `core.sensitive_var_conn_names`, for
one, can only mask more; `api.enable_swagger_ui` shows a description of the API that is public knowledge.
"""

from settings.facts.guarded_options.code import CODE
from settings.facts.guarded_options.guard import Guard, Value
from settings.facts.guarded_options.parts import PARTS, SECTIONS
from settings.facts.guarded_options.protections import PROTECTIONS

GUARDED_OPTIONS: dict[str, Guard] = {**CODE, **PROTECTIONS, **PARTS}
"""`section.option` -> which values are refused, and why."""

GUARDED_SECTIONS: dict[str, str] = SECTIONS
"""Section -> why all of its options are refused."""

__all__ = ["GUARDED_OPTIONS", "GUARDED_SECTIONS", "Guard", "Value"]
