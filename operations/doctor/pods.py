"""Airflow's pods: which can't start, and why others ended."""

from datetime import datetime, timedelta
from typing import Any

from k8s.names import NAMESPACE
from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.kubernetes import ASK, not_to_be_read

Json = dict[str, Any]

HOPELESS = (
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
)
"""Reasons of a container that waits and won't start by itself (docs/runbooks/incidents.md)."""

LONG = timedelta(minutes=10)
"""A pod that waits for a node so long gets none: a new node joins in two to four minutes."""

MOST = 5
"""Pods of a kind of trouble that are named."""


def pods(context: Context) -> Answer:
    """Whether pods can't start, find no node, were evicted, or ran out of memory."""
    found: dict[tuple[str, bool], list[str]] = {}
    every = context.kubernetes.items(f"/api/v1/namespaces/{NAMESPACE}/pods")
    for pod in every:
        trouble = _trouble(pod, context.now)
        if trouble:
            found.setdefault(trouble, []).append(pod["metadata"]["name"])
    answers = []
    for (what, broken), names in sorted(found.items()):
        more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
        told = f"{', '.join(sorted(names)[:MOST])}{more}: {what}"
        step = f"kubectl --namespace {NAMESPACE} describe pod {sorted(names)[0]}; docs/runbooks/incidents.md"
        answers.append(Answer.failed(told, step) if broken else Answer.warned(told, step))
    return worst(answers, Answer.passed(f"{len(every)} pods, none in trouble"))


def _trouble(pod: Json, now: datetime) -> tuple[str, bool] | None:
    """What is wrong with a pod, and whether it can't work so; None when nothing is."""
    status = pod.get("status") or {}
    containers = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    waiting = {((each.get("state") or {}).get("waiting") or {}).get("reason") for each in containers}
    hopeless = sorted(reason for reason in waiting if reason in HOPELESS)
    if hopeless:
        return ", ".join(hopeless), True
    if status.get("phase") == "Failed" and status.get("reason") == "Evicted":
        return f"evicted ({status.get('message') or 'the node had no room'})", False
    scheduled: Json = next((c for c in status.get("conditions") or () if c.get("type") == "PodScheduled"), {})
    if scheduled.get("status") == "False" and now - _made(pod, now) > LONG:
        return f"no node for it ({scheduled.get('message') or scheduled.get('reason')})", False
    ended = {((each.get("lastState") or {}).get("terminated") or {}).get("reason") for each in containers}
    return ("restarted, because it ran out of memory", False) if "OOMKilled" in ended else None


def _made(pod: Json, otherwise: datetime) -> datetime:
    text = pod["metadata"].get("creationTimestamp")
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else otherwise


CHECKS = (Check("airflow", "pods", pods, ASK, not_to_be_read, before=False),)
