"""Lists of objects, and what follows them: watches and logs."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

from standins.kubernetes_api.connection import Connection
from standins.kubernetes_api.kinds import Kind
from standins.kubernetes_api.selectors import matches_fields, matches_labels
from standins.kubernetes_api.store import Store, WatchEvent

Json = dict[str, Any]


def list_of(store: Store, kind: Kind, namespace: str | None, query: dict[str, str]) -> Json:
    """The objects that a request selects."""
    with store.changed:
        version, found = store.version, store.objects(kind.kind, namespace)
    return {
        "kind": f"{kind.kind}List",
        "apiVersion": kind.api_version,
        "metadata": {"resourceVersion": str(version)},
        "items": [manifest for manifest in found if _selected(manifest, query)],
    }


def watch(
    connection: Connection, store: Store, kind: Kind, namespace: str | None, stopping: Callable[[], bool]
) -> None:
    """Send what happens to the objects that a request selects, until its time is over or the server stops."""
    given = connection.query.get("resourceVersion") or ""
    initial = connection.query.get("sendInitialEvents") == "true"
    with store.changed:
        since = int(given) if given not in ("", "0") and not initial else store.version
        first = store.objects(kind.kind, namespace) if initial or given in ("", "0") else []
    over = threading.Event()
    deadline = threading.Timer(float(connection.query.get("timeoutSeconds") or 3600), over.set)
    deadline.daemon = True
    deadline.start()
    connection.start_stream("application/json")
    try:
        for manifest in first:
            if _selected(manifest, connection.query):
                _send(connection, {"type": "ADDED", "object": manifest})
        if initial:
            _send(connection, _bookmark(kind, since))
        for event in store.events(kind.kind, since, lambda: over.is_set() or stopping()):
            if event and (namespace is None or event.object["metadata"].get("namespace") == namespace):
                _send_event(connection, event)
        connection.send_piece(b"")
    finally:
        deadline.cancel()


def log(connection: Connection, pieces: Iterator[bytes]) -> None:
    """Send a container's output as it comes."""
    connection.start_stream("text/plain")
    for piece in pieces:
        if piece:
            connection.send_piece(piece)
    connection.send_piece(b"")


def _selected(manifest: Json, query: dict[str, str]) -> bool:
    labels = manifest["metadata"].get("labels") or {}
    return matches_labels(query.get("labelSelector", ""), labels) and matches_fields(
        query.get("fieldSelector", ""), manifest
    )


def _send_event(connection: Connection, event: WatchEvent) -> None:
    now = _selected(event.object, connection.query)
    before = event.before is not None and _selected(event.before, connection.query)
    type_ = event.type
    if type_ == "MODIFIED" and now != before:
        # An object that comes into a selector is new to the watcher, one that leaves it is gone.
        type_ = "ADDED" if now else "DELETED"
    if now or (before and type_ == "DELETED"):
        _send(connection, {"type": type_, "object": event.object})


def _send(connection: Connection, document: Json) -> None:
    connection.send_piece(json.dumps(document).encode() + b"\n")


def _bookmark(kind: Kind, version: int) -> Json:
    metadata = {"resourceVersion": str(version), "annotations": {"k8s.io/initial-events-end": "true"}}
    return {"type": "BOOKMARK", "object": {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}}
