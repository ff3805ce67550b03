"""Airflow on the cluster: its volume, its migration, its components."""

from typing import Any

from k8s.names import API_SERVER, CLAIM, DAG_PROCESSOR, MIGRATION, NAMESPACE, SCHEDULER, TRIGGERER
from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.kubernetes_api import KubernetesUnreachableError

Json = dict[str, Any]
COMPONENTS = (API_SERVER, SCHEDULER, DAG_PROCESSOR, TRIGGERER)


def no_airflow(context: Context) -> str | None:
    """AirflowStack is not deployed."""
    return None if context.has_resources("airflow") else f"{context.platform}-airflow is not deployed"


def not_to_be_read(context: Context) -> str | None:
    """Nothing can be asked of a cluster that does not answer: one line tells it, not each."""
    reason = no_airflow(context)
    if reason:
        return reason
    try:
        _ = context.kubernetes
    except KubernetesUnreachableError as error:
        return f"the Kubernetes API can't be read: {error}"
    return None


def api(context: Context) -> Answer:
    """Whether the Kubernetes API can be read from here, with these credentials."""
    try:
        _ = context.kubernetes
        context.kubernetes.items(f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims")
    except KubernetesUnreachableError as error:
        access = context.settings.cluster.endpoint.access
        return Answer.warned(
            str(error),
            f"the endpoint is {access}: ask from where it can be reached, as a principal of cluster.access"
            " (`make doctor` on the controller machine)",
        )
    return Answer.passed("answers")


def claims(context: Context) -> Answer:
    """Whether the claim of the file system is bound."""
    found = {
        each["metadata"]["name"]: each
        for each in context.kubernetes.items(f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims")
    }
    answers = []
    for name, each in found.items():
        phase = (each.get("status") or {}).get("phase", "Pending")
        if phase != "Bound":
            step = f"kubectl --namespace {NAMESPACE} describe persistentvolumeclaim {name}"
            answers.append(Answer.failed(f"{name} is {phase}", step))
    if CLAIM not in found:
        answers.append(Answer.failed(f"{CLAIM} is not there", "`make deploy`"))
    return worst(answers, Answer.passed(f"{', '.join(sorted(found))} Bound"))


def migration(context: Context) -> Answer:
    """Whether the migration of the database's schema is done."""
    jobs = [
        each
        for each in context.kubernetes.items(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs")
        if each["metadata"]["name"].startswith(f"{MIGRATION}-")
    ]
    if not jobs:
        return Answer.failed("there is no migration Job", "`make deploy`")
    newest = max(jobs, key=lambda job: job["metadata"].get("creationTimestamp", ""))
    name = newest["metadata"]["name"]
    states = {each["type"] for each in _conditions(newest) if each.get("status") == "True"}
    logs = f"kubectl --namespace {NAMESPACE} logs job/{name}"
    if "Complete" in states:
        return Answer.passed(f"{name} is done")
    if "Failed" in states:
        return Answer.failed(f"{name} has failed", logs)
    return Answer.failed(f"{name} is not done", f"wait, or {logs}")


def components(context: Context) -> Answer:
    """Whether each component has the pods that it should have."""
    found = {
        each["metadata"]["name"]: each
        for each in context.kubernetes.items(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")
    }
    answers = []
    for name in COMPONENTS:
        deployment = found.get(name)
        if deployment is None:
            answers.append(Answer.failed(f"{name} is not there", "`make deploy`"))
            continue
        wanted = (deployment.get("spec") or {}).get("replicas", 1)
        ready = (deployment.get("status") or {}).get("availableReplicas") or 0
        states = {each["type"]: each.get("status") for each in _conditions(deployment)}
        told = f"{name} has {ready} of {wanted} pods available"
        step = f"kubectl --namespace {NAMESPACE} describe deployment {name}; docs/runbooks/incidents.md"
        if not wanted:
            scale = f"kubectl --namespace {NAMESPACE} scale deployment {name} --replicas 1"
            answers.append(Answer.failed(f"{name} is scaled to none", scale))
        elif states.get("Available") != "True" or not ready:
            answers.append(Answer.failed(told, step))
        elif ready < wanted:
            answers.append(Answer.warned(told, step))
    return worst(answers, Answer.passed(f"{', '.join(COMPONENTS)} available"))


def _conditions(resource: Json) -> list[Json]:
    conditions: list[Json] = (resource.get("status") or {}).get("conditions") or []
    return conditions


ASK = ("cloudformation:DescribeStacks", "eks:DescribeCluster")
CHECKS = (
    Check("airflow", "Kubernetes API", api, ASK, no_airflow, before=False),
    Check("airflow", "volumes", claims, ASK, not_to_be_read, before=False),
    Check("airflow", "migration", migration, ASK, not_to_be_read, before=False),
    Check("airflow", "components", components, ASK, not_to_be_read, before=False),
)
