"""A secret's value while it changes: what is used, and what is accepted beside it, so that no pod meets a stranger's.

As text (`fernet-key`, `jwt-secret`): keys with commas between, the first is used, the others are accepted; a `+` in
front of one says that it is to be used next. A generated key has neither character.

    a       at rest
    a,+b    announced: every reader accepts both, all use the old one
    b,a     switched: all use the new one, what the old one has made is still accepted
    b       done

Two neighbours of this list can live side by side, so pods may be made anew one by one, or on their own account.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

NEXT = "+"


@dataclass(frozen=True)
class KeyRing:
    """The keys of a secret."""

    used: str
    accepted: tuple[str, ...] = ()
    """Those of before, the newest first."""

    next: str | None = None

    @property
    def at_rest(self) -> bool:
        """There is one key, and nothing is going on."""
        return not self.accepted and self.next is None

    def announced(self, key: str) -> "KeyRing":
        """With a key that is to be used next."""
        return replace(self, next=key)

    def switched(self) -> "KeyRing":
        """The announced key is used, the others are accepted."""
        assert self.next is not None
        return KeyRing(self.next, (self.used, *self.accepted))

    def done(self) -> "KeyRing":
        """Nothing but the key that is used."""
        return KeyRing(self.used)

    def __str__(self) -> str:
        return ",".join([self.used, *self.accepted, *([f"{NEXT}{self.next}"] if self.next else [])])

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self.accepted) + 1}{' and one that is next' if self.next else ''}>"

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Of a secret's text."""
        keys = [key.strip() for key in text.split(",")]
        used, *accepted = [key for key in keys if not key.startswith(NEXT)]
        following = next((key.removeprefix(NEXT) for key in keys if key.startswith(NEXT)), None)
        return cls(used, tuple(accepted), following)

    @classmethod
    def of_database(cls, document: str) -> "KeyRing":
        """Of the database's JSON: `password`, and `next_password` while it changes."""
        database = json.loads(document)
        return cls(database["password"], next=database.get("next_password"))

    def in_database(self, document: str) -> str:
        """The database's JSON with these passwords; whatever else stands in it stays."""
        database: dict[str, Any] = {**json.loads(document), "password": self.used}
        database.pop("next_password", None)
        return json.dumps({**database, **({"next_password": self.next} if self.next else {})})
