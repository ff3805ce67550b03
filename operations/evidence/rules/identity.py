"""IAM: who may do what, and who may become whom."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from operations.evidence.finding import Rule
from operations.evidence.subject import Resource, Subject

ROLE = "AWS::IAM::Role"
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
RESOURCE_POLICIES = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
}
"""Type -> the property that holds its policy."""

Statement = Mapping[str, Any]


def listed(value: Any) -> list[Any]:
    """One, or a list of them."""
    return value if isinstance(value, list) else [value]


def identity_statements(subject: Subject) -> Iterator[tuple[Resource, Statement]]:
    """What roles may do: inline, and by policies attached to them."""
    for role in subject.resources(ROLE):
        for policy in role.properties.get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield role, statement
    for policy in subject.resources(*POLICIES):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            yield policy, statement


def resource_statements(subject: Subject) -> Iterator[tuple[Resource, Statement]]:
    """Who may do what with a resource, by its own policy."""
    for resource in subject.resources(*RESOURCE_POLICIES):
        for statement in resource.properties.get(RESOURCE_POLICIES[resource.type], {}).get("Statement", ()):
            yield resource, statement


def trust_statements(subject: Subject) -> Iterator[tuple[Resource, Statement]]:
    """Who may become a role."""
    for role in subject.resources(ROLE):
        for statement in role.properties["AssumeRolePolicyDocument"]["Statement"]:
            yield role, statement


def principals(subject: Subject, resource: Resource, statement: Statement) -> list[str]:
    """Whom a statement names, as comparable text."""
    principal = statement.get("Principal", "*")
    if isinstance(principal, str):
        return [principal]
    return [subject.text(resource, each) for values in principal.values() for each in listed(values)]


def is_of_tasks(resource: Resource) -> bool:
    """Whether a role, or a policy of one, is what the environment's file gives to tasks."""
    return resource.stack == "ClusterStack" and resource.logical_id.startswith("TaskRoles")


def _wildcard_actions(subject: Subject) -> Iterator[tuple[str, str]]:
    for resource, statement in identity_statements(subject):
        if statement["Effect"] == "Allow" and not is_of_tasks(resource):
            for action in listed(statement.get("Action", statement.get("NotAction", "*"))):
                if "*" in action or "NotAction" in statement:
                    yield resource.name, f"may do whatever {action} comes to mean"


def _broad_tasks(subject: Subject) -> Iterator[tuple[str, str]]:
    for resource, statement in identity_statements(subject):
        if not is_of_tasks(resource):
            continue
        everything = "*" in (resources := [subject.text(resource, each) for each in listed(statement["Resource"])])
        for action in listed(statement["Action"]):
            if action.endswith(":*"):
                yield resource.name, f"lets every DAG author do all of {action}"
            elif everything and ("*" in action or "?" in action):
                yield resource.name, f"lets every DAG author do whatever {action} comes to mean, with everything"
            if fnmatchcase("secretsmanager:getsecretvalue", action.lower()) and any(
                each == "*" or each.endswith(":secret:*") for each in resources
            ):
                yield resource.name, "lets every DAG author read all secrets, Airflow's own among them"
    for role in subject.resources(ROLE):
        for arn in role.properties.get("ManagedPolicyArns", ()) if is_of_tasks(role) else ():
            policy = subject.text(role, arn).rpartition("/")[2]
            if policy.endswith(("FullAccess", "ReadWrite")):
                yield role.name, f"has {policy}, which gives more than tasks use: name what they use in statements"


def _wildcard_principals(subject: Subject) -> Iterator[tuple[str, str]]:
    for resource, statement in (*resource_statements(subject), *trust_statements(subject)):
        if statement["Effect"] != "Allow" or _is_of_a_service(subject, resource, statement):
            continue
        if "*" in principals(subject, resource, statement):
            yield resource.name, "lets anybody in: its principal is *"
    for permission in subject.resources("AWS::Lambda::Permission"):
        if permission.properties.get("Principal") == "*":
            yield permission.name, "lets anybody call the function: its principal is *"


def _is_of_a_service(subject: Subject, resource: Resource, statement: Statement) -> bool:
    """Whether its condition lets in service-linked roles of our account alone, which nobody else can take on.

    A policy can name no role that does not exist yet, and these carry the id of what they are made for.
    """
    conditions = statement.get("Condition", {})
    roles = listed(conditions.get("ArnLike", {}).get("aws:PrincipalArn", []))
    ours = conditions.get("StringEquals", {}).get("kms:CallerAccount")
    paths = [subject.text(resource, role) for role in roles]
    return bool(paths) and ours is not None and all(":role/aws-service-role/" in path for path in paths)


def _key_users(subject: Subject) -> Iterator[tuple[str, str]]:
    account = ":root"
    for resource, statement in resource_statements(subject):
        if resource.type != "AWS::KMS::Key" or statement["Effect"] != "Allow":
            continue
        named = principals(subject, resource, statement)
        actions = listed(statement["Action"])
        if "kms:*" in actions and not all(each.endswith(account) for each in named):
            yield resource.name, f"{', '.join(named)} may do everything with the key, not use it alone"
        others = [each for each in named if ":iam::" in each and each.endswith(account)]
        if others and any(
            "${AWS::AccountId}" not in each and str(subject.settings.account) not in each for each in others
        ):
            yield resource.name, "another account may use the key"


def _pod_roles(subject: Subject) -> Iterator[tuple[str, str]]:
    wanted = {
        f"aws:RequestTag/{tag}" for tag in ("eks-cluster-arn", "kubernetes-namespace", "kubernetes-service-account")
    }
    for role, statement in trust_statements(subject):
        if "pods.eks.amazonaws.com" in principals(subject, role, statement) and "sts:AssumeRole" in listed(
            statement["Action"]
        ):
            missing = wanted - set(statement.get("Condition", {}).get("StringEquals", {}))
            if missing:
                yield role.name, f"any pod can be given the role: it does not compare {', '.join(sorted(missing))}"


RULES = (
    Rule("iam-actions", "No role may do what a wildcard names", _wildcard_actions, ("AC-6",)),
    Rule("task-roles", "What tasks may do with AWS is what they use", _broad_tasks, ("AC-6",)),
    Rule("iam-principals", "No policy names everybody", _wildcard_principals, ("AC-3", "AC-6")),
    Rule("key-users", "A key's policy names who uses it, in this account", _key_users, ("SC-12", "AC-6")),
    Rule("pod-roles", "A pod's role is for its ServiceAccount alone", _pod_roles, ("CIS EKS 5.2.1", "AC-6")),
)
