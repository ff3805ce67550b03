"""A gate before one verb of the Kubernetes API: while it is shut, such requests hang, and are refused afterwards."""

import threading

from standins.kubernetes_api.rbac import Authorizer, User


class Gate:
    """An authorizer around another one."""

    def __init__(self, inner: Authorizer, verb: str, resource: str) -> None:
        self._inner, self._verb, self._resource = inner, verb, resource
        self._open = threading.Event()
        self._open.set()
        self.waiting = 0

    def __call__(self, user: User, verb: str, group: str, resource: str, namespace: str | None, name: str) -> bool:
        if (verb, resource) == (self._verb, self._resource) and not self._open.is_set():
            self.waiting += 1
            self._open.wait()
            return False
        return self._inner(user, verb, group, resource, namespace, name)

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()
