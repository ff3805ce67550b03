"""Between AWS and the cluster: the FSx CSI driver's role, and what StorageClasses ask of the driver."""

from collections.abc import Iterator, Mapping
from typing import Any

from operations.evidence.finding import Rule
from operations.evidence.rules.across_identity import OF_ADDONS, associations, role_arn
from operations.evidence.rules.identity import ROLE, identity_statements, listed
from operations.evidence.subject import Resource, Subject

PROVISIONER = "fsx.csi.aws.com"
ALWAYS = {"fsx:DescribeFileSystems", "fsx:CreateFileSystem", "fsx:TagResource", "fsx:DeleteFileSystem"}
"""What a claim, and a volume that its owner sets to Delete, make the driver do (cloud.go of aws-fsx-csi-driver)."""

ASKED_BY: dict[str, str] = {"allowVolumeExpansion": "fsx:UpdateFileSystem"}
"""Field of a StorageClass -> the action that it asks for."""

EXISTING = ":file-system/fs-"
"""Ids of file systems that exist begin so; a creation is checked against the ARN `file-system/*`."""

VOLUME_TAG = "CSIVolumeName"


def _statements(subject: Subject) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    driver = {role for _, account, role in associations(subject) if account in OF_ADDONS}
    names = {
        subject.references.text(role.stack, {"Ref": role.logical_id})
        for role in subject.resources(ROLE)
        if role_arn(subject, role) in driver
    }
    for resource, statement in identity_statements(subject):
        if names & {subject.text(resource, each) for each in resource.properties.get("Roles", ())}:
            yield resource, statement


def _driver(subject: Subject) -> Iterator[tuple[str, str]]:
    classes = [each for each in subject.of_kind("StorageClass") if each["provisioner"] == PROVISIONER]
    asked = ALWAYS | {action for each in classes for field, action in ASKED_BY.items() if each.get(field)}
    allowed: dict[str, str] = {}
    tags_what_exists, deletes_what_it_did_not_make = True, False
    for resource, statement in _statements(subject):
        actions = [each for each in listed(statement["Action"]) if each.startswith("fsx:")]
        if statement["Effect"] == "Deny":
            on = [subject.text(resource, each) for each in listed(statement["Resource"])]
            if "fsx:TagResource" in actions and any(each.endswith(f"{EXISTING}*") for each in on):
                tags_what_exists = bool(statement.get("Condition"))
            continue
        allowed |= dict.fromkeys(actions, resource.name)
        tagged = {"Null": {f"aws:ResourceTag/{VOLUME_TAG}": "false"}}
        if "fsx:DeleteFileSystem" in actions and statement.get("Condition") != tagged:
            deletes_what_it_did_not_make = True
    if not allowed:
        return
    name = next(iter(allowed.values()))
    for action in sorted(asked - allowed.keys()):
        yield name, f"the StorageClass asks for {action}, which the driver's role may not do"
    for action in sorted(allowed.keys() - asked):
        yield name, f"the driver's role may do {action}, which no StorageClass asks for"
    if tags_what_exists:
        yield name, "the driver can put its tag on a file system that it did not make, and then delete it"
    if deletes_what_it_did_not_make:
        yield name, "the driver can delete a file system without its tag"


RULES = (Rule("fsx-driver", "The CSI driver does what StorageClasses ask, to what it made", _driver, ("AC-6", "CP-9")),)
