"""Between AWS and the cluster: which pod gets which role, and which secret."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from operations.evidence.finding import Rule
from operations.evidence.rules.identity import (
    ROLE,
    identity_statements,
    is_of_tasks,
    listed,
    principals,
    trust_statements,
)
from operations.evidence.subject import Resource, Subject
from settings.facts.addons import FSX_CSI_DRIVER

SECRETS_STORE = "secrets-store.csi.k8s.io"
ANY_SUFFIX = "-??????"
READS = ("secretsmanager:Get", "secretsmanager:BatchGet", "ssm:Get")
OF_ADDONS = {("kube-system", str(FSX_CSI_DRIVER.service_account))}
"""ServiceAccounts that an EKS add-on makes."""

Account = tuple[str, str]
"""Namespace and ServiceAccount."""


def associations(subject: Subject) -> Iterator[tuple[Resource, Account, str]]:
    """Each association, its ServiceAccount, and the text of its role's ARN."""
    for each in subject.resources("AWS::EKS::PodIdentityAssociation"):
        yield (
            each,
            (each.properties["Namespace"], each.properties["ServiceAccount"]),
            subject.text(each, each.properties["RoleArn"]),
        )


def secrets_of(subject: Subject) -> dict[Account, set[str]]:
    """ServiceAccount -> the secrets in AWS that its pods mount."""
    classes = {
        (each["metadata"]["namespace"], each["metadata"]["name"]): {
            secret["objectName"] for secret in json.loads(each["spec"]["parameters"]["objects"])
        }
        for each in subject.of_kind("SecretProviderClass")
    }
    found: dict[Account, set[str]] = defaultdict(set)
    for pod in subject.pods:
        for volume in pod.spec.get("volumes", ()):
            csi = volume.get("csi") or {}
            if csi.get("driver") == SECRETS_STORE:
                mounted = csi["volumeAttributes"]["secretProviderClass"]
                found[pod.namespace, pod.account] |= classes.get((pod.namespace, mounted), {f"no class {mounted}"})
    return dict(found)


def looked_up(subject: Subject) -> dict[Account, set[str]]:
    """ServiceAccount -> below which names its pods look for connections and variables (k8s/airflow/pods/)."""
    found: dict[Account, set[str]] = defaultdict(set)
    for pod in subject.pods:
        for container in pod.containers:
            options = {each["name"]: each.get("value", "") for each in container.get("env", ())}
            told = json.loads(options.get("AIRFLOW__SECRETS__BACKEND_KWARGS") or "{}")
            prefixes = [told[name] for name in ("connections_prefix", "variables_prefix") if told.get(name)]
            kind = "parameter" if "Parameter" in options.get("AIRFLOW__SECRETS__BACKEND", "") else "secret:"
            found[pod.namespace, pod.account] |= {f"{kind}{prefix}/*" for prefix in prefixes}
    return {account: names for account, names in found.items() if names}


def role_arn(subject: Subject, role: Resource) -> str:
    """The text of a role's ARN."""
    return subject.references.text(role.stack, {"Fn::GetAtt": [role.logical_id, "Arn"]})


def readable(subject: Subject) -> dict[str, set[str]]:
    """Text of a role's ARN -> what it may read of Secrets Manager and the Parameter Store."""
    found: dict[str, set[str]] = defaultdict(set)
    for roles, resource, statement in _of_roles(subject):
        reads = any(action.startswith(READS) for action in listed(statement.get("Action", ())))
        if statement["Effect"] == "Allow" and reads:
            for role in roles:
                found[role] |= {_secret(subject.text(resource, each)) for each in listed(statement["Resource"])}
    return dict(found)


def _of_roles(subject: Subject) -> Iterator[tuple[list[str], Resource, Mapping[str, Any]]]:
    """Texts of the ARNs of the roles that have a statement, what it stands in, and the statement."""
    by_name = {
        subject.references.text(role.stack, {"Ref": role.logical_id}): role_arn(subject, role)
        for role in subject.resources(ROLE)
    }
    for resource, statement in identity_statements(subject):
        if resource.type == ROLE:
            yield [role_arn(subject, resource)], resource, statement
            continue
        names = [resource.properties["RoleName"]] if "RoleName" in resource.properties else ()
        named = (*resource.properties.get("Roles", ()), *names)
        yield [by_name.get(subject.text(resource, each), "") for each in named], resource, statement


