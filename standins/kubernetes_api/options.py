"""What a client says of a write beside the object."""

from dataclasses import dataclass, field

APPLY = "application/apply-patch+yaml"


@dataclass
class Options:
    """Query parameters of a write."""

    actor: str = "client"
    manager: str = "unknown"
    force: bool = False
    dry_run: bool = False
    subresource: str = ""
    user: str = "system:kube-controller-manager"
    """Who asks, by the name that a token stands for; admission policies look at it."""

    warnings: list[str] = field(default_factory=list)
    """Filled by the call."""
