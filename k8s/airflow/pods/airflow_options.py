"""Airflow options and how containers get them."""

from collections.abc import Mapping

Option = str | int | float | bool


def environment_variable(option: str) -> str:
    """The environment variable that Airflow reads for `section.option`."""
    section, _, key = option.rpartition(".")
    return f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"


def environment(options: Mapping[str, Option]) -> dict[str, str]:
    """Options as environment variables."""
    return {environment_variable(option): str(value) for option, value in options.items()}
