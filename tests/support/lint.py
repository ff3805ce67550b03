"""cfn-lint over several templates at once: loading its rules takes longer than a template."""

import json
from pathlib import Path

from cfnlint.api import lint_by_config
from cfnlint.config import ManualArgs

from tests.support.templates import Template


def lint(templates: dict[str, Template], *, region: str, folder: Path) -> list[str]:
    """What cfn-lint finds, warnings too, one line each; `folder` holds the files meanwhile."""
    files = [folder / f"{name}.json" for name in templates]
    for file, template in zip(files, templates.values(), strict=True):
        file.write_text(json.dumps(template))
    # W3005: a dependency that a reference already makes; the CDK's own constructs write both.
    found = lint_by_config(
        ManualArgs(templates=[str(file) for file in files], regions=[region], ignore_checks=["W3005"])
    )
    return [f"{Path(match.filename).stem} {match.rule.id} {match.path}: {match.message}" for match in found]
