"""The newest commit of a branch or tag, by the image's `git`, in a bare repository that nobody else sees."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from git_credential import read  # type: ignore[import-not-found]  # beside this script

ASK_SECONDS = 60
FETCH_SECONDS = 300
HELPER = Path(__file__).with_name("git_credential.py")
FROM_THE_IMAGE = ("PATH", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "GIT_SSL_CAINFO")
"""All that Git gets of the container's environment."""

CONFIG = {
    # Nothing of the repository, the server or the image runs or decides anything here.
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "protocol.allow": "never",
    "protocol.https.allow": "always",
    # The credential is for the host of the URL; a renamed repository is an error that says so.
    "http.followRedirects": "false",
    # A server that hangs: less than 1000 bytes a second for half a minute.
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "fetch.fsckObjects": "true",
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "gc.pruneExpire": "now",
    # Big files are streamed, and packs unpacked by one thread: the memory follows no repository.
    "core.bigFileThreshold": "16m",
    "pack.threads": "1",
    "pack.windowMemory": "64m",
}


class ProblemError(Exception):
    """What keeps a version from being made; told in the log, without the credential."""


class Mirror:
    """A bare repository of one commit, in a folder of the pod's own."""

    def __init__(self, folder: Path, url: str, ref: str, credential: "Path | None") -> None:
        self._folder, self._url, self._ref, self._credential = folder, url, ref, credential
        self._seen: tuple[str, str] | None = None

    def newest(self) -> str:
        """The commit that the branch, or else the tag, is at; fetched if it is another than before.

        Without history: a forced push is a commit like any other. Raises ProblemError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._folder / "HEAD").exists():
            self.git("init", "--bare", "--quiet", "--template=", ".")
        name, found = self._find()
        if self._seen is None or self._seen[0] != found:
            fetch = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--end-of-options")
            self.git(*fetch, self._url, f"+{name}:refs/tracked", seconds=FETCH_SECONDS)
            commit = self.git("rev-parse", "--verify", "--end-of-options", "refs/tracked^{commit}").decode().strip()
            self._seen = (found, commit)
        return self._seen[1]

    def forget(self) -> None:
        """Begin anew: a process that was ended in the middle of something may have left anything."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._seen = None

    def _find(self) -> "tuple[str, str]":
        names = [f"refs/{kind}/{self._ref}" for kind in ("heads", "tags")]
        answer = self.git("ls-remote", "--end-of-options", self._url, *names, seconds=ASK_SECONDS).decode()
        there = {name: found for found, name in (line.split("\t") for line in answer.splitlines())}
        for name in names:
            if name in there:
                return name, there[name]
        raise ProblemError(f"the repository has no branch and no tag {self._ref}")

    def tree(self, commit: str) -> "Iterator[tuple[str, str, int, str]]":
        """Mode, object, size in bytes and path of everything in a commit."""
        for entry in self.git("ls-tree", "-r", "-z", "--long", commit).split(b"\0")[:-1]:
            told, _, path = entry.partition(b"\t")
            mode, _, name, size = told.decode().split()
            yield mode, name, 0 if size == "-" else int(size), os.fsdecode(path)

    def reader(self) -> "subprocess.Popen[bytes]":
        """`git cat-file --batch`."""
        command = self._command("cat-file", "--batch")
        return subprocess.Popen(
            command, cwd=self._folder, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def git(self, *arguments: str, seconds: float = ASK_SECONDS) -> bytes:
        """What a Git command writes. Raises ProblemError if it fails, or takes longer."""
        running = subprocess.Popen(
            self._command(*arguments), cwd=self._folder, env=_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            output, errors = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # Git's own children hold the connection
            running.communicate()
            raise ProblemError(f"git {arguments[0]} took longer than {seconds:g} seconds") from None
        if running.returncode:
            raise ProblemError(f"git {arguments[0]}: {self._without_credential(errors.decode(errors='replace'))}")
        return output

    def _command(self, *arguments: str) -> "list[str]":
        config = dict(CONFIG)
        if self._credential:
            parts = urlsplit(self._url)
            helper = [sys.executable, "-I", "-S", str(HELPER), str(self._credential)]
            config[f"credential.{parts.scheme}://{parts.netloc}.helper"] = "!" + shlex.join(helper)
        return ["git", *(f for each in config.items() for f in ("-c", "=".join(each))), *arguments]

    def _without_credential(self, text: str) -> str:
        """The end of what Git says; a server may repeat what it was sent."""
        text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
        for secret in self._secrets():
            text = text.replace(secret, "***")
        return text[-600:]

    def _secrets(self) -> "list[str]":
        try:
            username, password = read(self._credential) if self._credential else ("", "")
        except (OSError, ValueError):
            return []
        basic = b64encode(f"{username}:{password}".encode()).decode()
        return [each for each in (basic, password, quote(password, safe="")) if each]


def _environment() -> "dict[str, str]":
    return {
        **{name: os.environ[name] for name in FROM_THE_IMAGE if name in os.environ},
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
    }
