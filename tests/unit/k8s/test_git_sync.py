"""git_sync.py against a Git server on loopback: what is on the file system after everything that can happen."""

import fcntl
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.git_server import BASIC, TOKEN, GitServer

SCRIPTS = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "git_sync"
MODULES = ("git_credential", "git_mirror", "git_versions", "git_sync")


@dataclass
class Node:
    """A pod's own disk, the shared file system, and the server."""

    folder: Path
    server: GitServer
    scripts: dict[str, Any]
    capsys: pytest.CaptureFixture[str]

    def sync(self, ref: str = "main", subdir: str = "", keep_days: float = 30, *, served: bool = False) -> str:
        """What a bundle's thread does between two pauses, in a new pod; gives back its log, with `ok` or `failed`.

        `served`: over HTTPS, which takes a second; otherwise the repository is a folder.
        """
        url = self.server.url if served else self.server.path
        sync = self.scripts["git_sync"]
        bundle = sync.Bundle("dags", url, ref, subdir, 10, str(self.credential) if served else None)
        thread = sync.Sync(bundle, self.folder / "bundles", keep_days, threading.Event())
        done = thread._round()
        return self.capsys.readouterr().out + ("ok" if done else "failed")

    @property
    def credential(self) -> Path:
        return self.folder / "credential"

    @property
    def bundle(self) -> Path:
        return self.folder / "bundles" / "dags"

    @property
    def versions(self) -> set[str]:
        return {path.name for path in (self.bundle / "versions").iterdir()}

    @property
    def current(self) -> str:
        return (self.bundle / "current").read_text().strip()

    def tree(self) -> dict[str, str]:
        """Every file of the bundle, with its content, but the lock."""
        return {
            str(path.relative_to(self.bundle)): path.read_text()
            for path in sorted(self.bundle.rglob("*"))
            if path.is_file() and path.name != ".lock"
        }


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Node]:
    monkeypatch.syspath_prepend(SCRIPTS)
    scripts = {name: importlib.import_module(name) for name in MODULES}
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr(scripts["git_sync"], "BEATS", temporary)
    monkeypatch.setattr(scripts["git_versions"], "MOST_BYTES", 200_000)
    if not sys.platform.startswith("linux"):
        monkeypatch.setattr(scripts["git_versions"], "_flush", lambda root: None)  # syncfs is Linux's
    monkeypatch.setitem(scripts["git_mirror"].CONFIG, "protocol.file.allow", "always")
    (tmp_path / "credential").write_text(f"{TOKEN}\n")
    with GitServer(tmp_path / "server") as server:
        monkeypatch.setenv("GIT_SSL_CAINFO", str(server.certificates.authority))
        yield Node(tmp_path, server, scripts, capsys)
    for name in MODULES:
        sys.modules.pop(name, None)


def test_should_bring_a_commit_whole_and_the_next_one_beside_it(node: Node) -> None:
    first = node.server.commit({"dags/one.py": "one", "README": "r"})
    assert node.sync().endswith(f"dags: {first} is current\nok")
    assert node.tree() == {
        "current": f"{first}\n",
        f"versions/{first}/dags/one.py": "one",
        f"versions/{first}/README": "r",
    }
    second = node.server.commit({"dags/two.py": "two"})
    assert node.sync().endswith("ok")
    assert node.tree() == {
        "current": f"{second}\n",
        f"versions/{first}/dags/one.py": "one",
        f"versions/{first}/README": "r",
        f"versions/{second}/dags/two.py": "two",
    }


def test_should_fetch_nothing_and_change_nothing_while_nothing_changes(node: Node) -> None:
    node.server.commit({"a.py": "a"})
    mirror = node.scripts["git_mirror"].Mirror(node.folder / "mirror", node.server.url, "main", node.credential)
    commit = mirror.newest()
    asked = len(node.server.requests)
    assert mirror.newest() == commit
    # The first without the credential, which Git gives when it is asked; the last is the list of branches.
    assert [each.split()[0] for each in node.server.requests[asked:]] == ["GET", "GET", "POST"]
    node.sync()
    before = {path: path.stat().st_ino for path in node.bundle.rglob("*")}
    assert node.sync() == "ok"
    assert {path: path.stat().st_ino for path in node.bundle.rglob("*")} == before


