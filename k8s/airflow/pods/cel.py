"""Rules in CEL, the language of Kubernetes' admission policies."""

import json
from dataclasses import dataclass
from typing import Any

CLUSTERS_OWN_TOLERATIONS = (
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/memory-pressure",
)
"""The API server adds them to every pod."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A sentence that is true of every task's pod."""

    expression: str
    message: str
    """Names the field: authors read it where Airflow says why their task failed."""

    message_expression: str | None = None
    """The message in CEL, where it depends on the pod."""

    of_a_change_too: bool = False
    """Also of a pod that the scheduler changes; the others are about a new pod."""


def literal(value: Any) -> str:
    """Text, and lists and mappings of it, as CEL writes them."""
    return json.dumps(value)
