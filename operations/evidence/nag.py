"""cdk-nag's findings, as data.

cdk-nag reads the construct tree, which exists in the process of app.py alone: with the context `evidence` that process
writes them beside the templates. It costs half a second there; a process of its own would build everything again.
"""

import json
from pathlib import Path

from aws_cdk import App

from operations.evidence.finding import Finding

FILE = "nag.json"
"""In the cloud assembly, whose reader passes over files that its manifest does not name."""


def nag_findings(app: App) -> list[Finding]:
    """What AwsSolutions and NIST 800-53 R5 find in an app that has been synthesized."""
    from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks  # loads a second library into Node: only who asks pays

    return sorted(
        Finding(violation.rule_name, str(resource.construct_path), violation.description.split(" - (Control IDs")[0])
        for pack in (AwsSolutionsChecks(app), NIST80053R5Checks(app))
        for violation in pack.validate_scope(app).violations
        for resource in violation.violating_resources
    )


def write_nag_findings(app: App, assembly: Path) -> None:
    """Write them beside the templates."""
    found = [vars(finding) for finding in nag_findings(app)]
    (assembly / FILE).write_text(json.dumps(found, indent=1))


def read_nag_findings(assembly: Path) -> list[Finding]:
    """What a synth with the context `evidence` has written. Raises FileNotFoundError when there was none."""
    return [Finding(**each) for each in json.loads((assembly / FILE).read_text())]
