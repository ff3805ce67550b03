"""All checks, in the order in which they are told."""

from operations.doctor import (
    account,
    addons,
    data,
    door,
    housekeeping,
    kubernetes,
    kubernetes_nodes,
    links,
    login,
    network,
    nodes,
    pods,
    principals,
    quotas,
    registry,
    remains,
    rotation,
    stacks,
    support,
    upgrade,
    zones,
)
from operations.doctor.check import Check

GATES: tuple[Check, ...] = account.CHECKS[:2]
"""Without credentials, or with those of another account, no other answer is about this platform."""

CHECKS: tuple[Check, ...] = (
    *account.CHECKS[2:],
    *principals.CHECKS,
    *zones.CHECKS,
    *quotas.CHECKS,
    *support.CHECKS,
    *addons.CHECKS,
    *registry.CHECKS,
    *stacks.CHECKS,
    *remains.CHECKS,
    *upgrade.CHECKS,
    *network.CHECKS,
    *nodes.CHECKS,
    *kubernetes_nodes.CHECKS,
    *door.CHECKS,
    *login.CHECKS,
    *data.CHECKS,
    *links.CHECKS,
    *rotation.CHECKS,
    *kubernetes.CHECKS,
    *pods.CHECKS,
    *housekeeping.CHECKS,
)
