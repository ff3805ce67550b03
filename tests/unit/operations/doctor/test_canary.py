"""The canary: one run of a DAG when it is asked for, through kubectl; without that, no kubectl at all."""

import ast
import base64
import json
import os
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest

import operations.doctor
from operations.doctor import __main__ as command
from operations.doctor import canary
from operations.doctor.check import Answer, Status
from operations.doctor.context import Context
from operations.doctor.kubernetes_api import KubernetesReader
from tests.support.environments import environment_file
from tests.unit.operations.doctor import healthy
from tests.unit.operations.doctor.fake_aws import FakeAws, FakeCluster, clients_of

NOISE = "2026-11-24T12:00:17Z [warning  ] Could not import graphviz. [py.warnings]\n"
DETAILS = {"dag_id": "hello", "is_paused": "False", "is_stale": "False"}
TASKS = [{"task_id": "first", "state": "success"}, {"task_id": "second", "state": "failed"}]

KUBECTL = """#!{python} -IS
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
kubeconfig = json.loads(pathlib.Path(words[1]).read_text())
with (here / "calls").open("a") as calls:
    calls.write(json.dumps([words, kubeconfig, os.environ["KUBECONFIG"]]) + "\\n")
answers = json.loads((here / "answers").read_text())
key = " ".join(words[words.index("--") + 2 :][:2])
answer = answers[key]
out, err, code = answer.pop(0) if len(answer) > 1 else answer[0]
(here / "answers").write_text(json.dumps(answers))
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""

Output = tuple[str, str, int]


def rows(*found: Any) -> Output:
    return NOISE + json.dumps(list(found)) + "\n", "", 0


def state(text: str) -> Output:
    return f"{NOISE}{text}\n", "", 0


def in_the_pod(error: str) -> Output:
    return NOISE, f"{error}\ncommand terminated with exit code 1\n", 1


def refused(error: str) -> Output:
    return "", f"{error}\n", 1


HEALTHY: dict[str, list[Output]] = {
    "dags details": [rows(DETAILS)],
    "dags trigger": [rows({"dag_id": "hello", "state": "queued"})],
    "dags state": [state("queued"), state("running"), state("success")],
    "tasks states-for-dag-run": [rows(*TASKS)],
}


class Pods:
    """A kubectl on PATH that answers by the words after `airflow`, each answer once and the last one for ever."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "kubectl").write_text(KUBECTL.replace("{python}", sys.executable))
        (folder / "kubectl").chmod(0o755)
        self.say({})

    def say(self, answers: dict[str, list[Output]]) -> None:
        (self._folder / "answers").write_text(json.dumps({**HEALTHY, **answers}))

    @property
    def calls(self) -> list[Any]:
        file = self._folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def commands(self) -> list[str]:
        """What ran in the pod, by its first words."""
        return [" ".join(words[words.index("--") + 2 :][:2]) for words, *_ in self.calls]


@pytest.fixture
def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pods:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(canary, "PAUSE_SECONDS", 0)
    return Pods(tmp_path)


def run(changes: dict[str, Any] | None = None, *, reader: Any = None, seconds: float = 60) -> Answer:
    """The canary's line, on a healthy account with some answers changed."""
    aws = FakeAws({**healthy.account_with(healthy.settings()), **(changes or {})})
    cluster: Any = reader or FakeCluster({})
    context = Context(healthy.settings(), clients_of(aws), lambda _: cluster)
    line = canary.canary(context, "hello", seconds, lambda _: None)
    assert line.check.name == "canary" and "\n" not in line.answer.message + line.answer.next_step
    return line.answer


def test_should_run_the_dag_and_tell_its_run_time_and_state(pods: Pods) -> None:
    answer = run()
    assert answer.status == Status.PASS
    run_id = next(word for word in answer.message.split() if word.startswith("doctor-"))
    assert answer.message.startswith(f"run {run_id} of hello: success after ")
    assert pods.commands() == ["dags details", "dags trigger", "dags state", "dags state", "dags state"]
    words, kubeconfig, environment = pods.calls[1]
    assert words[2:] == [
        *("--namespace", "airflow", "exec", "deployment/airflow-scheduler", "--"),
        *("airflow", "dags", "trigger", "hello", "--run-id", run_id, "--output", "json"),
    ]
    assert environment == words[1] and not Path(words[1]).exists(), "a token is not left behind"
    assert kubeconfig == FakeCluster({}).kubeconfig()


@pytest.mark.parametrize(
    ("answers", "message", "step"),
    [
        (
            {"dags details": [in_the_pod("DAG: hello does not exist in 'dag' table")]},
            "there is no DAG hello",
            "airflow dags list",
        ),
        ({"dags details": [rows({**DETAILS, "is_paused": "True"})]}, "is paused", "airflow dags unpause hello"),
        ({"dags details": [rows({**DETAILS, "is_stale": "True"})]}, "the file of DAG hello is gone", "dags list"),
        (
            {"dags details": [refused('Error from server (Forbidden): pods "x" is forbidden: no pods/exec')]},
            "Forbidden",
            "cluster.access.admins",
        ),
        (
            {"dags details": [refused('Error from server (NotFound): deployments.apps "airflow-scheduler" not found')]},
            "not found",
            "cluster.access.admins",
        ),
        ({"dags details": [in_the_pod("OperationalError: no database")]}, "no database", "incidents.md"),
        ({"dags details": [("words without rows", "", 0)]}, "no JSON", "incidents.md"),
        ({"dags trigger": [in_the_pod("no more runs")]}, "no more runs", "incidents.md"),
        (
            {"dags state": [state("failed")]},
            " s (second failed)",
            "sh -c 'cat /opt/airflow/logs/dag_id=hello/run_id=doctor-",
        ),
        (
            {"dags state": [state("failed")], "tasks states-for-dag-run": [refused("connection lost")]},
            " s, and can't be asked: connection lost",
            "airflow dags state hello doctor-",
        ),
    ],
)
def test_should_fail_with_one_clear_line(pods: Pods, answers: dict[str, list[Output]], message: str, step: str) -> None:
    pods.say(answers)
    answer = run()
    assert answer.status == Status.FAIL
    assert message in answer.message and step in answer.next_step


