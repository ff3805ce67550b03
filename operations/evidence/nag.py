"""cdk-nag's findings, as data.

cdk-nag reads the construct tree, which exists in the process of app.py alone: with the context `evidence` that process
writes them beside the templates. A process of its own would build everything again; and the same templates are not
looked at twice.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from operations.evidence.finding import Finding

if TYPE_CHECKING:
    from aws_cdk import App  # who only reads needs no Node

FILE = "nag.json"
"""In the cloud assembly, whose reader passes over files that its manifest does not name."""


class StaleError(Exception):
    """What is written is of other templates."""


def nag_findings(app: "App") -> list[Finding]:
    """What AwsSolutions and NIST 800-53 R5 find in an app that has been synthesized."""
    from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks  # loads a second library into Node: only who asks pays

    return sorted(
        Finding(violation.rule_name, str(resource.construct_path), violation.description.split(" - (Control IDs")[0])
        for pack in (AwsSolutionsChecks(app), NIST80053R5Checks(app))
        for violation in pack.validate_scope(app).violations
        for resource in violation.violating_resources
    )


def write_nag_findings(app: "App", assembly: Path) -> None:
    """Write them beside the templates, unless those of the same templates stand there already."""
    try:
        read_nag_findings(assembly)
    except (FileNotFoundError, StaleError):
        found = [vars(finding) for finding in nag_findings(app)]
        (assembly / FILE).write_text(json.dumps({"of": digest(assembly), "findings": found}, indent=1))


def read_nag_findings(assembly: Path) -> list[Finding]:
    """What a synth with the context `evidence` has written.

    Raises:
        FileNotFoundError: there was none.
        StaleError: there was one, and then another synth without that context.
    """
    written = json.loads((assembly / FILE).read_text())
    if written["of"] != digest(assembly):
        raise StaleError
    return [Finding(**each) for each in written["findings"]]


def digest(assembly: Path) -> str:
    """Of the templates, and of the rules' version."""
    content = hashlib.sha256(version("cdk-nag").encode())
    for template in sorted(assembly.glob("*.template.json")):
        content.update(template.name.encode() + template.read_bytes())
    return content.hexdigest()
