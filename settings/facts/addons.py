"""The EKS add-ons that the platform needs, one row each: how it is made and configured, what it asks of nodes, whose
role it takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from settings.facts.room import Room

NOTHING = Room(0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Addon:
    """An EKS add-on."""

    id: str
    """Construct id. A changed one replaces the add-on."""

    setting: str
    """Its key in `cluster.addons`; EKS's name of the add-on has hyphens for the underscores."""

    before_nodes: bool = False
    """Nodes become ready with it, so it comes before them; others have pods that only nodes can run."""

    on_each_node: Room = NOTHING
    """Requests of its DaemonSets' pods on each node, rounded up."""

    once: tuple[Room, ...] = ()
    """Requests of each pod that runs once in a cluster."""

    service_account: str | None = None
    """ServiceAccount in kube-system that gets an AWS role; None: it calls AWS as the node, or not at all."""

    configuration: Mapping[str, Any] = field(default_factory=dict)
    """Configuration values. EKS refuses a key that the schema of an add-on's version lacks: as few as possible."""

    on_tainted_nodes: Mapping[str, Any] = field(default_factory=dict)
    """Configuration values beside them where a node group has taints of the user's."""

    @property
    def name(self) -> str:
        """EKS's name of the add-on."""
        return self.setting.replace("_", "-")

    def configuration_values(self, *, nodes_are_tainted: bool) -> dict[str, Any]:
        """What it is configured with; `nodes_are_tainted`: a node group has taints of the user's."""
        return {**self.configuration, **(self.on_tainted_nodes if nodes_are_tainted else {})}


FSX_CSI_DRIVER = Addon(
    # Without configuration: its node pods tolerate every taint by themselves, and an autoscaler that evicts node pods
    # has to be told itself to leave these alone.
    id="FsxCsiDriver",
    setting="aws_fsx_csi_driver",
    on_each_node=Room(30, 120),
    once=(Room(60, 240), Room(60, 240)),
    service_account="fsx-csi-controller-sa",
)

ADDONS = (
    Addon(
        id="VpcCni",
        setting="vpc_cni",
        before_nodes=True,
        on_each_node=Room(50, 0),  # with the network policy agent
        # Kubernetes' NetworkPolicy objects do nothing without this.
        configuration={"enableNetworkPolicy": "true"},
    ),
    Addon(id="KubeProxy", setting="kube_proxy", before_nodes=True, on_each_node=Room(100, 0)),
    Addon(id="PodIdentityAgent", setting="eks_pod_identity_agent", before_nodes=True, on_each_node=Room(0, 0)),
    FSX_CSI_DRIVER,
    Addon(
        id="SecretsStore",
        setting="aws_secrets_store_csi_driver_provider",
        on_each_node=Room(120, 240, 2),  # the driver and its AWS provider: a DaemonSet each
        # Its node pods tolerate no taint of themselves, and pods on a tainted node mount secrets too.
        on_tainted_nodes={"tolerations": [{"operator": "Exists"}]},
    ),
    Addon(id="CoreDns", setting="coredns", once=(Room(100, 70), Room(100, 70))),
)
"""In the order in which they are written into the template. Requests are those of the add-ons' own manifests."""

TO_SPARE = Room(50, 40)
"""One more pod on each node, for what an add-on's next version asks more, or an agent of the user's."""


def daemons() -> Room:
    """What the add-ons ask of each node."""
    return sum((addon.on_each_node for addon in ADDONS), TO_SPARE)


def system_pods() -> tuple[Room, ...]:
    """What the add-ons run once in a cluster."""
    return tuple(pod for addon in ADDONS for pod in addon.once)
