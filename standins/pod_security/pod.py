"""A pod's containers and security contexts, as the controls look at them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
Check = Callable[[Json], Iterator[str]]


def containers(pod: Json) -> Iterator[tuple[str, Json]]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for container in pod.get(field) or ():
            yield f"{field}[{container.get('name', '?')}]", container


def contexts(pod: Json) -> Iterator[tuple[str, Json]]:
    """Security contexts of the pod and of all its containers."""
    yield "pod", pod.get("securityContext") or {}
    for where, container in containers(pod):
        yield where, container.get("securityContext") or {}


def added_capabilities(pod: Json, allowed: frozenset[str]) -> Iterator[str]:
    for where, context in contexts(pod):
        added = set((context.get("capabilities") or {}).get("add") or ())
        if added - allowed:
            yield f"{where}: capabilities.add must not have {', '.join(sorted(added - allowed))}"
