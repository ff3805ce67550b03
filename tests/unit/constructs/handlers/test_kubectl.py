"""Credentials for the cluster, and what kubectl is given."""

import base64
import json
import tempfile
import time
import urllib.parse
from pathlib import Path

import pytest

from airflow_platform.handlers import limits
from airflow_platform.handlers.manifest import credentials, kubectl

ENVIRONMENT = {"CLUSTER_ENDPOINT": "https://cluster", "CLUSTER_CERTIFICATE": "Y2E="}


def test_should_sign_a_token_that_names_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    prefix, encoded = credentials.token("airflow-test").split(".", 1)
    url = urllib.parse.urlparse(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    query = dict(urllib.parse.parse_qsl(url.query))
    assert (prefix, url.netloc) == ("k8s-aws-v1", "sts.eu-central-1.amazonaws.com")
    assert query["Action"] == "GetCallerIdentity"
    assert "x-k8s-aws-id" in query["X-Amz-SignedHeaders"]
    assert "=" not in encoded


def test_should_write_a_kubeconfig_that_kubectl_reads() -> None:
    config = credentials.kubeconfig(ENVIRONMENT, "token")
    assert config["clusters"][0]["cluster"] == {"server": "https://cluster", "certificate-authority-data": "Y2E="}
    assert config["users"][0]["user"] == {"token": "token"}
    assert config["current-context"] == config["contexts"][0]["name"]


def test_should_keep_the_kubeconfig_to_itself_and_the_token_fresh(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[str] = []

    def token(cluster_name: str) -> str:
        made.append(cluster_name)
        return f"token-{len(made)}"

    moment = [0.0]
    monkeypatch.setattr(credentials, "token", token)
    monkeypatch.setattr(credentials, "_kubeconfig", None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    for name, value in {**ENVIRONMENT, "CLUSTER_NAME": "airflow-test"}.items():
        monkeypatch.setenv(name, value)
    first = credentials.kubeconfig_file()
    assert first.stat().st_mode & 0o077 == 0
    moment[0] = 299
    assert credentials.kubeconfig_file() == first and made == ["airflow-test"]
    moment[0] = 301
    assert "token-2" in credentials.kubeconfig_file().read_text()
    assert len(made) == 2


def test_should_run_the_binary_it_finds_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / "kubectl"
    binary.write_text('#!/bin/sh\necho "$@" "$KUBECONFIG"; cat; echo sorry >&2; exit 3\n')
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(kubectl, "kubeconfig_file", lambda: tmp_path / "kubeconfig")
    finished = kubectl.run(["apply", "-f", "-"], "manifest")
    assert finished.stdout == f"--request-timeout=30s apply -f - {tmp_path}/kubeconfig\nmanifest"
    assert (finished.code, finished.stderr) == (3, "sorry\n")


@pytest.fixture
def binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl on PATH, still to be written."""
    path = tmp_path / "kubectl"
    path.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(kubectl, "kubeconfig_file", lambda: tmp_path / "kubeconfig")
    return path


def test_should_take_a_command_that_does_not_end_for_a_failure(binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary.write_text("#!/bin/sh\necho done\nexec sleep 60\n")
    monkeypatch.setattr(kubectl, "COMMAND_TIMEOUT_SECONDS", 0.2)
    finished = kubectl.run(["apply", "-f", "-"], "{}")
    assert finished.code != 0
    assert finished.stdout == ""  # half an answer is none
    with pytest.raises(kubectl.KubectlError, match=r"kubectl apply did not end in 0\.2 s"):
        kubectl.Kubectl()("apply", "-f", "-", stdin="{}")


def test_should_give_a_command_more_time_than_kubectl_takes_for_one_request() -> None:
    assert limits.COMMAND_TIMEOUT_SECONDS > limits.REQUEST_TIMEOUT_SECONDS


@pytest.mark.parametrize("code", [1, 2, 127, 255])
def test_should_take_any_exit_code_but_zero_for_a_failure(code: int, binary: Path) -> None:
    binary.write_text(f"#!/bin/sh\necho printed; echo refused >&2; exit {code}\n")
    with pytest.raises(kubectl.KubectlError, match=r"^refused$"):
        kubectl.Kubectl()("get", "pods")


def test_should_return_what_a_command_printed(binary: Path) -> None:
    binary.write_text("#!/bin/sh\necho printed; echo warned >&2\n")
    assert kubectl.Kubectl()("get", "pods") == "printed\n"


TRANSIENT = (
    "Unable to connect to the server: dial tcp: lookup cluster: no such host",
    "The connection to the server was refused: connection refused",
    "dial tcp 10.0.0.1:443: i/o timeout",
    "net/http: TLS handshake timeout",
    "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
    "Error from server (TooManyRequests): try again later",
    "etcdserver: request timed out",
    "error: You must be logged in to the server (Unauthorized)",
)


class Failing:
    """A kubectl that fails some times with one error, and works then."""

    def __init__(self, error: str, times: int) -> None:
        self.error, self.times, self.commands, self.slept = error, times, 0, list[float]()

    def __call__(self) -> str:
        return kubectl.Kubectl(self._run, self.slept.append)("get", "pods")

    def _run(self, arguments: object, stdin: object) -> kubectl.Finished:
        self.commands += 1
        failed = self.commands <= self.times
        return kubectl.Finished(1, "", self.error) if failed else kubectl.Finished(0, "fine", "")


@pytest.mark.parametrize("error", TRANSIENT)
def test_should_try_again_when_only_the_way_to_the_cluster_failed(error: str) -> None:
    failing = Failing(error, 2)
    assert failing() == "fine"
    assert (failing.commands, len(failing.slept)) == (3, 2)
    for_good = Failing(error, 9)
    with pytest.raises(kubectl.KubectlError):
        for_good()
    assert for_good.commands == 3


@pytest.mark.parametrize("error", ['Error from server (Forbidden): pods "x" is forbidden', "error: unknown flag"])
def test_should_not_try_again_what_was_refused(error: str) -> None:
    refused = Failing(error, 9)
    with pytest.raises(kubectl.KubectlError):
        refused()
    assert (refused.commands, refused.slept) == (1, [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (json.dumps({"kind": "Pod", "metadata": {"name": "a"}}), ["a"]),
        (json.dumps({"kind": "List", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]}), ["a", "b"]),
        (json.dumps({"kind": "PodList", "items": []}), []),
    ],
)
def test_should_read_lists_and_single_objects_and_nothing(text: str, names: list[str]) -> None:
    assert [obj["metadata"]["name"] for obj in kubectl.items(text)] == names
