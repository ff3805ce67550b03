"""What a check is, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.doctor.context import Context


class Status(str, Enum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 a word
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


ORDER = (Status.SKIP, Status.PASS, Status.WARN, Status.FAIL)
"""From the least to the most serious."""


@dataclass(frozen=True)
class Answer:
    """One line: what was found and, unless all is well, what to do next."""

    status: Status
    message: str
    next_step: str = ""

    @classmethod
    def passed(cls, message: str) -> "Answer":
        """All is well."""
        return cls(Status.PASS, message)

    @classmethod
    def warned(cls, message: str, next_step: str) -> "Answer":
        """A deployment works, but somebody should look at this; or it could not be asked."""
        return cls(Status.WARN, message, next_step)

    @classmethod
    def failed(cls, message: str, next_step: str) -> "Answer":
        """A deployment would fail, or something that is deployed does not work."""
        return cls(Status.FAIL, message, next_step)

    @classmethod
    def skipped(cls, reason: str) -> "Answer":
        """It does not apply, and why."""
        return cls(Status.SKIP, reason)


def worst(answers: Sequence[Answer], otherwise: Answer) -> Answer:
    """One answer of several: the most serious ones together, a next step each once; `otherwise` when there is none."""
    for status in reversed(ORDER):
        found = [answer for answer in answers if answer.status == status]
        if found:
            steps = dict.fromkeys(answer.next_step for answer in found if answer.next_step)
            messages = dict.fromkeys(answer.message for answer in found)
            return replace(found[0], message="; ".join(messages), next_step="; ".join(steps))
    return otherwise


def always(context: "Context") -> None:
    """The check applies to every platform."""


@dataclass(frozen=True)
class Check:
    """A question to AWS or to the cluster."""

    area: str
    name: str
    ask: "Callable[[Context], Answer]"
    actions: tuple[str, ...]
    """The IAM actions that it needs: the policy in docs/doctor.md is made of them."""

    unless: "Callable[[Context], str | None]" = always
    """Why it does not apply; None when it does."""

    before: bool = True
    """Whether its answer can stop a deployment. The others ask how a platform is that only a deployment could mend."""


@dataclass(frozen=True)
class Line:
    """A check with its answer."""

    check: Check
    answer: Answer
