"""Secrets and key that a deployed database was restored with: no resource of the stacks' has them, so no comparison of
properties misses them. The template's metadata remembers them (stacks/database_stack.py)."""

from collections.abc import Iterator, Mapping
from typing import Any

from settings import Violation

RESTORED = "Restored"
REASONS = {
    "secrets": "Airflow could not read its connections, nor let anybody in, with other values",
    "kms_key_arn": "the database keeps its snapshot's key, and pods decrypt their secrets with it",
}
WAY = "set it back; another set is restored in an environment of another name, or when this one is destroyed"


def restore_violations(deployed: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[Violation]:
    """What of `restore` a deployed platform has and the file says otherwise, or not at all. Only where both templates
    have a restored database: what comes, or goes, is told by its snapshot."""
    before, after = (template.get("Metadata", {}).get(RESTORED) for template in (deployed, wanted))
    if before is None or after is None:
        return
    for part, reason in REASONS.items():
        if before.get(part) != after.get(part):
            rule = f"can't be changed on what is deployed (deployed: {_told(before.get(part))}): {reason}"
            yield Violation(f"restore.{part}", f"{rule}. The way: {WAY}", after.get(part))


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in sorted(value.items()))
    return str(value)
