"""Room on a node: what a pod asks for, or what is left."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """CPU, memory and a number of pods."""

    millicores: int
    mib: int
    pods: int = 1

    def holds(self, pod: "Room") -> int:
        """How many such pods fit; one may ask for no CPU, or for no memory."""
        asked = ((self.millicores, pod.millicores), (self.mib, pod.mib), (self.pods, pod.pods))
        return max(0, min(has // asks for has, asks in asked if asks))

    def without(self, pod: "Room") -> "Room":
        """What is left beside the pod."""
        return Room(self.millicores - pod.millicores, self.mib - pod.mib, self.pods - pod.pods)

    def __add__(self, other: "Room") -> "Room":
        return Room(self.millicores + other.millicores, self.mib + other.mib, self.pods + other.pods)
