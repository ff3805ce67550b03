"""Changes of the links between file system and S3 that FSx would refuse half-way, because CloudFormation makes what is
new, and changes what stays, before it takes away what goes.

Sources: CreateDataRepositoryAssociation and CreateFileSystem, Amazon FSx API reference; a linked file system takes no
word of backups, not even 0: aws-cloudformation/cloudformation-coverage-roadmap #1687.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from settings import Violation
from settings.facts.lustre import MOST_LINKS

LINK, FILE_SYSTEM = "AWS::FSx::DataRepositoryAssociation", "AWS::FSx::FileSystem"
LINKS, BACKUPS, DATA = "storage.s3.enabled", "storage.backup_retention_days", "storage.data"

Template = Mapping[str, Any]


def link_violations(deployed: Template, wanted: Template) -> Iterator[Violation]:
    """What of a stack's change of links FSx would refuse. A file system that is made anew has none yet."""
    before, after = _of_type(deployed, LINK), _of_type(wanted, LINK)
    days = [_backup_days(template) for template in (deployed, wanted)]
    if after and not before and days[0]:
        yield Violation(
            LINKS,
            f"can't be true yet: FSx links no file system that has automatic backups, which {BACKUPS} has turned on."
            f" The way: deploy once with {LINKS}: false and {BACKUPS}: 0, then with true",
            True,
        )
    if before and not after and days[1] is not None:
        yield Violation(
            BACKUPS,
            f"can't be set while the file system is linked to S3, which {LINKS} has turned on: FSx takes no word of"
            f" backups. The way: deploy once with {LINKS}: false and {BACKUPS}: null, then with the number",
            days[1],
        )
    yield from _in_the_way(before, after)


def is_linked(template: Template) -> bool:
    """Whether a template links a file system to S3."""
    return bool(_of_type(template, LINK))


def _in_the_way(before: Template, after: Template) -> Iterator[Violation]:
    made = {name: link for name, link in after.items() if name not in before}
    going = {name: link for name, link in before.items() if name not in after}
    for link in made.values():
        for other in going.values():
            if any(_overlap(link[field], other[field]) for field in ("FileSystemPath", "DataRepositoryPath")):
                rule = (
                    f"can't link {_shown(link)} while {_shown(other)} is linked: CloudFormation makes the new link"
                    " before it takes the old one away. The way: deploy once without both, then with the new one"
                )
                yield Violation(DATA, rule)
    if made and len(before) + len(made) > MOST_LINKS:
        rule = (
            f"can't exchange so many: {len(before)} links are deployed and {len(made)} come before the old ones go, and"
            f" a file system has {MOST_LINKS}. The way: deploy once without those that go"
        )
        yield Violation(DATA, rule)


def _of_type(template: Template, type_: str) -> dict[str, Any]:
    resources = template.get("Resources", {})
    return {name: each.get("Properties", {}) for name, each in resources.items() if each["Type"] == type_}


def _backup_days(template: Template) -> int | None:
    for properties in _of_type(template, FILE_SYSTEM).values():
        days = properties.get("LustreConfiguration", {}).get("AutomaticBackupRetentionDays")
        return None if days is None else int(days)
    return None


def _shown(link: Mapping[str, Any]) -> str:
    return str(link["FileSystemPath"]).removeprefix("/")


def _overlap(one: Any, other: Any) -> bool:
    parts, others = ([part for part in _text(each).split("/") if part] for each in (one, other))
    shorter = min(len(parts), len(others))
    return parts[:shorter] == others[:shorter]


def _text(value: Any) -> str:
    """A path as text; a reference in it stands for itself."""
    if isinstance(value, Mapping) and "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(map(_text, parts))
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True).replace("/", "")
