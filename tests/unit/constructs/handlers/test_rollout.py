"""When an object is ready, when not yet, and when never."""

from typing import Any

import pytest

from airflow_platform.handlers.manifest.diagnosis import pod_reasons
from airflow_platform.handlers.manifest.rollout import progress, waited_for

READY, NOT_YET, NEVER = "ready", "not yet", "never"


def condition(type_: str, status: str = "True", **fields: str) -> dict[str, str]:
    return {"type": type_, "status": status, **fields}


def workload(kind: str, status: dict[str, Any], generation: int = 2, **spec: Any) -> dict[str, Any]:
    api = "batch/v1" if kind == "Job" else "v1" if kind == "PersistentVolumeClaim" else "apps/v1"
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "x", "generation": generation},
        "spec": spec,
        "status": status,
    }


ROLLED_OUT = {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}
SPREAD = {"observedGeneration": 2, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}
STUCK = condition("Progressing", "False", reason="ProgressDeadlineExceeded", message="has timed out")

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("a Job that has just been made", NOT_YET, workload("Job", {})),
    ("a Job that runs", NOT_YET, workload("Job", {"active": 1})),
    ("a Job that has failed pods and tries on", NOT_YET, workload("Job", {"active": 1, "failed": 2})),
    ("a Job that is suspended", NOT_YET, workload("Job", {"conditions": [condition("Suspended")]})),
    ("a complete Job", READY, workload("Job", {"conditions": [condition("Complete")]})),
    ("a failed Job", NEVER, workload("Job", {"conditions": [condition("Failed")]})),
    ("a Job that is about to fail", NEVER, workload("Job", {"conditions": [condition("FailureTarget")]})),
    ("a Job that had failed once", NOT_YET, workload("Job", {"conditions": [condition("Failed", "False")]})),
    ("a pending claim", NOT_YET, workload("PersistentVolumeClaim", {"phase": "Pending"})),
    ("a claim without status", NOT_YET, workload("PersistentVolumeClaim", {})),
    ("a bound claim", READY, workload("PersistentVolumeClaim", {"phase": "Bound"})),
    ("a claim whose volume is gone", NEVER, workload("PersistentVolumeClaim", {"phase": "Lost"})),
    ("a Deployment without status", NOT_YET, workload("Deployment", {}, replicas=3)),
    ("a rolled-out Deployment", READY, workload("Deployment", ROLLED_OUT, replicas=3)),
    ("the status of an earlier version", NOT_YET, workload("Deployment", ROLLED_OUT, generation=3, replicas=3)),
    ("a Deployment with an old pod left", NOT_YET, workload("Deployment", {**ROLLED_OUT, "replicas": 4}, replicas=3)),
    (
        "a Deployment that is half updated",
        NOT_YET,
        workload("Deployment", {**ROLLED_OUT, "updatedReplicas": 2}, replicas=3),
    ),
    (
        "a Deployment that is updated and not available",
        NOT_YET,
        workload("Deployment", {**ROLLED_OUT, "availableReplicas": 2}, replicas=3),
    ),
    ("a Deployment of no pods", READY, workload("Deployment", {"observedGeneration": 2}, replicas=0)),
    (
        "a Deployment past its progress deadline",
        NEVER,
        workload("Deployment", {**ROLLED_OUT, "availableReplicas": 0, "conditions": [STUCK]}, replicas=3),
    ),
    ("a rolled-out StatefulSet", READY, workload("StatefulSet", ROLLED_OUT, replicas=3)),
    ("a StatefulSet that is not available", NOT_YET, workload("StatefulSet", {"observedGeneration": 2}, replicas=1)),
    ("a DaemonSet on every node", READY, workload("DaemonSet", SPREAD)),
    ("a DaemonSet not yet on every node", NOT_YET, workload("DaemonSet", {**SPREAD, "numberAvailable": 1})),
]


@pytest.mark.parametrize(("expected", "obj"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_should_tell_ready_from_not_yet_and_never(expected: str, obj: dict[str, Any]) -> None:
    found = progress(obj)
    assert (READY if found.ready else NEVER if found.failed else NOT_YET) == expected
    assert found.ready or found.message


def test_should_wait_for_nothing_that_has_no_rollout() -> None:
    objects = [{"apiVersion": "v1", "kind": kind} for kind in ("ConfigMap", "Service", "Namespace")]
    assert waited_for(objects) == []


PODS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {
            "conditions": [
                condition("PodScheduled", "False", reason="Unschedulable", message="0/2 nodes are available: taint")
            ]
        },
        ["Unschedulable: 0/2 nodes are available: taint"],
    ),
    (
        {"containerStatuses": [{"name": "c", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "x:9"}}}]},
        ["container c ImagePullBackOff: x:9"],
    ),
    (
        {
            "initContainerStatuses": [{"name": "wait", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}],
            "containerStatuses": [{"name": "c", "state": {"waiting": {"reason": "PodInitializing"}}}],
        },
        ["container wait ended with 1 (Error)"],
    ),
    (
        {
            "containerStatuses": [
                {
                    "name": "c",
                    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                    "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
                }
            ]
        },
        ["container c CrashLoopBackOff: back-off", "container c ended with 137 (OOMKilled)"],
    ),
    (
        {"containerStatuses": [{"name": "c", "ready": False, "state": {"running": {}}}]},
        ["container c runs and is not ready"],
    ),
    ({"containerStatuses": [{"name": "c", "ready": True, "state": {"running": {}}}]}, []),
    ({"containerStatuses": [{"name": "c", "ready": False, "state": {"terminated": {"exitCode": 0}}}]}, []),
]


@pytest.mark.parametrize(("status", "expected"), PODS)
def test_should_say_what_keeps_a_pod_from_running(status: dict[str, Any], expected: list[str]) -> None:
    assert list(pod_reasons({"status": status})) == expected
