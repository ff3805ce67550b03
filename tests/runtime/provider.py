"""An OpenID Connect provider, and what ends TLS in front of Airflow: both on loopback, for the tests of the login."""

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standins.kubernetes_api import certificates
from tests.runtime.client import wait
from tests.runtime.install import CURRENT_ENVIRONMENT

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


class Provider:
    """oidc-provider-mock, in a process of its own; who signs in is a field of its form."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port: int = free.getsockname()[1]
        self.issuer = f"http://localhost:{self.port}"
        command = [str(CURRENT_ENVIRONMENT / "bin" / "python"), "-m", "oidc_provider_mock", "--port", str(self.port)]
        # As a cluster's container would be: none of this machine's variables.
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        with (folder / "provider.log").open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def __enter__(self) -> "Provider":
        wait("the provider", self._answers, 30)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    def knows(self, user: str, **claims: Any) -> None:
        """Make a user, or change what is told of one."""
        body = json.dumps({"preferred_username": user, **claims}).encode()
        request = urllib.request.Request(
            f"{self.issuer}/users/{user}", body, {"Content-Type": "application/json"}, method="PUT"
        )
        urllib.request.urlopen(request, timeout=10).close()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=5).close()
        except OSError:
            return False
        return True


@contextmanager
def tls_front(folder: Path, host: str, service: str) -> Iterator[tuple[int, Path]]:
    """Ends TLS for `host` and hands on to a Service as a load balancer does; gives its port and its authority."""
    made = certificates.make(folder, hosts=(f"DNS:{host}",))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.certificate, made.key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP_BY_HOP}
            headers |= {"X-Forwarded-For": self.client_address[0], "X-Forwarded-Proto": "https"}
            with closing(http.client.HTTPConnection(service, 8080, timeout=60)) as connection:
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                content = answer.read()
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in HOP_BY_HOP:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: what matters is asserted."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], made.authority
        finally:
            server.shutdown()
            thread.join(timeout=10)


def hidden_fields(page: str) -> dict[str, str]:
    """What a form sends beside what a person fills in."""
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    found = [(re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)) for each in fields]
    return {name[1]: value[1] if value else "" for name, value in found if name}
