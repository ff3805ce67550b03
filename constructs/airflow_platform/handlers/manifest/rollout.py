"""Is an object ready? Pure functions of the object as the cluster reports it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from airflow_platform.handlers.response import Json


@dataclass(frozen=True)
class Progress:
    """How far an object is. `failed`: waiting longer changes nothing."""

    ready: bool
    message: str = ""
    failed: bool = False


READY = Progress(ready=True)


def condition(obj: Json, type_: str) -> Json | None:
    """A status condition that is true."""
    for found in obj.get("status", {}).get("conditions") or []:
        if found["type"] == type_ and found["status"] == "True":
            return dict(found)
    return None


def reason(found: Json) -> str:
    """Reason and message of a condition, in one line."""
    return ": ".join(text for text in (found.get("reason"), found.get("message")) if text) or found["type"]


def job(obj: Json) -> Progress:
    if condition(obj, "Complete"):
        return READY
    # FailureTarget comes before Failed, while the last pods still end.
    failure = condition(obj, "Failed") or condition(obj, "FailureTarget")
    if failure:
        return Progress(ready=False, failed=True, message=reason(failure))
    status = obj.get("status", {})
    return Progress(ready=False, message=f"{status.get('active', 0)} active, {status.get('failed', 0)} failed pods")


def claim(obj: Json) -> Progress:
    phase = obj.get("status", {}).get("phase", "Pending")
    if phase == "Bound":
        return READY
    return Progress(ready=False, failed=phase == "Lost", message=f"is {phase}")


def seen(obj: Json) -> bool:
    """The controller has looked at this very version; before that, status speaks of an earlier one."""
    return int(obj.get("status", {}).get("observedGeneration", 0)) >= int(obj["metadata"].get("generation", 0))


def _count(obj: Json, wanted: int, *fields: str) -> Progress:
    status = obj.get("status", {})
    counts = {field: int(status.get(field) or 0) for field in fields}
    if all(count == wanted for count in counts.values()):
        return READY
    told = ", ".join(f"{field} {count}" for field, count in counts.items())
    return Progress(ready=False, message=f"wants {wanted}: {told}")


def deployment(obj: Json) -> Progress:
    if not seen(obj):
        return Progress(ready=False, message="not yet seen by its controller")
    for found in obj.get("status", {}).get("conditions") or []:
        if found["type"] == "Progressing" and found.get("reason") == "ProgressDeadlineExceeded":
            return Progress(ready=False, failed=True, message=reason(found))
    # `replicas` counts old pods too: equal to the wanted number only when the last old one has gone.
    return _count(obj, int(obj["spec"].get("replicas", 1)), "replicas", "updatedReplicas", "availableReplicas")


def stateful_set(obj: Json) -> Progress:
    if not seen(obj):
        return Progress(ready=False, message="not yet seen by its controller")
    return _count(obj, int(obj["spec"].get("replicas", 1)), "replicas", "updatedReplicas", "availableReplicas")


def daemon_set(obj: Json) -> Progress:
    if not seen(obj):
        return Progress(ready=False, message="not yet seen by its controller")
    wanted = int(obj.get("status", {}).get("desiredNumberScheduled", 0))
    return _count(obj, wanted, "updatedNumberScheduled", "numberAvailable")


CHECKS: dict[tuple[str, str], Callable[[Json], Progress]] = {
    ("batch/v1", "Job"): job,
    ("v1", "PersistentVolumeClaim"): claim,
    ("apps/v1", "Deployment"): deployment,
    ("apps/v1", "StatefulSet"): stateful_set,
    ("apps/v1", "DaemonSet"): daemon_set,
}
"""What is waited for; any other object is done once it is applied."""


def waited_for(objects: Iterable[Json]) -> list[Json]:
    return [obj for obj in objects if (obj["apiVersion"], obj["kind"]) in CHECKS]


def progress(obj: Json) -> Progress:
    return CHECKS[obj["apiVersion"], obj["kind"]](obj)