def _secret(arn: str) -> str:
    """A secret as what mounts it, or looks for it, calls it.

    One of the user's own has its name, to which its ARN adds six characters; everything below a prefix has neither
    region nor account, which pods don't say.
    """
    if arn.endswith(ANY_SUFFIX):
        return arn.partition(":secret:")[2].removesuffix(ANY_SUFFIX)
    match = re.fullmatch(r"arn:.*:(secret:.+/\*|parameter/.+/\*)", arn)
    return match[1] if match else arn


def _service_accounts(subject: Subject) -> Iterator[tuple[str, str]]:
    exist = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in subject.of_kind("ServiceAccount")}
    used = {(pod.namespace, pod.account) for pod in subject.pods}
    for resource, account, _ in associations(subject):
        if account not in exist | OF_ADDONS:
            yield resource.name, f"gives a role to {'/'.join(account)}, which does not exist: whoever makes it has it"
        elif account not in used | OF_ADDONS:
            yield resource.name, f"gives a role to {'/'.join(account)}, which no pod has"
    associated = {account for _, account, _ in associations(subject)}
    for account in sorted(secrets_of(subject).keys() - associated):
        yield (
            f"ServiceAccount/{'/'.join(account)}",
            "mounts secrets from AWS without an association: its pods can't start",
        )


def _secrets(subject: Subject) -> Iterator[tuple[str, str]]:
    mounted, asked, may_read = secrets_of(subject), looked_up(subject), readable(subject)
    needed: dict[str, set[str]] = defaultdict(set)
    for resource, account, role in associations(subject):
        needed[role] |= mounted.get(account, set()) | asked.get(account, set())
        for secret in sorted(mounted.get(account, set()) - may_read.get(role, set())):
            yield resource.name, f"{'/'.join(account)} mounts {secret}, which its role may not read"
        for names in sorted(asked.get(account, set()) - may_read.get(role, set())):
            yield resource.name, f"{'/'.join(account)} looks for {names}, which its role may not read"
    # Tasks ask for secrets of yours themselves; rule task-roles tells of those that could read Airflow's.
    of_tasks = {role_arn(subject, role) for role in subject.resources(ROLE) if is_of_tasks(role)}
    for reader, allowed in sorted((role, may) for role, may in may_read.items() if role not in of_tasks):
        for secret in sorted(allowed - needed.get(reader, set())):
            yield reader, f"may read {secret}, which no pod that has the role mounts or looks for"


def _trust(subject: Subject) -> Iterator[tuple[str, str]]:
    """The two sides name the same ServiceAccounts. A role that may do nothing can wait for its pods."""
    able = {role for roles, _, _ in _of_roles(subject) for role in roles}
    able |= {role_arn(subject, role) for role in subject.resources(ROLE) if role.properties.get("ManagedPolicyArns")}
    given: dict[str, set[str]] = defaultdict(set)
    for _, account, role in associations(subject):
        given[role].add("/".join(account))
    for resource, statement in trust_statements(subject):
        same = statement.get("Condition", {}).get("StringEquals", {})
        if "pods.eks.amazonaws.com" not in principals(subject, resource, statement) or not same:
            continue
        namespaces = listed(same.get("aws:RequestTag/kubernetes-namespace", []))
        accounts = listed(same.get("aws:RequestTag/kubernetes-service-account", []))
        trusted = {f"{namespace}/{account}" for namespace in namespaces for account in accounts}
        role = role_arn(subject, resource)
        for name in sorted(trusted ^ given[role] if role in able else given[role] - trusted):
            side = "trusts it, and no association gives it" if name in trusted else "has it, and the role refuses it"
            yield resource.name, f"{name}: {side}"


RULES = (
    Rule("pod-identity", "Roles and ServiceAccounts match", _service_accounts, ("CIS EKS 5.2.1", "IA-9")),
    Rule(
        "secret-readers", "A role reads what its pods mount or look up, and nothing else", _secrets, ("AC-6", "SC-12")
    ),
    Rule("pod-trust", "A role trusts whom it is given to, and nobody else", _trust, ("AC-6",)),
)