@pytest.mark.parametrize(
    ("says", "told"),
    [((500, "no"), "500"), ((200, "maintenance"), "maintenance")],
)
def test_should_leave_everything_as_it_is_when_a_fetch_fails(node: Node, says: tuple[int, str], told: str) -> None:
    first = node.server.commit({"a.py": "a"})
    node.sync()
    before = node.tree()
    second = node.server.commit({"b.py": "b"})
    node.server.says = says
    log = node.sync(served=True)
    assert log.endswith(f"; {first} stays current\nfailed")
    assert told in log
    assert node.tree() == before
    node.server.says = None
    assert node.sync(served=True).endswith(f"{second} is current\nok")


def test_should_take_its_credential_to_no_other_address(node: Node) -> None:
    node.server.commit({"a.py": "a"})
    node.server.moves = True
    log = node.sync(served=True)
    assert "301" in log
    assert log.endswith("failed")
    assert not any(node.server.given)


def test_should_give_up_on_a_server_that_hangs_and_leave_everything_as_it_is(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.server.commit({"a.py": "a"})
    node.sync()
    before = node.tree()
    node.server.hangs = True
    monkeypatch.setattr(node.scripts["git_mirror"], "ASK_SECONDS", 0.5)
    start = time.monotonic()
    assert "git ls-remote took longer than 0.5 seconds" in node.sync(served=True)
    assert time.monotonic() - start < 8
    assert node.tree() == before


def test_should_follow_a_forced_push_and_keep_what_was(node: Node) -> None:
    first = node.server.commit({"a.py": "a"})
    node.sync()
    other = node.server.commit({"b.py": "b"}, parent=False)
    assert node.sync().endswith("ok")
    assert node.current == other
    assert (node.bundle / "versions" / first / "a.py").read_text() == "a"


def test_should_keep_what_is_there_when_the_branch_is_deleted(node: Node) -> None:
    first = node.server.commit({"a.py": "a"}, branch="work")
    node.sync(ref="work")
    node.server.git("push", "--quiet", "served", ":work")
    log = node.sync(ref="work")
    assert f"no branch and no tag work; {first} stays current" in log
    assert node.current == first


def test_should_say_that_an_empty_repository_has_no_such_branch(node: Node) -> None:
    assert "no branch and no tag main; no version stays current\nfailed" in node.sync()
    assert not (node.bundle / "current").exists()


@pytest.mark.parametrize("annotated", [False, True])
def test_should_follow_a_tag_when_it_moves(node: Node, annotated: bool) -> None:
    kind = ("--annotate", "--message", "m") if annotated else ()
    for text in ("1", "2"):
        commit = node.server.commit({"a.py": text})
        node.server.git("tag", "--force", *kind, "v1")
        node.server.git("push", "--quiet", "--force", "served", "v1")
        assert node.sync(ref="v1").endswith("ok")
        assert node.current == commit


def test_should_take_the_branch_of_two_of_one_name(node: Node) -> None:
    tagged = node.server.commit({"a.py": "1"})
    node.server.git("push", "--quiet", "served", f"{tagged}:refs/tags/same")
    branch = node.server.commit({"a.py": "2"}, branch="same")
    node.sync(ref="same")
    assert node.current == branch


def test_should_never_tell_the_credential(node: Node) -> None:
    """Also not what a server sends back of it, in an answer that Git shows."""
    node.server.commit({"a.py": "a"})
    logs = [node.sync(served=True)]
    for given in (TOKEN, "GIVEN"):
        node.server.says = (200, f"you sent {given}")
        logs.append(node.sync(served=True))
        assert "you sent ***" in logs[-1]
    for log in logs:
        assert TOKEN not in log
        assert BASIC not in log


@pytest.mark.parametrize("content", ["", "\n", '{"username": "x"}', "{broken", "two\nlines"])
def test_should_refuse_a_credential_that_is_none_without_a_word_of_it(node: Node, content: str) -> None:
    node.credential.write_text(content)
    with pytest.raises(ValueError, match="the credential must be") as refused:
        node.scripts["git_credential"].read(node.credential)
    assert not any(word in str(refused.value) for word in ("broken", "lines", '"x"'))


def test_should_take_a_user_name_from_json(node: Node) -> None:
    commit = node.server.commit({"a.py": "a"})
    node.credential.write_text(json.dumps({"username": "x-access-token", "password": TOKEN}))
    assert node.sync(served=True).endswith("ok")
    assert node.current == commit


def test_should_run_nothing_and_fetch_nothing_that_a_repository_names(node: Node) -> None:
    """Filters, line endings, export rules and submodules are instructions; files are taken as they are."""
    mark = node.folder / "ran"
    node.server.commit(
        {
            ".gitattributes": "*.py filter=evil eol=crlf export-ignore\n",
            ".gitmodules": '[submodule "s"]\n\tpath = s\n\turl = https://127.0.0.1:1/s.git\n',
            "a.py": "a\n",
            "hooks/post-checkout": f"#!/bin/sh\ntouch {mark}\n",
        }
    )
    node.server.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},s")
    commit = node.server.push()
    assert node.sync().endswith("ok")
    assert (node.bundle / "versions" / commit / "a.py").read_bytes() == b"a\n"
    assert not (node.bundle / "versions" / commit / "s").exists()
    assert not mark.exists()


