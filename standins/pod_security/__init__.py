"""Pod Security Standards, read offline: which controls of `baseline` or `restricted` a pod spec breaks.

Source: "Pod Security Standards", Kubernetes documentation, as of v1.36 (Linux pods; the Windows controls are checked
where they could let a pod out, never used to exempt one). Stricter in one place: what is relaxed for pods in a user
namespace (`hostUsers: false`) is not relaxed here.
"""

from collections.abc import Callable

from standins.pod_security.baseline import BASELINE
from standins.pod_security.pod import Json
from standins.pod_security.restricted import RESTRICTED


def violations(pod_spec: Json) -> list[str]:
    """The controls of `restricted` (all of `baseline` among them) that a pod spec breaks, one sentence each."""
    return [message for check in (*BASELINE, *RESTRICTED) for message in check(pod_spec)]


def baseline_violations(pod_spec: Json) -> list[str]:
    """The controls of `baseline` that a pod spec breaks, one sentence each."""
    return [message for check in BASELINE for message in check(pod_spec)]


def violations_of(level: str, pod_spec: Json) -> list[str]:
    """The controls of a level as a namespace's label names it; `privileged` has none.

    Raises:
        KeyError: the level is none of privileged, baseline, restricted.
    """
    levels: dict[str, Callable[[Json], list[str]]] = {
        "privileged": lambda _: [],
        "baseline": baseline_violations,
        "restricted": violations,
    }
    return levels[level](pod_spec)
