"""What outlives its stack: data, what data stands on, and nothing else."""

from collections import Counter
from typing import Any

import pytest

from tests.support.environments import aws_environment
from tests.support.templates import references
from tests.unit.stacks.conftest import Templates, templates_of

KEYS = {
    "storage": {"customer_managed_key": True},
    "database": {"customer_managed_key": True},
    "images": {"repository": True},
}


@pytest.fixture(scope="module")
def retaining() -> Templates:
    return templates_of(aws_environment(retain_data=True, **KEYS))


def retained(template: dict[str, Any]) -> set[str]:
    return {name for name, r in template["Resources"].items() if r.get("DeletionPolicy") == "RetainExceptOnCreate"}


def imports(value: Any) -> set[str]:
    """The names of the exports that a piece of a template imports."""
    if isinstance(value, dict):
        own = {value["Fn::ImportValue"]} if "Fn::ImportValue" in value else set()
        return own.union(*(imports(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(imports(inner) for inner in value))
    return set()


def test_should_keep_exactly_the_data_and_what_it_stands_on(retaining: Templates) -> None:
    assert {stack: sorted(name[:-8] for name in retained(template)) for stack, template in retaining.items()} == {
        "NetworkStack": [
            "NetworkVpc",
            "NetworkVpcPrivateSubnet1Subnet",
            "NetworkVpcPrivateSubnet2Subnet",
            "SecurityGroupsDatabase",
            "SecurityGroupsFileSystem",
            "SecurityGroupsLustre1018FromItself",
            "SecurityGroupsLustre1018ToItself",
            "SecurityGroupsLustre988FromItself",
            "SecurityGroupsLustre988ToItself",
        ],
        "IamStack": [],
        "StorageStack": ["Bucket", "BucketPolicy", "FileSystem", "FileSystemKey", "Images", "ImagesKey"],
        "DatabaseStack": [
            "Key",
            "MetadataDatabaseInstance",
            "MetadataDatabaseLogGroup",
            "MetadataDatabaseParameterGroup",
            "MetadataDatabaseSubnetGroup",
            "SecretsAdminPassword",
            "SecretsApiSecretKey",
            "SecretsDatabase",
            "SecretsDatabaseAttachment",
            "SecretsFernetKey",
            "SecretsJwtSecret",
        ],
    }


def test_should_keep_everything_that_a_kept_resource_names(retaining: Templates) -> None:
    """AWS refuses to delete what a live resource names: the destroy would end in DELETE_FAILED."""
    exports = {
        output["Export"]["Name"]: (stack, next(references(output["Value"])))
        for stack, template in retaining.items()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
    named = Counter[tuple[str, str]]()
    for stack, template in retaining.items():
        for name in retained(template):
            properties = template["Resources"][name]["Properties"]
            named.update((stack, other) for other in references(properties) if other in template["Resources"])
            named.update(exports[export] for export in imports(properties))
    kept = {(stack, name) for stack, template in retaining.items() for name in retained(template)}
    assert len(named) >= 8
    assert set(named) <= kept


def test_should_keep_data_when_it_is_replaced_too(retaining: Templates) -> None:
    gone_when_replaced = {
        name[:-8]
        for template in retaining.values()
        for name in retained(template)
        if template["Resources"][name].get("UpdateReplacePolicy") != "Retain"
    }
    # Their successors take over at once, and no data is in them.
    assert gone_when_replaced == {
        "MetadataDatabaseParameterGroup",
        "SecurityGroupsLustre988FromItself",
        "SecurityGroupsLustre988ToItself",
        "SecurityGroupsLustre1018FromItself",
        "SecurityGroupsLustre1018ToItself",
    }


def test_should_keep_nothing_when_data_is_not_retained() -> None:
    templates = templates_of(aws_environment(retain_data=False, **KEYS))
    policies = {
        resource.get(policy, "Delete")
        for template in templates.values()
        for resource in template["Resources"].values()
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
    }
    assert policies == {"Delete"}


def test_should_differ_in_retention_only() -> None:
    """Turning retention on for a live platform replaces nothing."""

    def without_policies(templates: Templates) -> Templates:
        for template in templates.values():
            for resource in template["Resources"].values():
                for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
                    resource.pop(policy, None)
                resource.get("Properties", {}).pop("DeleteAutomatedBackups", None)
        return templates

    on, off = (without_policies(templates_of(aws_environment(retain_data=retain))) for retain in (True, False))
    assert on == off