@pytest.mark.parametrize("aims", [{"out": "/etc"}, {"out": "../../../x"}, {"here": ".", "out": "here/.."}])
def test_should_refuse_links_that_lead_out_of_the_repository(node: Node, aims: dict[str, str]) -> None:
    first = node.server.commit({"a.py": "a"})
    node.sync()
    for name, aim in aims.items():
        (node.server.work / name).symlink_to(aim)
    node.server.git("add", "--all")
    node.server.push()
    assert "link 'out' leads out of the repository" in node.sync()
    assert node.current == first
    assert node.versions == {first}


def test_should_keep_links_inside_and_what_may_be_run(node: Node) -> None:
    node.server.commit({"lib/a.py": "a", "run.sh": "x"})
    (node.server.work / "run.sh").chmod(0o755)
    (node.server.work / "dags").symlink_to("lib")
    node.server.git("add", "--all")
    commit = node.server.push()
    assert node.sync(subdir="dags").endswith("ok")
    made = node.bundle / "versions" / commit
    assert (made / "dags" / "a.py").read_text() == "a"
    assert os.access(made / "run.sh", os.X_OK)
    assert not os.access(made / "lib" / "a.py", os.X_OK)


def test_should_refuse_a_commit_without_the_folder_of_the_dags(node: Node) -> None:
    first = node.server.commit({"dags/a.py": "a"})
    node.sync(subdir="dags")
    second = node.server.commit({"elsewhere/a.py": "a"})
    assert f"commit {second} has no folder dags; {first} stays current" in node.sync(subdir="dags")
    assert node.current == first


def test_should_refuse_a_commit_that_is_too_big(node: Node) -> None:
    first = node.server.commit({"a.py": "a"})
    node.sync()
    node.server.commit({"a.py": "a", "big": "x" * 200_001})
    assert f"MiB; {first} stays current" in node.sync()
    assert node.current == first


