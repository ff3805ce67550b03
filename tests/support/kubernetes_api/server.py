"""The HTTP face of the API, on 127.0.0.1: what kubectl and the Kubernetes clients speak."""

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.kubernetes_api import discovery
from tests.support.kubernetes_api.api import Api, Options
from tests.support.kubernetes_api.certificates import Certificates
from tests.support.kubernetes_api.errors import ApiError, bad_request, forbidden
from tests.support.kubernetes_api.kinds import Kind
from tests.support.kubernetes_api.rbac import ADMIN, Authenticator, Authorizer, Tokens, User
from tests.support.kubernetes_api.selectors import matches_fields, matches_labels
from tests.support.kubernetes_api.store import WatchEvent

Json = dict[str, Any]
Logs = Callable[[Json, str | None, dict[str, str]], Iterator[bytes]]

_OBJECTS = re.compile(
    r"^/(?:api|apis/(?P<group>[^/]+))/(?P<version>v[^/]+)"
    r"(?:/namespaces/(?P<namespace>[^/]+))?/(?P<plural>[a-z]+)(?:/(?P<name>[^/]+)(?:/(?P<subresource>[a-z]+))?)?$"
)
_NAMESPACES = re.compile(r"^/api/v1/namespaces(?:/(?P<name>[^/]+)(?:/(?P<subresource>status|finalize))?)?$")


