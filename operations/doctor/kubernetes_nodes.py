"""The nodes, as Kubernetes sees them: EKS tells of a node group that it is well while a node of it is not."""

from typing import Any

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.kubernetes import ASK, not_to_be_read
from operations.doctor.kubernetes_api import KubernetesUnreachableError

Json = dict[str, Any]
PATH = "/api/v1/nodes"
PRESSURES = ("DiskPressure", "MemoryPressure", "PIDPressure")


def nodes_not_to_be_read(context: Context) -> str | None:
    """A viewer (AmazonEKSViewPolicy) sees no nodes; that is no fault of theirs or the platform's."""
    reason = not_to_be_read(context)
    if reason:
        return reason
    try:
        context.kubernetes.items(PATH)
    except KubernetesUnreachableError as error:
        return str(error)
    return None


def nodes(context: Context) -> Answer:
    """Whether every node is ready, and none is short of disk or memory."""
    answers, every = [], context.kubernetes.items(PATH)
    for node in every:
        name = node["metadata"]["name"]
        conditions = (node.get("status") or {}).get("conditions") or ()
        states = {each["type"]: each.get("status") for each in conditions}
        short = [each for each in PRESSURES if states.get(each) == "True"]
        step = f"kubectl describe node {name}"
        if states.get("Ready") != "True":
            answers.append(Answer.failed(f"{name} is not ready", f"{step}; EKS replaces one that stays so"))
        elif short:
            answers.append(Answer.warned(f"{name} has {', '.join(short)}", f"{step}; docs/runbooks/incidents.md"))
    return worst(answers, Answer.passed(f"{len(every)} nodes ready"))


CHECKS = (Check("cluster", "nodes", nodes, ASK, nodes_not_to_be_read, before=False),)
