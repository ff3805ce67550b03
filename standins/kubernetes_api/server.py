"""The HTTP face of the API, on 127.0.0.1: what kubectl and the Kubernetes clients speak."""

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from typing import Any

from standins.kubernetes_api import discovery, streams
from standins.kubernetes_api.api import Api
from standins.kubernetes_api.certificates import Certificates
from standins.kubernetes_api.connection import Connection
from standins.kubernetes_api.errors import ApiError, forbidden
from standins.kubernetes_api.kinds import Kind
from standins.kubernetes_api.rbac import ADMIN, Authenticator, Authorizer, Tokens, User
from standins.kubernetes_api.scale import scale_of

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


class _Handler(Connection):
    server: Server

    def serve(self) -> None:
        path = self.read()
        try:
            user = self._user()
            self.user_name = user.name
            self._route(self.command, path, user)
        except ApiError as refusal:
            self.send(refusal.code, refusal.status())
        except (BrokenPipeError, ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def _user(self) -> User:
        user = self.server.authenticate(self.token())
        if user is None:
            raise ApiError(401, "Unauthorized", "Unauthorized")
        return user

    def _route(self, method: str, path: str, user: User) -> None:
        if path in ("/healthz", "/readyz", "/livez"):
            self.send_bytes(200, b"ok", "text/plain")
            return
        if path == "/openapi/v2":
            self.send_bytes(200, discovery.OPENAPI_V2, discovery.OPENAPI_V2_TYPE)
            return
        if method == "GET" and (document := discovery.answer(path, self.server.api.kinds)) is not None:
            self.send(200, document)
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
        verb = {
            "GET": "get" if name else "watch" if self.asks("watch") else "list",
            "POST": "create",
            "PUT": "update",
            "PATCH": "patch",
            "DELETE": "delete" if name else "deletecollection",
        }[method]
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
            pod = api.store.get(kind, namespace, name)
            streams.log(self, self.server.logs(pod, self.query.get("container"), self.query))
        elif method == "GET" and subresource == "scale" and name:
            self.send(200, scale_of(api.store.get(kind, namespace, name)))
        elif method == "GET" and name:
            self.send(200, api.store.get(kind, namespace, name))
        elif method == "GET":
            if self.asks("watch"):
                streams.watch(self, api.store, kind, namespace, self.server.stopping.is_set)
            else:
                self.send(200, streams.list_of(api.store, kind, namespace, self.query))
        elif method == "POST" and subresource == "token":
            self._token(kind, namespace, name or "")
        elif method == "POST" and subresource == "eviction":
            api.delete(kind, namespace, name or "")
            self.send(201, {"kind": "Status", "apiVersion": "v1", "status": "Success"})
        elif method == "POST" and not subresource:
            self.send(201, api.create(kind, namespace, self.json(), self.options()))
        elif method == "PUT" and name and subresource in ("", "status"):
            self.send(200, api.replace(kind, namespace, name, self.json(), self.options(subresource)))
        elif method in ("PUT", "PATCH") and name and subresource == "scale":
            replicas = (self.json().get("spec") or {}).get("replicas")
            patch = json.dumps({"spec": {"replicas": replicas}})
            manifest, _ = api.patch(kind, namespace, name, "application/merge-patch+json", patch, self.options())
            self.send(200, scale_of(manifest))
        elif method == "PATCH" and name:
            content_type = (self.headers.get("Content-Type") or "").split(";")[0]
            manifest, new = api.patch(
                kind, namespace, name, content_type, self.body.decode(), self.options(subresource)
            )
            self.send(201 if new else 200, manifest)
        elif method == "DELETE":
            self._delete(kind, namespace, name)
        else:
            raise ApiError(405, "MethodNotAllowed", f"{method} is not allowed here")

    def _delete(self, kind: Kind, namespace: str | None, name: str | None) -> None:
        body = self.json() if self.body else {}
        for option in ("propagationPolicy", "gracePeriodSeconds"):
            if option in self.query:
                value: Any = self.query[option]
                body.setdefault(option, int(value) if value.isdigit() else value)
        found = [] if name else streams.list_of(self.server.api.store, kind, namespace, self.query)["items"]
        names = [name] if name else [each["metadata"]["name"] for each in found]
        deleted = {}
        for each in names:
            deleted = self.server.api.delete(kind, namespace, each, body)
        if name and self.server.api.store.find(kind.kind, namespace, name) is not None:
            self.send(200, deleted)
            return
        details = {"name": name, "kind": kind.plural, "uid": (deleted.get("metadata") or {}).get("uid")}
        self.send(200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})

    def _token(self, kind: Kind, namespace: str | None, name: str) -> None:
        self.server.api.store.get(kind, namespace, name)
        issuer = self.server.authenticate
        token = issuer.issue(namespace or "", name) if isinstance(issuer, Tokens) else f"{namespace}:{name}"
        self.send(201, {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "status": {"token": token}})

    def _review(self, user: User) -> None:
        review = self.json()
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
        self.send(201, {**review, "status": {"allowed": allowed}})
