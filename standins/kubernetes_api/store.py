"""The objects, their versions and who watches them; knows nothing of HTTP, admission or controllers."""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from standins.kubernetes_api.errors import ApiError, already_exists, conflict, not_found
from standins.kubernetes_api.journal import Journal
from standins.kubernetes_api.kinds import Kind, Kinds

Json = dict[str, Any]
Key = tuple[str, str | None, str]
Change = Callable[[Json], Json | None]
HISTORY = 20_000


def now() -> str:
    """The time as the API writes it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class WatchEvent:
    """ADDED, MODIFIED or DELETED, with the object as it then was and (for selectors) as it was before."""

    version: int
    type: str
    kind: str
    object: Json
    before: Json | None


class Store:
    """All objects, by kind, namespace and name.

    An object that was read is never changed in place: `update` takes a function of a copy. Every write gets the next
    resource version, and an entry in the journal. Deletion is in two steps where an object has finalizers.
    """

    def __init__(self, kinds: Kinds, journal: Journal) -> None:
        self.kinds, self.journal = kinds, journal
        self.changed = threading.Condition(threading.RLock())
        self._objects: dict[Key, Json] = {}
        self._version = 1
        self._events: deque[WatchEvent] = deque(maxlen=HISTORY)

    @property
    def version(self) -> int:
        with self.changed:
            return self._version

    def _write(self, type_: str, kind: Kind, manifest: Json, before: Json | None) -> Json:
        self._version += 1
        manifest["metadata"]["resourceVersion"] = str(self._version)
        self._events.append(WatchEvent(self._version, type_, kind.kind, manifest, before))
        self.changed.notify_all()
        return manifest

    def find(self, kind: str, namespace: str | None, name: str) -> Json | None:
        """An object, or None. The caller must not change it."""
        with self.changed:
            return self._objects.get((kind, namespace, name))

    def get(self, kind: Kind, namespace: str | None, name: str) -> Json:
        """An object. Raises ApiError 404."""
        found = self.find(kind.kind, namespace, name)
        if found is None:
            raise not_found(kind.resource, name)
        return found

    def objects(self, kind: str, namespace: str | None = None) -> list[Json]:
        """Objects of a kind, of one namespace or of all, in order of creation. The caller must not change them."""
        with self.changed:
            return [
                manifest
                for (of, within, _), manifest in self._objects.items()
                if of == kind and (namespace is None or within == namespace)
            ]

    def all(self) -> list[Json]:
        with self.changed:
            return list(self._objects.values())

    def create(self, kind: Kind, manifest: Json, actor: str) -> Json:
        """Add an object, with its uid, generation and creation time. Raises ApiError 409."""
        metadata = manifest["metadata"]
        key = (kind.kind, metadata.get("namespace"), metadata["name"])
        with self.changed:
            if key in self._objects:
                raise already_exists(kind.resource, metadata["name"])
            manifest = deepcopy(manifest)
            manifest["metadata"] |= {"uid": str(uuid.uuid4()), "creationTimestamp": now(), "generation": 1}
            self._objects[key] = self._write("ADDED", kind, manifest, None)
            self.journal.write("created", actor, manifest)
            return manifest

    def update(
        self, kind: Kind, namespace: str | None, name: str, change: Change, actor: str, version: str | None = None
    ) -> Json:
        """Replace an object by what `change` makes of a copy of it (None: leave it alone).

        Raises ApiError 404, or 409 when `version` is not the object's any more.
        """
        with self.changed:
            live = self.get(kind, namespace, name)
            if version and version != live["metadata"]["resourceVersion"]:
                raise conflict(kind.resource, name, "the object has been modified; please apply your changes to the latest version and try again")  # fmt: skip # noqa: E501
            wanted = change(deepcopy(live))
            if wanted is None:
                return live
            if wanted["metadata"].get("uid") != live["metadata"]["uid"]:
                raise conflict(kind.resource, name, "Precondition failed: UID in precondition differs")
            if wanted == live:
                self.journal.write("unchanged", actor, live)
                return live
            spec_changed = _specification(wanted) != _specification(live)
            if spec_changed:
                wanted["metadata"]["generation"] = live["metadata"].get("generation", 1) + 1
            key = (kind.kind, namespace, name)
            if wanted["metadata"].get("deletionTimestamp") and not _held(wanted):
                self._remove(kind, key, wanted, live, actor)
            else:
                self._objects[key] = self._write("MODIFIED", kind, wanted, live)
                self.journal.write("updated", actor, wanted, changed=spec_changed)
            return wanted

    def delete(self, kind: Kind, namespace: str | None, name: str, actor: str, grace_seconds: int = 0) -> Json:
        """Remove an object, or mark it for removal while something holds it. Raises ApiError 404."""
        with self.changed:
            live = self.get(kind, namespace, name)
            key = (kind.kind, namespace, name)
            marked = deepcopy(live)
            if "deletionTimestamp" not in live["metadata"]:
                self.journal.write("delete_requested", actor, live)
                marked["metadata"]["deletionTimestamp"] = now()
            elif live["metadata"].get("deletionGracePeriodSeconds", 0) <= grace_seconds and _held(live):
                return live
            marked["metadata"]["deletionGracePeriodSeconds"] = grace_seconds
            if _held(marked):
                self._objects[key] = self._write("MODIFIED", kind, marked, live)
            else:
                self._remove(kind, key, marked, live, actor)
            return marked

    def _remove(self, kind: Kind, key: Key, manifest: Json, before: Json, actor: str) -> None:
        del self._objects[key]
        self._write("DELETED", kind, manifest, before)
        self.journal.write("deleted", actor, manifest)

    def events(self, kind: str, since: int, stop: Callable[[], bool], wait_seconds: float = 0.5) -> Iterator[WatchEvent | None]:  # fmt: skip # noqa: E501
        """Events after a version, for ever; None when nothing happened for a while. Raises ApiError 410."""
        with self.changed:
            if self._events and since < self._events[0].version - 1 and len(self._events) == HISTORY:
                raise ApiError(410, "Expired", f"too old resource version: {since}")
        while not stop():
            with self.changed:
                if self._version <= since:
                    self.changed.wait(wait_seconds)
                fresh = []
                for event in reversed(self._events):
                    if event.version <= since:
                        break
                    fresh.append(event)
                since = max(since, self._version)
            found = [event for event in reversed(fresh) if event.kind == kind]
            yield from found
            if not found:
                yield None


def _held(manifest: Json) -> bool:
    """Whether a deletion has to wait: finalizers, a pod's grace period, a namespace's contents."""
    metadata = manifest["metadata"]
    if metadata.get("finalizers") or (manifest.get("spec") or {}).get("finalizers"):
        return True
    return manifest["kind"] == "Pod" and bool(metadata.get("deletionGracePeriodSeconds", 0) > 0)


def _specification(manifest: Json) -> Json:
    return {name: value for name, value in manifest.items() if name not in ("metadata", "status")}
