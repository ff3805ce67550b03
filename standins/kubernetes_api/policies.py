"""ValidatingAdmissionPolicies, evaluated as the API server does: matched, bound, and the first broken rule refuses.

The language is CEL; what evaluates it here (cel-python) checks no types, knows no optional values and none of
Kubernetes' own functions, so an expression that passes here has to keep to what both know. Parameters and audit
annotations are not evaluated: a policy that has them is refused.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import celpy
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from standins.kubernetes_api.errors import ApiError
from standins.kubernetes_api.kinds import Kind

Json = dict[str, Any]
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
UNKNOWN = ("paramKind", "auditAnnotations")
Program = Callable[[Mapping[str, Any]], Any]


class PolicyError(Exception):
    """An expression that can't be evaluated: with failurePolicy Fail, a refusal."""


@cache
def program(expression: str) -> Any:
    """An expression, compiled once. Raises PolicyError."""
    environment = celpy.Environment()
    try:
        return environment.program(environment.compile(expression))
    except CELParseError as error:
        raise PolicyError(f"expression '{expression}' does not compile: {error}") from error


def evaluate(expression: str, activation: Mapping[str, Any]) -> Any:
    """The value of an expression. Raises PolicyError."""
    try:
        return program(expression).evaluate(dict(activation))
    except CELEvalError as error:
        raise PolicyError(f"expression '{expression}' resulted in error: {error.args[0]}") from error


def denials(policy: Json, manifest: Json, *, operation: str, user: str) -> Iterator[tuple[str, str]]:
    """Message and reason of each rule of a policy that a request breaks; nothing where its conditions don't match."""
    spec = policy["spec"]
    request = {"operation": operation, "userInfo": {"username": user}}
    known: dict[str, Any] = {"object": json_to_cel(manifest), "request": json_to_cel(request)}
    try:
        if not all(evaluate(each["expression"], known) for each in spec.get("matchConditions") or ()):
            return
        variables = celpy.celtypes.MapType()
        for each in spec.get("variables") or ():
            variables[celpy.celtypes.StringType(each["name"])] = evaluate(
                each["expression"], {**known, "variables": variables}
            )
        known["variables"] = variables
        for each in spec["validations"]:
            if not evaluate(each["expression"], known):
                yield (
                    each.get("message") or f"failed expression: {each['expression']}",
                    each.get("reason") or "Invalid",
                )
    except PolicyError as error:
        if spec.get("failurePolicy", "Fail") == "Fail":
            yield str(error), "Invalid"


class Policies:
    """The policies that a store holds, where they are bound."""

    def __init__(self, objects: Callable[[str], list[Json]], namespace_labels: Callable[[str], Json]) -> None:
        self._objects, self._namespace_labels = objects, namespace_labels
        self._lock = threading.Lock()  # the evaluator promises nothing of threads

    def check(self, kind: Kind, manifest: Json, *, operation: str, user: str) -> None:
        """Raises ApiError for a request that a bound policy denies."""
        bound = {each["spec"]["policyName"]: each for each in self._objects(BINDING)}
        for policy in self._objects(POLICY):
            binding = bound.get(policy["metadata"]["name"])
            if binding is None or not _matches(policy, kind, operation) or not self._in_scope(binding, manifest):
                continue
            # For nothing but the evaluation: who asks may hold the store's lock, and reading the store takes it.
            with self._lock:
                found = list(denials(policy, manifest, operation=operation, user=user))
            for message, reason in found:
                raise _denied(kind, manifest, policy, binding, message, reason)

    def _in_scope(self, binding: Json, manifest: Json) -> bool:
        wanted = ((binding["spec"].get("matchResources") or {}).get("namespaceSelector") or {}).get("matchLabels") or {}
        if not wanted:
            return True
        namespace = manifest["metadata"].get("namespace")
        return bool(namespace) and wanted.items() <= self._namespace_labels(namespace).items()


def check_policy(manifest: Json) -> None:
    """A policy's own content. Raises PolicyError for what does not compile, or is not played here."""
    spec = manifest["spec"]
    if unknown := [name for name in UNKNOWN if spec.get(name)]:
        raise PolicyError(f"not evaluated by this stand-in: {', '.join(unknown)}")
    for part in ("matchConditions", "variables", "validations"):
        for each in spec.get(part) or ():
            program(each["expression"])


def _matches(policy: Json, kind: Kind, operation: str) -> bool:
    return any(
        operation in rule["operations"] and kind.group in rule["apiGroups"] and kind.plural in rule["resources"]
        for rule in policy["spec"]["matchConstraints"]["resourceRules"]
    )


def _denied(kind: Kind, manifest: Json, policy: Json, binding: Json, message: str, reason: str) -> ApiError:
    names = [each["metadata"]["name"] for each in (policy, binding)]
    name = manifest["metadata"]["name"]
    code = {"Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413}.get(reason, 422)
    text = f"{kind.resource} \"{name}\" is forbidden: ValidatingAdmissionPolicy '{names[0]}' with binding '{names[1]}' denied request: {message}"  # noqa: E501
    return ApiError(code, reason, text)