class Server(ThreadingHTTPServer):
    """Serves an Api over TLS on a free port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, api: Api, certificates: Certificates, authenticate: Authenticator, authorize: Authorizer, logs: Logs
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api, self.authenticate, self.authorize, self.logs = api, authenticate, authorize, logs
        self.stopping = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.certificate, certificates.key)

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.settimeout(600)
        # The handshake happens at the first read, in the connection's own thread.
        wrapped = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the journal tells what happened."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        split = urlsplit(self.path)
        self._query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        self._body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._warnings: list[str] = []
        try:
            user = self._user()
            self._route(method, split.path.rstrip("/") or "/", user)
        except ApiError as refusal:
            self._send(refusal.code, refusal.status())
        except (BrokenPipeError, ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def _user(self) -> User:
        # The scheme knows no case, and Kubernetes' own Python client writes it small.
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        user = self.server.authenticate(token)
        if user is None:
            raise ApiError(401, "Unauthorized", "Unauthorized")
        return user

    def _route(self, method: str, path: str, user: User) -> None:
        if path in ("/healthz", "/readyz", "/livez"):
            self._send_bytes(200, b"ok", "text/plain")
            return
        if path == "/openapi/v2":
            self._send_bytes(200, discovery.OPENAPI_V2, discovery.OPENAPI_V2_TYPE)
            return
        if method == "GET" and (document := discovery.answer(path, self.server.api.kinds)) is not None:
            self._send(200, document)
            return
        if path.endswith("/selfsubjectaccessreviews") and method == "POST":
            self._review(user)
            return
        match = _NAMESPACES.match(path)
        if match:
            kind, namespace, name = self.server.api.kind_at("", "v1", "namespaces"), None, match["name"]
        else:
            match = _OBJECTS.match(path)
            if not match:
                raise ApiError(404, "NotFound", "the server could not find the requested resource")
            kind = self.server.api.kind_at(match["group"] or "", match["version"], match["plural"])
            namespace, name = match["namespace"], match["name"]
        self._authorize(method, kind, namespace, name, match["subresource"] or "", user)
        self._object(method, kind, namespace, name, match["subresource"] or "")

    def _authorize(
        self, method: str, kind: Kind, namespace: str | None, name: str | None, subresource: str, user: User
    ) -> None:
        watching = self._query.get("watch") in ("true", "1", "True")
        verb = {"POST": "create", "PUT": "update", "PATCH": "patch"}.get(method)
        verb = verb or {("GET", True): "get", ("GET", False): "watch" if watching else "list"}.get((method, bool(name)))
        verb = verb or ("delete" if name else "deletecollection")
        resource = f"{kind.plural}/{subresource}" if subresource else kind.plural
        if not self.server.authorize(user, verb, kind.group, resource, namespace, name or ""):
            where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
            message = f'User "{user.name}" cannot {verb} resource "{resource}" in API group "{kind.group}"{where}'
            about = {"kind": kind.kind, "metadata": {"name": name or "*", "namespace": namespace}}
            self.server.api.journal.write("refused", "client", about, message)
            raise forbidden(kind.resource, name or "", message)

    def _object(self, method: str, kind: Kind, namespace: str | None, name: str | None, subresource: str) -> None:
        api = self.server.api
        if method == "GET" and name and subresource == "log":
            self._log(api.store.get(kind, namespace, name))
        elif method == "GET" and subresource == "scale" and name:
            self._send(200, _scale(api.store.get(kind, namespace, name)))
        elif method == "GET" and name:
            self._send(200, api.store.get(kind, namespace, name))
        elif method == "GET":
            if self._query.get("watch") in ("true", "1", "True"):
                self._watch(kind, namespace)
            else:
                self._send(200, self._list(kind, namespace))
        elif method == "POST" and subresource == "token":
            self._token(kind, namespace, name or "")
        elif method == "POST" and subresource == "eviction":
            api.delete(kind, namespace, name or "")
            self._send(201, {"kind": "Status", "apiVersion": "v1", "status": "Success"})
        elif method == "POST" and not subresource:
            self._send(201, api.create(kind, namespace, self._json(), self._options()))
        elif method == "PUT" and name and subresource in ("", "status"):
            self._send(200, api.replace(kind, namespace, name, self._json(), self._options(subresource)))
        elif method in ("PUT", "PATCH") and name and subresource == "scale":
            replicas = (self._json().get("spec") or {}).get("replicas")
            patch = json.dumps({"spec": {"replicas": replicas}})
            manifest, _ = api.patch(kind, namespace, name, "application/merge-patch+json", patch, self._options())
            self._send(200, _scale(manifest))
        elif method == "PATCH" and name:
            content_type = (self.headers.get("Content-Type") or "").split(";")[0]
            manifest, new = api.patch(
                kind, namespace, name, content_type, self._body.decode(), self._options(subresource)
            )
            self._send(201 if new else 200, manifest)
        elif method == "DELETE":
            self._delete(kind, namespace, name)
        else:
            raise ApiError(405, "MethodNotAllowed", f"{method} is not allowed here")

    def _delete(self, kind: Kind, namespace: str | None, name: str | None) -> None:
        body = self._json() if self._body else {}
        for option in ("propagationPolicy", "gracePeriodSeconds"):
            if option in self._query:
                value: Any = self._query[option]
                body.setdefault(option, int(value) if value.isdigit() else value)
        names = [name] if name else [it["metadata"]["name"] for it in self._list(kind, namespace)["items"]]
        deleted = {}
        for each in names:
            deleted = self.server.api.delete(kind, namespace, each, body)
        if name and self.server.api.store.find(kind.kind, namespace, name) is not None:
            self._send(200, deleted)
            return
        details = {"name": name, "kind": kind.plural, "uid": (deleted.get("metadata") or {}).get("uid")}
        self._send(200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})

    def _selected(self, manifest: Json) -> bool:
        labels = manifest["metadata"].get("labels") or {}
        return matches_labels(self._query.get("labelSelector", ""), labels) and matches_fields(
            self._query.get("fieldSelector", ""), manifest
        )

    def _list(self, kind: Kind, namespace: str | None) -> Json:
        store = self.server.api.store
        with store.changed:
            version, found = store.version, store.objects(kind.kind, namespace)
        return {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": {"resourceVersion": str(version)},
            "items": [manifest for manifest in found if self._selected(manifest)],
        }

    def _watch(self, kind: Kind, namespace: str | None) -> None:
        store = self.server.api.store
        given = self._query.get("resourceVersion") or ""
        initial = self._query.get("sendInitialEvents") == "true"
        with store.changed:
            since = int(given) if given not in ("", "0") and not initial else store.version
            first = store.objects(kind.kind, namespace) if initial or given in ("", "0") else []
        deadline = threading.Timer(float(self._query.get("timeoutSeconds") or 3600), lambda: over.set())
        over = threading.Event()
        deadline.daemon = True
        deadline.start()
        events = store.events(kind.kind, since, lambda: over.is_set() or self.server.stopping.is_set())
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for manifest in first:
                if self._selected(manifest):
                    self._chunk({"type": "ADDED", "object": manifest})
            if initial:
                self._chunk(_bookmark(kind, since))
            for event in events:
                if event and (namespace is None or event.object["metadata"].get("namespace") == namespace):
                    self._send_event(event)
            self._chunk(None)
        finally:
            deadline.cancel()

    def _send_event(self, event: WatchEvent) -> None:
        now, before = self._selected(event.object), event.before is not None and self._selected(event.before)
        type_ = event.type
        if type_ == "MODIFIED" and now != before:
            # An object that comes into a selector is new to the watcher, one that leaves it is gone.
            type_ = "ADDED" if now else "DELETED"
        if now or (before and type_ == "DELETED"):
            self._chunk({"type": type_, "object": event.object})

    def _chunk(self, document: Json | None) -> None:
        data = b"" if document is None else json.dumps(document).encode() + b"\n"
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _log(self, pod: Json) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in self.server.logs(pod, self._query.get("container"), self._query):
            if piece:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.flush()
        self._chunk(None)

    def _token(self, kind: Kind, namespace: str | None, name: str) -> None:
        self.server.api.store.get(kind, namespace, name)
        issuer = self.server.authenticate
        token = issuer.issue(namespace or "", name) if isinstance(issuer, Tokens) else f"{namespace}:{name}"
        self._send(201, {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "status": {"token": token}})

    def _review(self, user: User) -> None:
        review = self._json()
        wanted = (review.get("spec") or {}).get("resourceAttributes") or {}
        resource = "/".join(filter(None, (wanted.get("resource"), wanted.get("subresource"))))
        allowed = user == ADMIN or self.server.authorize(
            user,
            wanted.get("verb", ""),
            wanted.get("group", ""),
            resource,
            wanted.get("namespace"),
            wanted.get("name", ""),
        )
        self._send(201, {**review, "status": {"allowed": allowed}})

    def _options(self, subresource: str = "") -> Options:
        manager = self._query.get("fieldManager") or (self.headers.get("User-Agent") or "unknown").split("/")[0]
        return Options(
            manager=manager,
            force=self._query.get("force") == "true",
            dry_run="dryRun" in self._query,
            subresource=subresource,
            warnings=self._warnings,
        )

    def _json(self) -> Json:
        try:
            document = json.loads(self._body or b"{}")
        except ValueError as wrong:
            raise bad_request(f"the body is not JSON: {wrong}") from wrong
        if not isinstance(document, dict):
            raise bad_request("the body is not an object")
        return document

    def _send(self, code: int, document: Json) -> None:
        self._send_bytes(code, json.dumps(document).encode(), "application/json")

    def _send_bytes(self, code: int, data: bytes, content_type: str) -> None:
        self.send_response(code)
        for warning in self._warnings:
            self.send_header("Warning", f'299 - "{warning}"'.replace("\n", " "))
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _bookmark(kind: Kind, version: int) -> Json:
    metadata = {"resourceVersion": str(version), "annotations": {"k8s.io/initial-events-end": "true"}}
    return {"type": "BOOKMARK", "object": {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}}


def _scale(manifest: Json) -> Json:
    metadata = {k: manifest["metadata"][k] for k in ("name", "namespace", "uid", "resourceVersion")}
    replicas = (manifest.get("status") or {}).get("replicas", 0)
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": manifest["spec"].get("replicas", 1)},
        "status": {"replicas": replicas},
    }
