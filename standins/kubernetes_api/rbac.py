"""Who asks, and may they: bearer tokens, and Roles bound to ServiceAccounts."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standins.kubernetes_api.store import Store

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    """Whoever a token stands for."""

    name: str
    groups: tuple[str, ...] = ()

    @property
    def is_admin(self) -> bool:
        return "system:masters" in self.groups


ADMIN = User("kubernetes-admin", ("system:masters", "system:authenticated"))
ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))

Authenticator = Callable[[str], User | None]
"""Takes a bearer token ("" for none); gives the user, or None for a token that is not accepted."""

Authorizer = Callable[[User, str, str, str, str | None, str], bool]
"""Takes user, verb, API group, resource (with its subresource), namespace and name; says whether it is allowed."""


def everyone_is_admin(token: str) -> User | None:
    """Any bearer token is an administrator's; a request without one is anonymous."""
    return ADMIN if token else ANONYMOUS


def allow_all(user: User, verb: str, group: str, resource: str, namespace: str | None, name: str) -> bool:
    """No authorization beyond having a token."""
    return user != ANONYMOUS


class Tokens:
    """Tokens of ServiceAccounts and of one administrator."""

    def __init__(self) -> None:
        self.admin = secrets.token_hex(16)
        self._users: dict[str, User] = {self.admin: ADMIN}
        self._lock = threading.Lock()

    def issue(self, namespace: str, account: str) -> str:
        """A token for a ServiceAccount."""
        token = secrets.token_hex(16)
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
        with self._lock:
            self._users[token] = User(f"system:serviceaccount:{namespace}:{account}", groups)
        return token

    def __call__(self, token: str) -> User | None:
        with self._lock:
            return self._users.get(token) if token else ANONYMOUS


class RoleAuthorizer:
    """Kubernetes RBAC over the Roles and bindings in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, user: User, verb: str, group: str, resource: str, namespace: str | None, name: str) -> bool:
        if user.is_admin:
            return True
        bindings: list[tuple[Json, str | None]] = [(b, None) for b in self._store.objects("ClusterRoleBinding")]
        if namespace:
            bindings += [(b, namespace) for b in self._store.objects("RoleBinding", namespace)]
        for binding, within in bindings:
            if any(_is_subject(subject, user) for subject in binding.get("subjects") or ()):
                reference = binding["roleRef"]
                role = self._store.find(reference["kind"], within if reference["kind"] == "Role" else None, reference["name"])  # fmt: skip # noqa: E501
                if role and any(_allows(rule, verb, group, resource, name) for rule in role.get("rules") or ()):
                    return True
        return False


def _is_subject(subject: Json, user: User) -> bool:
    if subject["kind"] == "ServiceAccount":
        return user.name == f"system:serviceaccount:{subject.get('namespace')}:{subject['name']}"
    return subject["name"] in (user.groups if subject["kind"] == "Group" else (user.name,))


def _allows(rule: Json, verb: str, group: str, resource: str, name: str) -> bool:
    def has(values: list[str], wanted: str) -> bool:
        return wanted in values or "*" in values

    names = rule.get("resourceNames")
    return (
        has(rule.get("verbs") or [], verb)
        and has(rule.get("apiGroups") or [], group)
        and has(rule.get("resources") or [], resource)
        and (not names or name in names)
    )
