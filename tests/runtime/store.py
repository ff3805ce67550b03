"""A loopback AWS that has secrets and parameters, tells them, and counts how often it was asked."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""Credentials, as the Pod Identity agent gives them: any will do."""

NO_SUCH = {"SecretId": "ResourceNotFoundException", "Name": "ParameterNotFound"}


class Store:
    """What it holds, by name, and who asked."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.visitors: list[str] = []
        """The Authorization of each request that is no question for a secret."""
        self.failing: str | None = None
        """An error code of AWS's that every question is answered with."""
        self.url = ""

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that is to ask it."""
        return {**ENVIRONMENT, "AWS_ENDPOINT_URL": self.url}

    def answer(self, question: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Status and body of a question to Secrets Manager (SecretId) or the Parameter Store (Name)."""
        kind = "SecretId" if "SecretId" in question else "Name"
        name = question[kind]
        self.asked[name] += 1
        if self.failing or name not in self.values:
            return 400, {"__type": self.failing or NO_SUCH[kind], "message": "no"}
        if kind == "SecretId":
            return 200, {"SecretString": self.values[name], "Name": name}
        return 200, {"Parameter": {"Name": name, "Value": self.values[name]}}


@contextmanager
def store() -> Iterator[Store]:
    """One on a port of its own."""
    made = Store()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._say(*made.answer(question))

        def do_GET(self) -> None:
            made.visitors.append(self.headers.get("Authorization", ""))
            self._say(200, {})

        def _say(self, status: int, body: dict[str, object]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
