"""ServiceAccounts, and what they may do with the Kubernetes API."""

from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow import components
from k8s.airflow.components import Component, Rules
from k8s.airflow.pods.task_profiles import accounts
from k8s.labels import labels
from settings.model.airflow import AirflowSettings

COMPONENT = "access"

JOBS = (names.MIGRATION, names.ADMIN_USER)
"""ServiceAccounts of pods that come and go, as tasks do; none of them calls the Kubernetes API."""


def add_access(scope: Construct, airflow: AirflowSettings) -> None:
    """A ServiceAccount for each kind of pod; a token and a Role only for those that call the Kubernetes API."""
    with_roles = {each.name: each for each in components.COMPONENTS if each.kubernetes is not None}
    for account in (*(each.name for each in components.COMPONENTS), *JOBS, *accounts(airflow)):
        kube.KubeServiceAccount(
            scope,
            f"ServiceAccount-{account}",
            metadata=_metadata(account),
            automount_service_account_token=account in with_roles,
        )
    # Roles that have a name of their own come first.
    for each in sorted(with_roles.values(), key=lambda each: each.role is None):
        _add_role(scope, each)


def _add_role(scope: Construct, component: Component) -> None:
    role, binding = component.role or component.name, component.role_binding or component.name
    add_role(scope, component.name, component.kubernetes or {}, role=role, binding=binding)


def add_role(scope: Construct, account: str, rules: Rules, *, role: str, binding: str) -> None:
    """What the pods of a ServiceAccount may do with the Kubernetes API."""
    kube.KubeRole(scope, f"Role-{account}", metadata=_metadata(role), rules=_rules(rules))
    kube.KubeRoleBinding(
        scope,
        f"RoleBinding-{account}",
        metadata=_metadata(binding),
        role_ref=kube.RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name=role),
        subjects=[kube.Subject(kind="ServiceAccount", name=account, namespace=names.NAMESPACE)],
    )


def _metadata(name: str) -> kube.ObjectMeta:
    return kube.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels(COMPONENT))


def _rules(rules: Rules) -> list[kube.PolicyRule]:
    named = [(resource.partition("."), verbs) for resource, verbs in rules.items()]
    return [
        kube.PolicyRule(api_groups=[group], resources=[resource], verbs=list(verbs))
        for (resource, _, group), verbs in named
    ]
