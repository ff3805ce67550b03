"""What happened to the objects, in order: the ground truth for assertions on order."""

import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that happened to one object."""

    at: float
    """Seconds since the epoch, to compare with what other processes tell."""
    verb: str
    """`created`, `updated`, `unchanged`, `delete_requested`, `deleted` or `refused`."""
    actor: str
    """`client` for what came over HTTP, `controller` for what the stand-in does by itself."""
    kind: str
    namespace: str | None
    name: str
    message: str = ""
    spec_changed: bool = False

    @property
    def reference(self) -> str:
        """`Deployment/airflow-scheduler`."""
        return f"{self.kind}/{self.name}"

    @property
    def path(self) -> str:
        """`airflow/Deployment/airflow-scheduler`, `/Namespace/airflow`."""
        return f"{self.namespace or ''}/{self.kind}/{self.name}"


class Journal:
    """Entries in order; safe for use from many threads."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def write(self, verb: str, actor: str, manifest: dict[str, Any], message: str = "", changed: bool = False) -> None:
        """Add an entry about an object."""
        metadata = manifest.get("metadata") or {}
        entry = Entry(
            time.time(), verb, actor, manifest.get("kind", "?"), metadata.get("namespace"),
            metadata.get("name", "?"), message, changed,
        )  # fmt: skip
        with self._lock:
            self._entries.append(entry)

    def mark(self) -> int:
        """A place in the journal, for `entries(since=...)`."""
        with self._lock:
            return len(self._entries)

    def entries(self, *verbs: str, since: int = 0, actor: str | None = None) -> list[Entry]:
        """Entries after a mark, of the verbs and the actor asked for; all of them by default."""
        with self._lock:
            return [
                entry
                for entry in self._entries[since:]
                if (not verbs or entry.verb in verbs) and (actor is None or entry.actor == actor)
            ]

    def references(self, *verbs: str, since: int = 0, actor: str | None = "client") -> list[str]:
        """`Kind/name` of the entries, in order."""
        return [entry.reference for entry in self.entries(*verbs, since=since, actor=actor)]