def test_should_tell_a_run_that_does_not_end_in_time(pods: Pods) -> None:
    pods.say({"dags state": [state("running")], "tasks states-for-dag-run": [rows({"task_id": "a", "state": ""})]})
    answer = run(seconds=0.3)
    assert answer.status == Status.FAIL
    assert "still running after" in answer.message and "(a waiting), and it goes on" in answer.message


def test_should_ask_again_when_a_connection_breaks(pods: Pods) -> None:
    pods.say({"dags state": [refused("error: connection lost"), state('success, {"key": 1}')]})
    assert run().status == Status.PASS


@pytest.mark.parametrize("paused", ["True", "nowhere"])
def test_should_start_no_run_of_a_dag_that_cannot_run(pods: Pods, paused: str) -> None:
    missing = in_the_pod("DAG: hello does not exist in 'dag' table")
    pods.say({"dags details": [missing if paused == "nowhere" else rows({**DETAILS, "is_paused": paused})]})
    run()
    assert pods.commands() == ["dags details"]


def test_should_tell_that_there_is_no_kubectl(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = run()
    assert answer.status == Status.FAIL
    assert answer.message == "hello could not be run: there is no kubectl on PATH"
    assert "kubectl" in answer.next_step


def test_should_run_nothing_where_airflow_is_not_deployed_or_the_cluster_cannot_be_reached(pods: Pods) -> None:
    nowhere = run({"cloudformation.DescribeStacks": healthy.NO_STACKS})
    assert (nowhere.status, nowhere.message) == (Status.FAIL, "airflow-test-airflow is not deployed")
    silent = run(reader=FakeCluster(None))
    assert silent.status == Status.FAIL and "timed out" in silent.message
    assert pods.calls == []


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: str, account: str = healthy.ACCOUNT) -> int:
    """The command, on a healthy account."""
    settings = healthy.settings()
    identity = {"Account": account, "Arn": "arn"}
    aws = FakeAws({**healthy.account_with(settings), "sts.GetCallerIdentity": identity})
    clients = clients_of(aws)
    monkeypatch.setattr(command, "load_aws_environment", lambda *_: settings)
    monkeypatch.setattr(command, "ReadOnlyClients", lambda _: clients)
    reader = FakeCluster(healthy.cluster_objects())
    monkeypatch.setattr(KubernetesReader, "of_cluster", classmethod(lambda *_: reader))
    return command.main([str(environment_file("dev")), "--json", *arguments])


def test_should_have_a_line_of_its_own_when_it_is_asked_for(pods: Pods, monkeypatch: Any, capsys: Any) -> None:
    assert _main(monkeypatch, "--canary", "hello") == 0
    printed = capsys.readouterr()
    last = json.loads(printed.out)["checks"][-1]
    assert (last["area"], last["name"], last["status"]) == ("airflow", "canary", "pass")
    assert "has begun" in printed.err, "minutes without a word look like a hang"
    pods.say({"dags state": [state("failed")]})
    assert _main(monkeypatch, "--canary", "hello") == 1


def test_should_run_no_kubectl_unless_it_is_asked_for(pods: Pods, monkeypatch: Any, capsys: Any) -> None:
    assert _main(monkeypatch) == 0
    assert _main(monkeypatch, "--before") == 0
    assert pods.calls == []
    assert "canary" not in capsys.readouterr().out


def test_should_run_nothing_on_another_account(pods: Pods, monkeypatch: Any, capsys: Any) -> None:
    assert _main(monkeypatch, "--canary", "hello", account="999999999999") == 1
    assert pods.calls == []


def test_should_have_one_module_that_starts_processes() -> None:
    """What the read-only clients are for AWS: nothing but the canary can write to the cluster."""
    folder = Path(operations.doctor.__file__).parent
    imports = {
        (path.stem, name.name if isinstance(node, ast.Import) else node.module)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {module for module, name in imports if name == "subprocess"} == {"kubectl"}
    assert {module for module, name in imports if name == "operations.doctor.kubectl"} == {"canary"}
    assert {module for module, name in imports if name == "operations.doctor.canary"} == {"__main__"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--canary", "--help-me"),
        ("--canary=-rf",),
        ("--canary", "a dag"),
        ("--canary", "hello; ls"),
        ("--canary", ""),
        ("--canary", "hello", "--canary-seconds", "0"),
        ("--canary", "hello", "--canary-seconds", "4000"),
        ("--canary", "hello", "--canary-seconds", "five"),
        ("--canary", "hello", "--before"),
    ],
)
def test_should_refuse_options_that_make_no_sense(arguments: tuple[str, ...], capsys: Any) -> None:
    with pytest.raises(SystemExit) as end:
        command.main([str(environment_file("dev")), *arguments])
    assert end.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_should_make_a_kubeconfig_of_what_the_reader_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "create_default_context", lambda cadata: None)
    made = KubernetesReader("https://cluster/", "an authority", "a token").kubeconfig()
    [cluster], [user] = made["clusters"], made["users"]
    assert (cluster["cluster"]["server"], user["user"]) == ("https://cluster", {"token": "a token"})
    assert base64.b64decode(cluster["cluster"]["certificate-authority-data"]) == b"an authority"
