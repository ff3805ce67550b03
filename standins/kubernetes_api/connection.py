"""A request and its answer, as JSON over HTTP."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from standins.kubernetes_api.errors import bad_request
from standins.kubernetes_api.options import Options

Json = dict[str, Any]


class Connection(BaseHTTPRequestHandler):
    """One client's connection; `path`, `query`, `body` and `warnings` are those of the request at hand."""

    protocol_version = "HTTP/1.1"
    user_name = "system:anonymous"
    """Of whoever the request's token stands for."""

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the journal tells what happened."""

    def do_GET(self) -> None:
        self.serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 names that http.server looks for

    def serve(self) -> None:
        """Answer the request at hand."""
        raise NotImplementedError

    def read(self) -> str:
        """Take in a request; gives back the path without its query."""
        split = urlsplit(self.path)
        self.query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.warnings: list[str] = []
        return split.path.rstrip("/") or "/"

    def token(self) -> str:
        """The bearer token, or nothing."""
        # The scheme knows no case, and Kubernetes' own Python client writes it small.
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def asks(self, option: str) -> bool:
        """Whether an option of the query is true."""
        return self.query.get(option) in ("true", "1", "True")

    def options(self, subresource: str = "") -> Options:
        """What the request asks of a change."""
        manager = self.query.get("fieldManager") or (self.headers.get("User-Agent") or "unknown").split("/")[0]
        return Options(
            manager=manager,
            force=self.query.get("force") == "true",
            dry_run="dryRun" in self.query,
            subresource=subresource,
            user=self.user_name,
            warnings=self.warnings,
        )

    def json(self) -> Json:
        """The body. Raises ApiError for one that is no JSON object."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError as wrong:
            raise bad_request(f"the body is not JSON: {wrong}") from wrong
        if not isinstance(document, dict):
            raise bad_request("the body is not an object")
        return document

    def send(self, code: int, document: Json) -> None:
        """Answer with a document."""
        self.send_bytes(code, json.dumps(document).encode(), "application/json")

    def send_bytes(self, code: int, data: bytes, content_type: str) -> None:
        """Answer with what stands in `data`, and with the warnings that have come together."""
        self.send_response(code)
        for warning in self.warnings:
            text = warning.replace("\n", " ").replace("\\", "\\\\").replace('"', '\\"')
            self.send_header("Warning", f'299 - "{text}"')
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def start_stream(self, content_type: str) -> None:
        """Begin an answer that comes in pieces (`send_piece`)."""
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send_piece(self, data: bytes) -> None:
        """A piece of a stream; nothing ends it."""
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()
