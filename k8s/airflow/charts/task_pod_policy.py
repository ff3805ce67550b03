"""Admission: what the scheduler may make a task's pod of."""

import cdk8s
from constructs import Construct

from k8s import names
from k8s.airflow.context import ChartContext
from k8s.airflow.pods.cel import Rule
from k8s.airflow.pods.task_rules import task_rules, task_variables
from k8s.labels import labels

COMPONENT = "task-pods"
API_VERSION = "admissionregistration.k8s.io/v1"


def add_task_pod_policy(scope: Construct, context: ChartContext) -> None:
    """Refuse, in the API server, whatever pods the scheduler asks for beyond the pod template.

    An author's `executor_config` may override every field of a task's pod, and the scheduler asks for it in its own
    name. Without a webhook: the API server evaluates the rules itself, so nothing has to run for them.
    """
    _add(
        scope,
        "TaskPodPolicy",
        "ValidatingAdmissionPolicy",
        {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["pods"],
                        "scope": "Namespaced",
                    }
                ],
            },
            "matchConditions": [
                {
                    "name": "asked-by-the-scheduler",
                    "expression": "request.userInfo.username == "
                    f"'system:serviceaccount:{names.NAMESPACE}:{names.SCHEDULER}'",
                }
            ],
            "variables": [
                {"name": name, "expression": expression}
                for name, expression in task_variables(context.airflow, context.bindings).items()
            ],
            "validations": [_validation(rule) for rule in task_rules(context.airflow, context.bindings)],
        },
    )
    _add(
        scope,
        "TaskPodPolicyBinding",
        "ValidatingAdmissionPolicyBinding",
        {
            "policyName": names.TASK_POD_POLICY,
            "validationActions": ["Deny"],
            "matchResources": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": names.NAMESPACE}},
            },
        },
    )


def _validation(rule: Rule) -> dict[str, str]:
    of_new_pods = f"request.operation != 'CREATE' || ({rule.expression})"
    return {
        "expression": rule.expression if rule.of_a_change_too else of_new_pods,
        "message": rule.message,
        **({"messageExpression": rule.message_expression} if rule.message_expression else {}),
        # 403, as for every other thing that the scheduler may not do: its executor fails the task at once.
        "reason": "Forbidden",
    }


def _add(scope: Construct, construct_id: str, kind: str, spec: dict[str, object]) -> None:
    """cdk8s-plus knows these kinds in their alpha version only."""
    made = cdk8s.ApiObject(
        scope,
        construct_id,
        api_version=API_VERSION,
        kind=kind,
        metadata=cdk8s.ApiObjectMetadata(name=names.TASK_POD_POLICY, labels=labels(COMPONENT)),
    )
    made.add_json_patch(cdk8s.JsonPatch.add("/spec", spec))
