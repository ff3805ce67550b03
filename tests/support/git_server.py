"""A Git server on loopback, over HTTPS, that wants a token: `git http-backend` behind a server of Python's."""

import os
import ssl
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from standins.kubernetes_api import certificates

TOKEN = "ghp_Not0nlyLetters/and+more=%40"
BASIC = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
ADVERTISED = "application/x-git-upload-pack-advertisement"
PEOPLE = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "A", "EMAIL": "a@example.com", "DATE": "2026-11-24T00:00:00Z"}.items()
}


class GitServer:
    """A context manager around a server and the one repository that it has."""

    def __init__(self, folder: Path) -> None:
        self.work, self._root = folder / "work", folder / "served"
        self._root.mkdir(parents=True)
        self.certificates = certificates.make(folder / "certificates")
        self.requests: list[str] = []
        self.says: tuple[int, str] | None = None
        """Status, and text that a Git server would refuse with, as long as it is set; GIVEN is the credential."""

        self.hangs = False
        """Takes connections and never answers."""

        self.hangs_when_asked = False
        """Answers nothing but who has no credential, whom it asks for it."""

        self.moves = False
        """Sends everybody to another path, where the repository is."""

        self.given: list[str] = []

        self.git("init", "--quiet", "--initial-branch=main", str(self.work), at=folder)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self._root / "dags.git"), at=folder)
        self.git("remote", "add", "served", str(self._root / "dags.git"))

    def __enter__(self) -> "GitServer":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates.certificate, self.certificates.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.hangs = self.hangs_when_asked = False
        self._server.shutdown()
        self._server.server_close()

    @property
    def path(self) -> str:
        """The repository without the server."""
        return (self._root / "dags.git").as_uri()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_port}/dags.git"

    def commit(self, files: Mapping[str, str], *, branch: str = "main", parent: bool = True) -> str:
        """Make these the repository's only files, and push; gives back the commit. `parent`: false for a forced push
        of a history of its own."""
        if not parent:
            self.git("checkout", "--quiet", "--orphan", f"new-{len(self.requests)}-{time.monotonic_ns()}")
        self.git("rm", "-r", "--quiet", "--force", "--ignore-unmatch", ".")
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        return self.push(branch)

    def push(self, branch: str = "main") -> str:
        """Commit what is staged, and push it to a branch."""
        self.git("commit", "--quiet", "--allow-empty", "--message", "more")
        self.git("push", "--quiet", "--force", "served", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """Run Git in the working copy."""
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", **PEOPLE}
        return subprocess.run(
            ["git", *arguments], cwd=at or self.work, env=environment, check=True, text=True, capture_output=True
        ).stdout

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, *_: Any) -> None:
                pass

            def _answer(self) -> None:
                server.requests.append(f"{self.command} {self.path}")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                given = (self.headers.get("Authorization") or "").removeprefix("Basic ")
                server.given.append(given)
                while server.hangs or (given and server.hangs_when_asked):
                    time.sleep(0.05)
                if server.moves and self.path.startswith("/dags.git"):
                    self._send(301, b"", {"Location": f"/moved{self.path}"})
                    return
                self.path = self.path.removeprefix("/moved")
                if server.says and (given or server.says[0] != 200):
                    text = server.says[1].replace("GIVEN", given)
                    self._send(server.says[0], f"{len(text) + 8:04x}ERR {text}".encode(), {"Content-Type": ADVERTISED})
                elif given != BASIC:
                    self._send(401, b"", {"WWW-Authenticate": 'Basic realm="git"'})
                else:
                    self._backend(body)

            def _backend(self, body: bytes) -> None:
                parts = urlsplit(self.path)
                environment = {
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(server._root),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_CONFIG_COUNT": "1",
                    "GIT_CONFIG_KEY_0": "safe.directory",
                    "GIT_CONFIG_VALUE_0": "*",
                    "PATH_INFO": parts.path,
                    "QUERY_STRING": parts.query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                    "CONTENT_LENGTH": str(len(body)),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                }
                done = subprocess.run(
                    ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
                )
                told, _, content = done.stdout.partition(b"\r\n\r\n")
                headers = dict(line.split(": ", 1) for line in told.decode().splitlines() if ": " in line)
                status = int(headers.pop("Status", "200").split()[0])
                self._send(status, content, headers)

            def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler
