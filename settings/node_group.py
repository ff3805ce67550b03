"""An EKS managed node group."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Settings, Strings


class TaintSettings(Settings):
    """A Kubernetes taint on every node of a group."""

    key: Annotated[str, Field(min_length=1, max_length=63)]
    value: Annotated[str, Field(max_length=63)] | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class NodeGroupSettings(Settings):
    """A managed node group of Amazon Linux 2023 nodes."""

    instance_types: Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=20)] = ("m7i.large",)
    """EC2 instance types, all x86-64 or all Graviton, most wanted first."""

    capacity_type: Literal["on_demand", "spot"] = "on_demand"
    """Spot is cheaper and can be taken away with two minutes' notice."""

    disk_size_gib: Annotated[int, Field(ge=20, le=16384)] = 50
    """Encrypted gp3 root volume of each node, in GiB."""

    min_size: Annotated[int, Field(ge=0, le=450)] = 1
    """Fewest nodes."""

    desired_size: Annotated[int, Field(ge=0, le=450)] | None = None
    """Nodes to start with; default `min_size`, at least 1."""

    max_size: Annotated[int, Field(ge=1, le=450)] = 3
    """Most nodes. Private subnets must hold the addresses of all of them and their pods."""

    max_unavailable: Annotated[int, Field(ge=1, le=100)] | str = 1
    """Nodes that an update may take at once: a number, or a percentage such as "33%"."""

    zones: Strings = ()
    """Availability zones of the group, of those of the environment; default all of them."""

    labels: Annotated[dict[str, str], Field(max_length=50)] = {}
    """Kubernetes labels on every node."""

    taints: Annotated[tuple[TaintSettings, ...], Field(strict=False, max_length=49)] = ()
    """Kubernetes taints on every node, beside the start-up taint that the FSx CSI driver takes away."""
