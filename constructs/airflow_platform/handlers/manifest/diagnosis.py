"""Why an object is not ready: what its pods say. Never an error of its own."""

from collections.abc import Iterator, Sequence

from airflow_platform.handlers.manifest.kubectl import Kubectl, KubectlError
from airflow_platform.handlers.manifest.rollout import condition
from airflow_platform.handlers.response import Json

LOG_LINES = 40
TEXT_LENGTH = 200  # of one pod's reason; CloudFormation shows about a thousand characters in all
PODS_WITH_LOGS = 2
WARNINGS = 2  # of a pod


def explain(kubectl: Kubectl, name: str, obj: Json, message: str) -> str:
    """One line on an object; the last log lines of its failing pods go to this function's log."""
    told = [message]
    selector = pod_selector(obj)
    if selector:
        try:
            pods = kubectl.list("pods", obj["metadata"].get("namespace", "default"), "--selector", selector)
            told += dict.fromkeys(text for pod in pods for text in pod_reasons(pod))
            told += dict.fromkeys(text for pod in pods if _starting(pod) for text in _warnings(kubectl, pod))
            for pod in [pod for pod in pods if not _well(pod)][:PODS_WITH_LOGS]:
                print_log(kubectl, pod)
        except KubectlError as error:
            print(f"No pods of {name}: {error}")
    return f"{name}: " + "; ".join(text[:TEXT_LENGTH] for text in told if text)


def pod_selector(obj: Json) -> str:
    """The label selector of an object's pods; empty for one that has none."""
    if obj["kind"] == "Job":
        return f"batch.kubernetes.io/job-name={obj['metadata']['name']}"
    labels = obj.get("spec", {}).get("selector", {}).get("matchLabels", {})
    return ",".join(f"{key}={value}" for key, value in labels.items())


def pod_reasons(pod: Json) -> Iterator[str]:
    """What keeps a pod from running: not scheduled, or a container that waits or has failed."""
    status = pod.get("status", {})
    for found in status.get("conditions") or []:
        if found["type"] == "PodScheduled" and found["status"] == "False":
            yield f"{found.get('reason', 'Unschedulable')}: {found.get('message', '')}"
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        states = container.get("state", {})
        waiting = states.get("waiting")
        if waiting and waiting.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
            yield f"container {container['name']} {waiting['reason']}: {waiting.get('message', '')}"
        if "running" in states and not container.get("ready", True):
            yield f"container {container['name']} runs and is not ready"
        ended = states.get("terminated") or container.get("lastState", {}).get("terminated")
        if ended and ended.get("exitCode"):
            yield f"container {container['name']} ended with {ended['exitCode']} ({ended.get('reason', 'Error')})"


def _starting(pod: Json) -> bool:
    """Bound to a node and not started: a volume or an image, which only events tell about."""
    return bool(pod.get("status", {}).get("phase") == "Pending") and condition(pod, "PodScheduled") is not None


def _well(pod: Json) -> bool:
    return bool(pod.get("status", {}).get("phase") == "Succeeded") or condition(pod, "Ready") is not None


def _warnings(kubectl: Kubectl, pod: Json) -> Sequence[str]:
    """Messages of a pod's newest warnings, such as FailedMount, the newest one last."""
    metadata = pod["metadata"]
    events = kubectl.list(
        "events",
        metadata["namespace"],
        *("--field-selector", f"involvedObject.name={metadata['name']},type=Warning"),
    )
    newest = sorted(events, key=_last_seen)[-WARNINGS:]
    return [f"{event.get('reason', 'Warning')}: {event.get('message', '')}" for event in newest]


def _last_seen(event: Json) -> str:
    """When an event happened last, as text that sorts by time.

    The API server lists events by their names, which hold the time of the first of their kind; one that is repeated
    keeps its name and gets a later time, in a field that depends on who reports it (events.k8s.io or the core API).
    """
    series = event.get("series") or {}
    time = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    # Without the Z, whole seconds come before their fractions.
    return str(time or event.get("metadata", {}).get("creationTimestamp") or "").rstrip("Z")


def print_log(kubectl: Kubectl, pod: Json) -> None:
    """The last log lines of a pod, into this function's log."""
    metadata = pod["metadata"]
    where = (metadata["name"], "--namespace", metadata["namespace"])
    try:
        text = kubectl("logs", *where, "--all-containers", f"--tail={LOG_LINES}", "--ignore-errors")
    except KubectlError as error:
        text = f"no log: {error}"
    print(f"--- Pod {metadata['namespace']}/{metadata['name']}, last lines:\n{text.rstrip()}\n---")
