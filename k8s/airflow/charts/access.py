"""ServiceAccounts, and what they may do with the Kubernetes API."""

from collections.abc import Mapping, Sequence

from cdk8s_plus_28 import k8s
from constructs import Construct

from k8s import names
from k8s.labels import labels

COMPONENT = "access"

SERVICE_ACCOUNTS = (
    names.API_SERVER,
    names.SCHEDULER,
    names.DAG_PROCESSOR,
    names.TRIGGERER,
    names.MIGRATION,
    names.ADMIN_USER,
    names.WORKER,
)

# Exactly the verbs that were seen in use. Resource -> verbs, in the core group and this namespace.
POD_LAUNCHER = {"pods": ["create", "delete", "get", "list", "patch", "watch"]}
API_SERVER = {"pods": ["list"], "pods/log": ["get"]}
TRIGGERER = {"events": ["list", "watch"], "pods": ["delete", "get"], "pods/log": ["get"]}

ROLES = {
    # ServiceAccount -> (role, binding, rules)
    names.SCHEDULER: (names.POD_LAUNCHER_ROLE, names.POD_LAUNCHER_ROLE_BINDING, POD_LAUNCHER),
    names.API_SERVER: (names.API_SERVER, names.API_SERVER, API_SERVER),
    names.TRIGGERER: (names.TRIGGERER, names.TRIGGERER, TRIGGERER),
}


def add_access(scope: Construct) -> None:
    """A ServiceAccount for each kind of pod; a token and a Role only for those that call the Kubernetes API."""
    for account in SERVICE_ACCOUNTS:
        k8s.KubeServiceAccount(
            scope,
            f"ServiceAccount-{account}",
            metadata=_metadata(account),
            automount_service_account_token=account in ROLES,
        )
    for account, (role, binding, rules) in ROLES.items():
        k8s.KubeRole(scope, f"Role-{account}", metadata=_metadata(role), rules=_rules(rules))
        k8s.KubeRoleBinding(
            scope,
            f"RoleBinding-{account}",
            metadata=_metadata(binding),
            role_ref=k8s.RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name=role),
            subjects=[k8s.Subject(kind="ServiceAccount", name=account, namespace=names.NAMESPACE)],
        )


def _metadata(name: str) -> k8s.ObjectMeta:
    return k8s.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels(COMPONENT))


def _rules(rules: Mapping[str, Sequence[str]]) -> list[k8s.PolicyRule]:
    return [
        k8s.PolicyRule(api_groups=[""], resources=[resource], verbs=list(verbs)) for resource, verbs in rules.items()
    ]
