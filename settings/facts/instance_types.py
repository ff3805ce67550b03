"""What an EC2 instance type holds, as far as its name tells.

The real numbers are in a live account (`ec2 describe-instance-types`), which synth never asks. Where families differ,
these are on the small side, so that what fits here fits on AWS.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Architecture = Literal["x86_64", "arm64"]

_NAME = re.compile(r"(?P<family>[a-z]+)(?P<generation>\d+)(?P<options>[a-z]*(-[a-z0-9]+)?)\.(?P<size>[a-z0-9-]+)")
_SIZE = re.compile(r"(?P<named>nano|micro|small|medium|large)|(?P<times>\d{0,3})xlarge|metal(-(?P<metal>\d{1,3})xl)?")

MEMORY_PER_VCPU_GIB = {
    "c": 2.0, "m": 4.0, "t": 4.0, "r": 8.0, "x": 15.0, "z": 8.0, "d": 4.0, "i": 7.5, "im": 4.0, "is": 6.0, "h": 4.0,
    "g": 4.0, "gr": 8.0, "p": 7.5, "inf": 2.0, "trn": 4.0, "f": 4.0, "hpc": 2.0, "dl": 8.0, "vt": 2.0,
}  # fmt: skip
"""Memory of a virtual CPU by family; a family that is not here is no node type
(a1 and mac do not run Amazon Linux 2023)."""

_BURSTABLE_MEMORY_GIB = {"nano": 0.5, "micro": 1.0, "small": 2.0, "medium": 4.0}

# Names without a multiple: virtual CPUs of the burstable family and of the others.
_NAMED_VCPUS = {"nano": (2, 1), "micro": (2, 1), "small": (2, 1), "medium": (2, 1), "large": (2, 2)}

# "Maximum IP addresses per network interface", Amazon EC2 user guide: interfaces and IPv4 addresses of each, by the
# number of virtual CPUs up to which it holds.
_ADDRESSES_BY_VCPUS = ((1, (2, 4)), (2, (3, 10)), (12, (4, 15)), (48, (8, 30)), (10_000, (15, 50)))
_BURSTABLE_ADDRESSES = {"nano": (2, 2), "micro": (2, 2), "small": (3, 4), "medium": (3, 6), "large": (3, 12)}
_OTHER_ADDRESSES = {
    "m4.large": (2, 10), "d3.xlarge": (4, 3), "d3.2xlarge": (4, 5), "d3.4xlarge": (4, 10), "d3.8xlarge": (3, 20),
    "d3en.xlarge": (4, 3), "d3en.2xlarge": (4, 5), "d3en.4xlarge": (4, 10), "d3en.6xlarge": (4, 15),
    "d3en.8xlarge": (4, 20), "d3en.12xlarge": (3, 30), "g4ad.xlarge": (2, 4), "g4ad.2xlarge": (2, 4),
    "g4ad.4xlarge": (3, 10), "g4ad.8xlarge": (4, 15), "g4dn.xlarge": (3, 10), "g4dn.2xlarge": (3, 10),
    "g4dn.4xlarge": (3, 10), "g4dn.8xlarge": (4, 15), "g4dn.16xlarge": (4, 15), "inf1.xlarge": (4, 10),
    "inf1.2xlarge": (4, 10), "p5.48xlarge": (2, 50), "hpc7g.4xlarge": (4, 50), "hpc7g.8xlarge": (4, 50),
    "hpc7g.16xlarge": (4, 50),
}  # fmt: skip

_METAL_VCPUS = 48
"""Of a bare-metal type that does not tell; the smallest there is."""

_FEWER_PODS, _MORE_PODS = 110, 250
"""Most pods of a node of up to 30 virtual CPUs, and of larger ones, in a managed node group ("Choose an optimal Amazon
EC2 node instance type", Amazon EKS user guide)."""


@dataclass(frozen=True)
class InstanceTypeFacts:
    """What an instance type holds."""

    architecture: Architecture
    vcpus: int
    memory_gib: float
    interfaces: int
    addresses_per_interface: int

    @property
    def max_pods(self) -> int:
        """Most pods of a node: an address each, without the first of each interface, but two use the node's own."""
        by_addresses = self.interfaces * (self.addresses_per_interface - 1) + 2
        return min(by_addresses, _FEWER_PODS if self.vcpus <= 30 else _MORE_PODS)

    @property
    def max_addresses(self) -> int:
        """Most addresses that a node takes of its subnet.

        The VPC CNI takes whole interfaces, and keeps one more than its pods need (WARM_ENI_TARGET, default 1).
        """
        needed = -(-(self.max_pods - 2) // (self.addresses_per_interface - 1))
        return min(needed + 1, self.interfaces) * self.addresses_per_interface


@cache
def facts_of(instance_type: str) -> InstanceTypeFacts | None:
    """Facts of an instance type; None for one that we don't know."""
    name = _NAME.fullmatch(instance_type)
    size = _SIZE.fullmatch(name["size"]) if name else None
    if not name or not size or name["family"] not in MEMORY_PER_VCPU_GIB:
        return None
    burstable = name["family"] == "t"
    if size["named"]:
        vcpus = _NAMED_VCPUS[size["named"]][0 if burstable else 1]
    elif size["times"] is not None:
        vcpus = 4 * int(size["times"] or 1)
    else:
        vcpus = 4 * int(size["metal"]) if size["metal"] else _METAL_VCPUS
    if not vcpus or (size["named"] in ("nano", "micro", "small") and not burstable):
        return None
    memory = vcpus * MEMORY_PER_VCPU_GIB[name["family"]]
    if int(name["generation"]) <= 4 and not burstable:
        memory *= 0.93  # the first generations have 3.75 GiB where later ones have 4
    if burstable:
        memory = _BURSTABLE_MEMORY_GIB.get(size["named"] or "", memory)
    interfaces, addresses = _OTHER_ADDRESSES.get(instance_type) or _addresses(
        vcpus, size["named"] if burstable else None
    )
    # Graviton families have a g among the letters after the generation (m7g, c8gd, im4gn); g4dn and g5 only before it.
    is_arm = "g" in name["options"]
    return InstanceTypeFacts("arm64" if is_arm else "x86_64", vcpus, memory, interfaces, addresses)


def _addresses(vcpus: int, burstable_size: str | None) -> tuple[int, int]:
    if burstable_size:
        return _BURSTABLE_ADDRESSES[burstable_size]
    return next(addresses for up_to, addresses in _ADDRESSES_BY_VCPUS if vcpus <= up_to)
