"""ValidatingAdmissionPolicies, evaluated as the API server does: matched, bound, and the first broken rule refuses.

The language is CEL; what evaluates it here (cel-python) checks no types, knows no optional values and of Kubernetes'
own functions those below, so an expression that passes here has to keep to what both know. Parameters and audit
annotations are not evaluated: a policy that has them is refused.
"""

import contextlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import celpy
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from standins.kubernetes_api.errors import ApiError
from standins.kubernetes_api.kinds import Kind
from standins.kubernetes_api.quantities import amount, is_quantity

Json = dict[str, Any]
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
UNKNOWN = ("paramKind", "auditAnnotations")
Program = Callable[[Mapping[str, Any]], Any]


def _quantity(text: Any) -> Any:
    """`quantity`, of Kubernetes' library: an error for what is none."""
    if not is_quantity(text):
        raise CELEvalError(f"{text} is no quantity")
    return celpy.celtypes.StringType(text)


def _compared(one: Any, other: Any) -> Any:
    """`compareTo` of two quantities: -1, 0 or 1."""
    return celpy.celtypes.IntType((amount(one) > amount(other)) - (amount(one) < amount(other)))


FUNCTIONS: dict[str, Any] = {"quantity": _quantity, "compareTo": _compared}
"""Of "Quantity library" ("Common Expression Language in Kubernetes", Kubernetes documentation)."""


class PolicyError(Exception):
    """An expression that can't be evaluated: with failurePolicy Fail, a refusal."""


@cache
def program(expression: str) -> Any:
    """An expression, compiled once. Raises PolicyError."""
    environment = celpy.Environment()
    try:
        return environment.program(environment.compile(expression), functions=FUNCTIONS)
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
        values = Variables(spec.get("variables") or (), known)
        for each in spec["validations"]:
            if not values.evaluate(each["expression"]):
                yield _message(each, values), each.get("reason") or "Invalid"
    except PolicyError as error:
        if spec.get("failurePolicy", "Fail") == "Fail":
            yield str(error), "Invalid"


class Variables:
    """A policy's variables, each evaluated when an expression first names it."""

    def __init__(self, variables: Iterable[Json], known: Mapping[str, Any]) -> None:
        self._expressions = {each["name"]: each["expression"] for each in variables}
        self._values = celpy.celtypes.MapType()
        self._known = {**known, "variables": self._values}

    def evaluate(self, expression: str) -> Any:
        """The value of an expression. Raises PolicyError."""
        for name in re.findall(r"\bvariables\.(\w+)", expression):
            key = celpy.celtypes.StringType(name)
            if name in self._expressions and key not in self._values:
                self._values[key] = self.evaluate(self._expressions[name])
        return evaluate(expression, self._known)


def _message(validation: Json, values: Variables) -> str:
    """What a refusal says: the expression's text, unless that can't be told."""
    if "messageExpression" in validation:
        with contextlib.suppress(PolicyError):
            return str(values.evaluate(validation["messageExpression"]))
    return str(validation.get("message") or f"failed expression: {validation['expression']}")


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
            for field in ("expression", "messageExpression"):
                if field in each:
                    program(each[field])


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
