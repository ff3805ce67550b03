"""An EKS managed node group."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from settings.model.base import AsTuple, Form, InstanceType, OneOfSeveral, Settings, ZoneName, broken

# "Syntax and character set" of labels, Kubernetes documentation; taints have the same one.
_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_PREFIX = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
_KEY_RULE = 'must be a Kubernetes key, such as "team" or "example.com/team"'

LabelKey = Annotated[str, Form(rf"({_PREFIX}/)?{_NAME}", _KEY_RULE, 253 + 1 + 63)]
TaintKey = Annotated[str, Form(rf"({_PREFIX}/)?{_NAME}", _KEY_RULE, 63)]
LabelValue = Annotated[
    str,
    Form(
        rf"({_NAME})?",
        "must be at most 63 letters, digits, - _ or . that start and end with a letter or a digit",
        63,
    ),
]


class TaintSettings(Settings):
    """A Kubernetes taint on every node of a group."""

    key: TaintKey
    """Key of the taint, at most 63 characters."""

    value: LabelValue | None = None
    """Value of the taint; default none."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What happens to pods that don't tolerate it."""


def _count_or_percentage(value: Any) -> Any:
    """A number of nodes, or a percentage of them, or a refusal."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100
    is_percentage = isinstance(value, str) and re.fullmatch(r"([1-9][0-9]?|100)%", value)
    if not (is_count or is_percentage):
        raise broken('must be a number of nodes from 1 to 100, or a percentage from "1%" to "100%"')
    return value


class NodeGroupSettings(Settings):
    """A managed node group of Amazon Linux 2023 nodes."""

    instance_types: Annotated[tuple[InstanceType, ...], AsTuple, Field(min_length=1, max_length=20)] = ("m7i.large",)
    """EC2 instance types, all x86-64 or all Graviton, most wanted first."""

    capacity_type: Literal["on_demand", "spot"] = "on_demand"
    """Spot is cheaper and can be taken away with two minutes' notice."""

    disk_size_gib: Annotated[int, Field(ge=20, le=16384)] = 50
    """Encrypted gp3 root volume of each node, in GiB."""

    min_size: Annotated[int, Field(ge=0, le=450)] = 2
    """Fewest nodes."""

    desired_size: Annotated[int, Field(ge=0, le=450)] | None = None
    """Nodes to start with; default `min_size`, at least 1."""

    max_size: Annotated[int, Field(ge=1, le=450)] = 4
    """Most nodes. Private subnets must hold the addresses of all of them and their pods."""

    max_unavailable: Annotated[
        int | str,
        OneOfSeveral(
            _count_or_percentage,
            (
                {"type": "integer", "minimum": 1, "maximum": 100},
                {"type": "string", "pattern": "^([1-9][0-9]?|100)%$"},
            ),
        ),
    ] = 1
    """Nodes that an update may take at once: a number, or a percentage such as "33%"."""

    zones: Annotated[tuple[ZoneName, ...], AsTuple] = ()
    """Availability zones of the group, of those of the environment; default all of them."""

    labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=50)] = {}
    """Kubernetes labels on every node."""

    taints: Annotated[tuple[TaintSettings, ...], AsTuple, Field(max_length=49)] = ()
    """Kubernetes taints on every node, beside the start-up taint that the FSx CSI driver takes away."""

    @property
    def initial_size(self) -> int:
        """Nodes to start with: `desired_size`, or else `min_size`, at least 1."""
        return max(self.min_size, 1) if self.desired_size is None else self.desired_size

    @property
    def keeps_pods_away(self) -> bool:
        """Whether a taint keeps away pods that tolerate nothing, as Airflow's and coredns's don't."""
        return any(taint.effect in ("NoSchedule", "NoExecute") for taint in self.taints)
