"""The stand-in's admission policies: who is held, where, and what a broken policy does."""

from typing import Any

import pytest

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.errors import ApiError
from standins.kubernetes_api.options import Options

Json = dict[str, Any]
ASKING = "system:serviceaccount:held:somebody"


def policy(**spec: Any) -> Json:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "no-secrets"},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
                ]
            },
            "matchConditions": [{"name": "who", "expression": f"request.userInfo.username == '{ASKING}'"}],
            "variables": [{"name": "data", "expression": "has(object.data) ? object.data : {}"}],
            "validations": [
                {"expression": "!('password' in variables.data)", "message": "data: no password", "reason": "Forbidden"}
            ],
            **spec,
        },
    }


BINDING = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "no-secrets"},
    "spec": {
        "policyName": "no-secrets",
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "held"}}},
    },
}


def cluster(*objects: Json) -> Api:
    api = Api()
    for name in ("held", "free"):
        api.create(api.kinds.named("Namespace"), None, {"metadata": {"name": name}, "spec": {}})
    for each in objects:
        api.create(api.kinds.named(each["kind"]), None, each)
    return api


def ask(api: Api, key: str, *, namespace: str = "held", user: str = ASKING) -> Json:
    config_map = {"metadata": {"name": "asked"}, "data": {key: "x"}}
    return api.create(api.kinds.named("ConfigMap"), namespace, config_map, Options(user=user))


def test_should_refuse_what_a_bound_policy_denies_in_kubernetes_words() -> None:
    with pytest.raises(ApiError) as refusal:
        ask(cluster(policy(), BINDING), "password")
    assert refusal.value.code == 403
    assert refusal.value.message == (
        "configmaps \"asked\" is forbidden: ValidatingAdmissionPolicy 'no-secrets' with binding 'no-secrets' denied"
        " request: data: no password"
    )


@pytest.mark.parametrize(
    ("objects", "asked"),
    [
        ((policy(), BINDING), {"key": "user"}),
        ((policy(), BINDING), {"key": "password", "namespace": "free"}),
        ((policy(), BINDING), {"key": "password", "user": "kubernetes-admin"}),
        ((policy(),), {"key": "password"}),  # a policy without a binding does nothing
    ],
)
def test_should_let_everything_else_pass(objects: tuple[Json, ...], asked: dict[str, str]) -> None:
    assert ask(cluster(*objects), **asked)["metadata"]["uid"]


@pytest.mark.parametrize(("failure_policy", "refused"), [("Fail", True), ("Ignore", False)])
def test_should_do_what_the_failure_policy_says_of_a_field_that_is_not_there(
    failure_policy: str, refused: bool
) -> None:
    unguarded = {"validations": [{"expression": "object.immutable"}], "failurePolicy": failure_policy}
    api = cluster(policy(**unguarded), BINDING)
    if not refused:
        assert ask(api, "user")
        return
    with pytest.raises(ApiError, match="resulted in error") as refusal:
        ask(api, "user")
    assert refusal.value.code == 422


@pytest.mark.parametrize(
    "spec", [{"validations": [{"expression": "object.("}]}, {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}]
)
def test_should_refuse_a_policy_that_it_cannot_evaluate(spec: Json) -> None:
    with pytest.raises(ApiError) as refusal:
        cluster(policy(**spec))
    assert refusal.value.code == 422
