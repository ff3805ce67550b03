"""From the name of an environment to its checked settings."""

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.messages import own_errors, violation_of
from settings.reading.repair import without_refused
from settings.reading.violations import SettingsError, Violation
from settings.reading.yaml_file import read_yaml
from settings.rules import rules_broken_by
from settings.support import refusals

FOLDER = "environments"

MODELS: dict[str, type[AwsEnvironment] | type[LocalEnvironment]] = {
    "aws": AwsEnvironment,
    "kubernetes": LocalEnvironment,
}
"""The model of each platform."""


def load_environment(name_or_path: str, root: Path, *, today: date | None = None) -> AwsEnvironment | LocalEnvironment:
    """Read and check an environment.

    Args:
        name_or_path: `dev` for environments/dev.yaml, or the path of a YAML file.
        root: the project's folder; relative paths start there.
        today: refuse versions that are not supported on this day; by default the day does not matter.

    Raises:
        SettingsError: with every broken rule, one a line.
    """
    path = environment_path(str(name_or_path), root)
    shown_path = _shown(path, root)
    file = read_yaml(path, shown_path)
    environment, violations = check(file.data, file.written, today=today)
    told = {violation.path for violation in file.violations}
    violations = [*file.violations, *(each for each in violations if each.path not in told)]
    if violations or environment is None:
        raise SettingsError(violations, shown_path)
    return environment


def load_aws_environment(name_or_path: str, root: Path, *, today: date | None = None) -> AwsEnvironment:
    """Read and check an environment on AWS, as `load_environment` does.

    Raises:
        SettingsError: with every broken rule, one a line; also for an environment on another platform.
    """
    environment = load_environment(name_or_path, root, today=today)
    if isinstance(environment, AwsEnvironment):
        return environment
    rule = "must be aws for CloudFormation; `make local` renders this environment"
    raise SettingsError(
        [Violation("platform", rule, environment.platform)], _shown(environment_path(name_or_path, root), root)
    )


def load_local_environment(name_or_path: str, root: Path) -> LocalEnvironment:
    """Read and check an environment without AWS.

    Raises:
        SettingsError: with every broken rule, one a line; also for an environment on AWS.
    """
    environment = load_environment(name_or_path, root)
    if isinstance(environment, LocalEnvironment):
        return environment
    rule = "must be kubernetes for plain manifests; `make synth` is for this environment"
    raise SettingsError(
        [Violation("platform", rule, environment.platform)], _shown(environment_path(name_or_path, root), root)
    )


def check(
    data: dict[str, Any], written: dict[tuple[str | int, ...], str] | None = None, *, today: date | None = None
) -> tuple[AwsEnvironment | LocalEnvironment | None, list[Violation]]:
    """Check what a file says: the settings, or every broken rule; those on versions only where a day is given."""
    platform = data.get("platform", "aws")
    if not isinstance(platform, str) or platform not in MODELS:
        wrong = Violation("platform", f"must be one of {', '.join(MODELS)}", platform)
        _, others = check({key: value for key, value in data.items() if key != "platform"}, written, today=today)
        return None, [wrong, *others]
    model = MODELS[platform]
    try:
        environment = model.model_validate(data)
    except ValidationError as error:
        errors = own_errors(error.errors(include_url=False))
        violations = [violation_of(each, model, written or {}) for each in errors]
        rest = without_refused(model, data, errors)
        return None, [*violations, *(_broken(rest, today) if rest else ())]
    violations = _broken(environment, today)
    return (None if violations else environment), violations


def _broken(environment: AwsEnvironment | LocalEnvironment, today: date | None) -> list[Violation]:
    return [*rules_broken_by(environment), *(refusals(environment, today) if today else ())]


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def environment_path(name_or_path: str, root: Path) -> Path:
    """The file of an environment's name, or of a path.

    Raises:
        SettingsError: there is no such file.
    """
    is_name = re.fullmatch(r"[A-Za-z0-9_-]+", name_or_path) is not None
    named = root / FOLDER / f"{name_or_path}.yaml"
    try:
        if is_name and (named.exists() or not (root / name_or_path).exists()):
            path, exists = named, named.exists()
        else:
            path = root / name_or_path
            exists = bool(name_or_path.strip()) and path.exists()
    except (OSError, ValueError):  # a name too long for the file system, or with a null byte
        path, exists = root / name_or_path, False
    if exists:
        return path
    try:
        is_link = path.is_symlink()
    except (OSError, ValueError):
        is_link = False
    if is_link:
        raise SettingsError([Violation("", "is a symbolic link that leads to no file")], _shown(path, root))
    known = sorted(each.stem for each in (root / FOLDER).glob("*.yaml"))
    near = difflib.get_close_matches(name_or_path, known, n=1, cutoff=0.5)
    rule = f"does not exist; environments: {', '.join(known) or 'none'}"
    if near:
        rule += f"; did you mean {near[0]}?"
    raise SettingsError(
        [Violation("", rule)], f"{FOLDER}/{name_or_path}.yaml" if is_name else name_or_path or "(empty)"
    )
