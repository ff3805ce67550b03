"""Everything of a kind that the fullest environment has, as rows that a table can hold.

A table that is not what is found fails with the rows themselves, ready to be read, and to be written into the table.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from operations.evidence.rules.across_network import openings
from operations.evidence.rules.identity import (
    ROLE,
    identity_statements,
    listed,
    principals,
    resource_statements,
    trust_statements,
)
from operations.evidence.subject import Resource, Subject, name_of

Row = tuple[str, ...]
ACCOUNT = "999999999999"
"""The fullest environment's."""


def named(text: str) -> str:
    """A text without what is the same everywhere: hashes of logical ids, partition, region and account."""
    text = text.replace(ACCOUNT, "${AWS::AccountId}")
    text = re.sub(r"\$\{(\w+/\w+?)[0-9A-F]{8}(\w*?)((?:\.\w+)?)\}", r"\1\3", text)
    for same in ("arn:aws:", "arn:${AWS::Partition}:"):
        text = text.replace(same, "arn:")
    return text.replace(":us-east-1:", "::").replace(":${AWS::AccountId}:", "::").replace("${", "").replace("}", "")


def condition(subject: Subject, resource: Resource, statement: Mapping[str, Any]) -> str:
    """A statement's conditions on one line."""
    return "; ".join(
        f"{key} {operator} {together(subject, resource, values)}"
        for operator, comparisons in sorted(statement.get("Condition", {}).items())
        for key, values in sorted(comparisons.items())
    )


def together(subject: Subject, resource: Resource, values: Any) -> str:
    """One, or several in the order of the alphabet."""
    return ", ".join(sorted(named(subject.text(resource, each)) for each in listed(values)))


def permissions(subject: Subject) -> list[Row]:
    """(role, effect, actions, resources, condition) of every statement of every role."""
    return [
        (
            named(subject.text(resource, role)) if role else resource.name,
            statement["Effect"],
            together(subject, resource, statement["Action"]),
            together(subject, resource, statement["Resource"]),
            condition(subject, resource, statement),
        )
        for resource, statement in identity_statements(subject)
        for role in (resource.properties.get("Roles") or [None])
    ]


def managed_policies(subject: Subject) -> list[Row]:
    """(role, policy) of every policy that AWS keeps."""
    return [
        (role.name, subject.text(role, arn).rpartition("/")[2])
        for role in subject.resources(ROLE)
        for arn in role.properties.get("ManagedPolicyArns", ())
    ]


def trust(subject: Subject) -> list[Row]:
    """(role, who may take it on, condition)."""
    return [
        (role.name, ", ".join(principals(subject, role, statement)), condition(subject, role, statement))
        for role, statement in trust_statements(subject)
    ]


def resource_policies(subject: Subject) -> list[Row]:
    """(resource, effect, principals, actions, condition) of every policy that a resource has itself."""
    return [
        (
            resource.name,
            statement["Effect"],
            ", ".join(named(each) for each in principals(subject, resource, statement)),
            together(subject, resource, statement["Action"]),
            condition(subject, resource, statement),
        )
        for resource, statement in resource_statements(subject)
    ]


def lambda_permissions(subject: Subject) -> list[Row]:
    """(permission, function, who may call it)."""
    return [
        (each.name, named(subject.text(each, each.properties["FunctionName"])), str(each.properties["Principal"]))
        for each in subject.resources("AWS::Lambda::Permission", "AWS::Lambda::Url")
    ]


def access_entries(subject: Subject) -> list[Row]:
    """(principal, policy or group, scope) of whom the Kubernetes API knows."""
    return [
        (
            named(subject.text(entry, entry.properties["PrincipalArn"])),
            subject.text(entry, policy["PolicyArn"]).rpartition("/")[2],
            policy["AccessScope"]["Type"],
        )
        for entry in subject.resources("AWS::EKS::AccessEntry")
        for policy in entry.properties.get("AccessPolicies", [])
    ]


def associations(subject: Subject) -> list[Row]:
    """(namespace, ServiceAccount, role)."""
    return [
        (
            each.properties["Namespace"],
            each.properties["ServiceAccount"],
            named(subject.text(each, each.properties["RoleArn"])),
        )
        for each in subject.resources("AWS::EKS::PodIdentityAssociation")
    ]


def outputs(subject: Subject) -> list[Row]:
    """(stack, output, value) of what people are told; what stacks export to each other is an id or an ARN."""
    return [
        (stack, name, named(subject.references.text(stack, output["Value"])))
        for stack, template in subject.templates.items()
        for name, output in template.get("Outputs", {}).items()
        if "Export" not in output
    ]


def exports(subject: Subject) -> list[Row]:
    """(stack, value) of what stacks export to each other."""
    return [
        (stack, named(subject.references.text(stack, output["Value"])))
        for stack, template in subject.templates.items()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    ]


def ports(subject: Subject) -> list[Row]:
    """(group, in or out, protocol and ports, peer) of every security group's rule."""
    return [
        (
            named(each.group).partition("SecurityGroups")[2].removesuffix(".GroupId") or named(each.group),
            "in" if each.inward else "out",
            each.protocol if each.protocol == "-1" else f"{each.protocol} {each.ports[0]}-{each.ports[1]}",
            named(each.peer).removeprefix("NetworkStack/SecurityGroups").removesuffix(".GroupId"),
        )
        for each in openings(subject)
    ]


def cluster_objects(subject: Subject) -> list[Row]:
    """(kind, name) of the Kubernetes objects without a namespace."""
    return [(obj["kind"], obj["metadata"]["name"]) for obj in subject.objects if "namespace" not in obj["metadata"]]


def service_accounts(subject: Subject) -> list[Row]:
    """(ServiceAccount, Roles that it is bound to)."""
    return [
        (
            name_of(account),
            ", ".join(
                f"{binding['roleRef']['kind']} {binding['roleRef']['name']}"
                for binding in subject.of_kind("RoleBinding", "ClusterRoleBinding")
                for each in binding["subjects"]
                if (each.get("namespace"), each["name"])
                == (account["metadata"]["namespace"], account["metadata"]["name"])
            ),
        )
        for account in subject.of_kind("ServiceAccount")
    ]


def services(subject: Subject) -> list[Row]:
    """(Service, type, ports)."""
    return [
        (
            name_of(obj),
            obj["spec"].get("type", "ClusterIP"),
            ", ".join(str(port["port"]) for port in obj["spec"]["ports"]),
        )
        for obj in subject.of_kind("Service")
    ]


def config_map_keys(subject: Subject) -> list[Row]:
    """(ConfigMap, key)."""
    return [(obj["metadata"]["name"], key) for obj in subject.of_kind("ConfigMap") for key in obj["data"]]


def kubernetes_permissions(subject: Subject) -> list[Row]:
    """(Role, resources, verbs) of every rule."""
    return [
        (name_of(obj), ", ".join(rule["resources"]), ", ".join(rule["verbs"]))
        for obj in subject.of_kind("Role", "ClusterRole")
        for rule in obj["rules"]
    ]


def assert_closed(found: Iterable[Row], table: Iterable[Row]) -> None:
    """Nothing is there that the table does not name, and nothing that it names is gone."""
    have, want = list(found), list(table)
    added = [row for row in dict.fromkeys(have) if row not in want]
    gone = [row for row in want if row not in have]
    assert not added and not gone, "\n".join(
        ["", *(f"added: {json.dumps(row)}" for row in added), *(f"gone:  {json.dumps(row)}" for row in gone)]
    )
    assert len(want) == len(set(want)), "a row stands twice"
