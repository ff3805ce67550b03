"""What a guarded Airflow option may still be set to, and why no more."""

import re
from dataclasses import dataclass

Value = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Which values of an option are refused: all of them, if nothing else is said."""

    reason: str
    """Follows a colon in the message."""

    only: tuple[str, ...] = ()
    """Values that are allowed, small letters or capitals alike."""

    never: str | None = None
    """An expression: values in which it is found are refused, all others allowed."""

    never_rule: str = ""
    """What `never` asks for, after "must"."""

    most: int | None = None
    """Numbers from 1 up to this one are allowed."""

    def rule_broken_by(self, value: Value) -> str | None:
        """What the value breaks, as a message; None: nothing."""
        text = str(value).strip()
        if self.never is not None:
            return f"must {self.never_rule}: {self.reason}" if re.search(self.never, text, re.IGNORECASE) else None
        if self.most is not None:
            is_allowed = re.fullmatch(r"[0-9]{1,9}", text) is not None and 1 <= int(text) <= self.most
            return None if is_allowed else f"must be a whole number from 1 to {self.most}: {self.reason}"
        if text.lower() in (each.lower() for each in self.only):
            return None
        if not self.only:
            return f"must be left out: {self.reason}"
        return f"must be {' or '.join(each or 'empty' for each in self.only)}, or left out: {self.reason}"


TRUE = ("true",)
FALSE = ("false",)