@pytest.mark.parametrize("fails", ["_flush", "_write"])
def test_should_leave_everything_as_it_is_when_the_disk_is_full(
    node: Node, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    first = node.server.commit({"a.py": "a"})
    node.sync()
    before = node.tree()
    node.server.commit({"a.py": "a", "b.py": "b"})

    def full(root: Path, *_: object) -> None:
        (root / "half").write_text("a")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(node.scripts["git_versions"], fails, full)
    assert f"No space left on device; {first} stays current\nfailed" in node.sync()
    assert node.tree() == before


def test_should_remove_what_an_ended_process_left_behind(node: Node) -> None:
    first = node.server.commit({"a.py": "a"})
    node.sync()
    for left in (".new-" + 40 * "1", ".old-" + 40 * "2"):
        (node.bundle / left / "deep").mkdir(parents=True)
    node.server.commit({"b.py": "b"})
    assert node.sync().endswith("ok")
    assert sorted(path.name for path in node.bundle.iterdir()) == [".lock", "current", "versions"]
    assert (node.bundle / "versions" / first).exists()


def test_should_remove_versions_so_many_days_after_they_were_current_and_never_the_current_one(node: Node) -> None:
    commits = []
    for text in ("1", "2"):
        commits.append(node.server.commit({"a.py": text}))
        node.sync()
    long_ago = time.time() - 40 * 86_400
    for commit in commits:
        os.utime(node.bundle / "versions" / commit, (long_ago, long_ago))
    assert f"{commits[0]} is removed" in node.sync()
    assert node.versions == {commits[1]}
    # Nothing looked for 40 days: what was current until now was current until now.
    os.utime(node.bundle / "versions" / commits[1], (long_ago, long_ago))
    assert node.scripts["git_versions"].Versions(node.bundle, "").retire(30) == []
    newest = node.server.commit({"a.py": "newest"})
    node.sync()
    assert node.versions == {commits[1], newest}


def test_should_leave_the_folder_to_the_pod_that_is_at_work_in_it(node: Node) -> None:
    node.server.commit({"a.py": "a"})
    node.sync()
    node.server.commit({"b.py": "b"})
    before = node.tree()
    with (node.bundle / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another pod is at work" in node.sync()
    assert node.tree() == before


def test_should_begin_anew_with_a_repository_that_is_broken(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was ended in the middle may leave anything in the pod's own folder; three failures mend it."""
    node.server.commit({"a.py": "a"})
    (node.folder / "tmp" / "mirrors" / "dags").mkdir(parents=True)
    (node.folder / "tmp" / "mirrors" / "dags" / "HEAD").write_text("x")
    assert node.sync().endswith("failed")
    stop = threading.Event()
    sync = node.scripts["git_sync"]
    monkeypatch.setattr(sync, "LONGEST_PAUSE_SECONDS", 0)
    thread = sync.Sync(sync.Bundle("dags", node.server.path, "main", "", 0, None), node.folder / "bundles", 30, stop)
    thread.start()
    deadline = time.monotonic() + 20
    while not (node.bundle / "current").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    thread.join()
    assert (node.bundle / "current").exists()


def test_should_be_alive_while_each_bundle_is_heard_of(node: Node) -> None:
    sync, beats = node.scripts["git_sync"], node.folder / "tmp"
    assert sync.probe("alive")
    for name in ("dags", "others"):
        (beats / name).touch()
    assert sync.probe("alive") is None
    long_ago = time.time() - sync.LONGEST_SILENCE_SECONDS - 1
    os.utime(beats / "others", (long_ago, long_ago))
    assert sync.probe("alive")
    assert sync.LONGEST_SILENCE_SECONDS > node.scripts["git_mirror"].FETCH_SECONDS


def test_should_be_ready_when_each_bundle_has_once_had_a_commit(node: Node) -> None:
    sync, beats = node.scripts["git_sync"], node.folder / "tmp"
    (beats / "dags").touch()
    assert "no version yet" in sync.probe("ready")
    (beats / sync.READY).touch()
    assert sync.probe("ready") is None
