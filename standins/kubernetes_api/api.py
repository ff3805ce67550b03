"""The verbs of the API (create, replace, patch, delete) over a store; the HTTP server and the controllers call it."""

import itertools
import json
from copy import deepcopy
from typing import Any

import yaml

from standins.kubernetes_api import defaults, merge, schemas
from standins.kubernetes_api.admission import Admission
from standins.kubernetes_api.arrival import SERVER_METADATA, decode_string_data, identified, mark_job
from standins.kubernetes_api.deletion import grace, hold, orphan
from standins.kubernetes_api.errors import ApiError, bad_request, forbidden, not_found
from standins.kubernetes_api.journal import Journal
from standins.kubernetes_api.kinds import Kind, Kinds
from standins.kubernetes_api.options import APPLY, Options
from standins.kubernetes_api.store import Store

Json = dict[str, Any]


class Api:
    """The API without HTTP."""

    def __init__(self, kinds: Kinds | None = None) -> None:
        self.kinds = kinds or Kinds()
        self.journal = Journal()
        self.store = Store(self.kinds, self.journal)
        self.admission = Admission(self.store)
        self.refused_deletions: dict[str, str] = {}
        """`Kind/name` -> why a client may not delete it, as a permission or a webhook would; tests fill it."""
        self._applied: dict[str, dict[str, Json]] = {}
        self._numbers = itertools.count(1)

    def create(self, kind: Kind, namespace: str | None, manifest: Json, options: Options | None = None) -> Json:
        """Add an object. Raises ApiError."""
        options = options or Options(actor="controller")
        manifest = identified(kind, namespace, deepcopy(manifest), self._numbers)
        try:
            decode_string_data(manifest)
            defaults.fill(manifest)
            options.warnings += self.admission.creation(kind, manifest, options.user)
        except ApiError as refusal:
            self.journal.write("refused", options.actor, manifest, refusal.message)
            raise
        if kind.has_status:
            manifest.pop("status", None)
            manifest["status"] = {"phase": "Pending"} if kind.kind == "Pod" else {}
        if kind.kind == "Namespace":
            manifest["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = manifest["metadata"]["name"]
            manifest["status"] = {"phase": "Active"}
        if kind.kind == "Job":
            mark_job(manifest, next(self._numbers))
        if options.dry_run:
            return manifest
        created = self.store.create(kind, manifest, options.actor)
        if kind.kind == "Namespace":
            self._furnish(manifest["metadata"]["name"])
        return created

    def replace(self, kind: Kind, namespace: str | None, name: str, manifest: Json, options: Options) -> Json:
        """Put an object in the place of the live one (or its status, if that is what the options name)."""
        version = (manifest.get("metadata") or {}).get("resourceVersion")
        return self._change(kind, namespace, name, lambda live: deepcopy(manifest), options, version)

    def patch(
        self, kind: Kind, namespace: str | None, name: str, content_type: str, text: str, options: Options
    ) -> tuple[Json, bool]:
        """Change an object; server-side apply makes it if need be. Gives back the object, and whether it is new."""
        body = yaml.safe_load(text) if content_type == APPLY else json.loads(text)
        if content_type == APPLY:
            return self._apply(kind, namespace, name, body, options)
        schema = schemas.of_kind(kind.api_version, kind.kind)
        patchers = {
            "application/merge-patch+json": lambda live: merge.json_merge(live, body),
            "application/json-patch+json": lambda live: merge.json_patch(live, body),
            "application/strategic-merge-patch+json": lambda live: merge.strategic_merge(live, body, schema),
        }
        if content_type not in patchers or (kind.custom and "strategic" in content_type):
            raise ApiError(415, "UnsupportedMediaType", f"patches of type {content_type} are not accepted")
        return self._change(kind, namespace, name, patchers[content_type], options), False

    def _apply(self, kind: Kind, namespace: str | None, name: str, body: Json, options: Options) -> tuple[Json, bool]:
        if (body.get("metadata") or {}).get("name") != name:
            raise bad_request(f"the name of the object ({body.get('metadata')}) is not the name on the URL ({name})")
        schema = schemas.of_kind(kind.api_version, kind.kind)
        with self.store.changed:
            live = self.store.find(kind.kind, namespace, name)
            if live is None:
                created = self.create(kind, namespace, body, options)
                if not options.dry_run:
                    self._applied[created["metadata"]["uid"]] = {options.manager: body}
                return created, True
            managers = self._applied.setdefault(live["metadata"]["uid"], {})
            others = {k: v for k, v in managers.items() if k != options.manager}
            clashes = {k: merge.conflicts(body, theirs, schema) for k, theirs in others.items()}
            if any(clashes.values()) and not options.force:
                told = "; ".join(f"conflict with {k!r}: {', '.join(v)}" for k, v in clashes.items() if v)
                raise ApiError(409, "Conflict", f"Apply failed with {len(clashes)} conflict: {told}", [told])
            last = managers.get(options.manager)
            changed = self._change(
                kind, namespace, name, lambda before: merge.apply(before, last, body, schema), options
            )
            if not options.dry_run:
                managers[options.manager] = body
            return changed, False

    def _change(
        self, kind: Kind, namespace: str | None, name: str, change: Any, options: Options, version: str | None = None
    ) -> Json:
        result: Json = {}

        def checked(live: Json) -> Json | None:
            before = deepcopy(live)
            wanted = change(live)
            decode_string_data(wanted)
            if options.subresource == "status":
                wanted = {**before, "status": wanted.get("status") or {}}
            else:
                metadata = wanted.setdefault("metadata", {})
                for field_name in SERVER_METADATA:
                    if field_name in before["metadata"]:
                        metadata[field_name] = before["metadata"][field_name]
                    else:
                        metadata.pop(field_name, None)
                if kind.has_status:
                    wanted["status"] = before.get("status") or {}
                if kind.kind == "Service" and not wanted["spec"].get("clusterIP"):
                    wanted["spec"]["clusterIP"] = before["spec"].get("clusterIP")
                wanted["metadata"]["namespace"] = namespace
                if namespace is None:
                    del wanted["metadata"]["namespace"]
                wanted |= {"apiVersion": kind.api_version, "kind": kind.kind}
                defaults.fill(wanted)
                options.warnings += self.admission.change(kind, before, wanted, options.user)
            result.update(wanted)
            return None if options.dry_run else wanted

        try:
            stored = self.store.update(kind, namespace, name, checked, options.actor, version)
        except ApiError as refusal:
            if refusal.code in (400, 403, 422):
                about = {"kind": kind.kind, "metadata": {"name": name, "namespace": namespace}}
                self.journal.write("refused", options.actor, about, refusal.message)
            raise
        return result if options.dry_run else stored

    def delete(
        self, kind: Kind, namespace: str | None, name: str, body: Json | None = None, actor: str = "client"
    ) -> Json:
        """Delete an object, with DeleteOptions. Raises ApiError."""
        body = body or {}
        with self.store.changed:
            live = self.store.get(kind, namespace, name)
            why = self.refused_deletions.get(f"{kind.kind}/{name}") if actor == "client" else None
            if why:
                self.journal.write("refused", actor, live, why)
                raise forbidden(kind.resource, name, why)
            uid = (body.get("preconditions") or {}).get("uid")
            if uid and uid != live["metadata"]["uid"]:
                raise ApiError(409, "Conflict", f"the UID in the precondition ({uid}) is not the object's")
            policy = body.get("propagationPolicy") or "Background"
            if policy == "Foreground":
                hold(self.store, kind, namespace, name, "foregroundDeletion", actor)
            elif policy == "Orphan":
                orphan(self.store, self.kinds, live)
            if kind.kind == "Namespace":
                self.store.update(kind, None, name, lambda it: {**it, "status": {"phase": "Terminating"}}, actor)
            return self.store.delete(kind, namespace, name, actor, grace(live, body))

    def _furnish(self, namespace: str) -> None:
        """What every namespace gets at once."""
        for kind, manifest in (
            ("ServiceAccount", {"metadata": {"name": "default"}}),
            ("ConfigMap", {"metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": ""}}),
        ):
            self.create(self.kinds.named(kind), namespace, manifest)

    def kind_at(self, group: str, version: str, plural: str) -> Kind:
        """The kind behind a URL. Raises ApiError 404."""
        found = self.kinds.at(group, version, plural)
        if found is None:
            raise not_found("the server could not find the requested resource", plural)
        return found
