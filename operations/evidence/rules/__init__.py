"""All rules of our own."""

from operations.evidence.finding import Rule
from operations.evidence.rules import (
    across_identity,
    across_network,
    cluster,
    data,
    file_system_driver,
    front_door,
    identity,
    pods,
)

RULES: tuple[Rule, ...] = (
    *data.RULES,
    *cluster.RULES,
    *identity.RULES,
    *pods.RULES,
    *across_identity.RULES,
    *across_network.RULES,
    *file_system_driver.RULES,
    *front_door.RULES,
)
"""In the order in which docs/security/controls.md has them."""
