"""What a rule is, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.evidence.subject import Subject


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that something breaks."""

    rule: str
    resource: str
    """`Stack/LogicalId` or a construct's path; of a Kubernetes object `Kind/namespace/name`."""

    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.resource}: {self.message}"


Check = Callable[["Subject"], Iterator[tuple[str, str]]]
"""Yields resource and message of whatever breaks the rule."""


@dataclass(frozen=True)
class Rule:
    """A rule of our own."""

    id: str
    promise: str
    """What holds where nothing is found."""

    check: Check
    controls: tuple[str, ...] = ()
    """CIS Amazon EKS Benchmark and NIST 800-53 R5 controls that it answers; empty: none asks for it."""

    def findings(self, subject: "Subject") -> Iterator[Finding]:
        """What breaks this rule."""
        for resource, message in self.check(subject):
            yield Finding(self.id, resource, message)
