"""What is told of Airflow, and how it is opened."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.aws import OperationError
from operations.open.__main__ import main, show
from operations.open.forward import forward, is_free
from tests.support.environments import aws_environment

COMMAND = "aws secretsmanager get-secret-value --secret-id arn:password"


class Account:
    """CloudFormation with the stacks of a platform."""

    def __init__(self, url: str | None) -> None:
        outputs: dict[str, dict[str, Any]] = {
            "airflow": {"AirflowUrl": url, "AdminUser": "ada"},
            "database": {"AdminPasswordCommand": COMMAND},
        }
        self._stacks = [
            {
                "StackName": f"airflow-test-{part}",
                "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in found.items()],
            }
            for part, found in outputs.items()
        ]
        if url is None:
            self._stacks = []
        self.asked: list[str] = []

    def __call__(self, service: str) -> Any:
        self.asked.append(service)
        return self

    def describe_stacks(self) -> dict[str, Any]:
        return {"Stacks": self._stacks}


def opened(account: Account, *, port: int = 8080, browse: bool = True) -> tuple[int, list[str], list[int]]:
    """The exit code, what the browser was shown, and the ports that were forwarded."""
    shown: list[str] = []
    ports: list[int] = []

    def forwarded(_: dict[str, Any], number: int, ready: Callable[[], object]) -> int:
        ports.append(number)
        ready()
        return 0

    code = show(
        aws_environment(),
        account,
        port=port,
        browse=shown.append if browse else None,
        kubeconfig=lambda _: {},
        forwarded=forwarded,
    )
    return code, shown, ports


def test_should_open_the_address_of_the_front_door(capsys: pytest.CaptureFixture[str]) -> None:
    assert opened(Account("https://airflow.example.com")) == (0, ["https://airflow.example.com"], [])
    told = capsys.readouterr().out.splitlines()
    assert told == ["Airflow:   https://airflow.example.com", "User:      ada", f"Password:  {COMMAND}"]


def test_should_lead_a_port_of_this_machine_to_airflow_where_there_is_no_address() -> None:
    assert opened(Account("http://localhost:8080"), port=9090) == (0, ["http://localhost:9090"], [9090])


@pytest.mark.parametrize("url", ["https://airflow.example.com", "http://localhost:8080"])
def test_should_only_tell_where_it_is_asked_to(url: str) -> None:
    assert opened(Account(url), browse=False) == (0, [], [])


def test_should_never_read_the_password() -> None:
    account = Account("https://airflow.example.com")
    opened(account)
    assert set(account.asked) == {"cloudformation"}


def test_should_say_what_to_do_before_a_deployment() -> None:
    with pytest.raises(OperationError, match=r"airflow-test-airflow is not deployed: `make deploy ENV=test` first"):
        opened(Account(None))


@pytest.mark.parametrize("port", ["0", "65536"])
def test_should_refuse_a_port_that_is_none(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dev", "--port", port])
    assert "--port must be from 1 to 65535" in capsys.readouterr().err


# --- The port


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl that listens where it is told to, once, and writes down what it was given."""
    program = tmp_path / "kubectl"
    program.write_text(
        "#!/usr/bin/env python3\n"
        "import os, socket, sys\n"
        "config = open(os.environ['KUBECONFIG']).read()\n"
        f"open({str(tmp_path / 'given')!r}, 'w').write('\\n'.join([*sys.argv[1:], config]))\n"
        "listener = socket.create_server(('127.0.0.1', int(sys.argv[-1].partition(':')[0])))\n"
        "listener.accept()\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "given"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_should_ask_the_environments_own_cluster_and_open_when_the_port_answers(kubectl: Path) -> None:
    port, opened_at = free_port(), []
    assert forward({"clusters": ["own"]}, port, lambda: opened_at.append(is_free(port))) == 0
    assert len(opened_at) == 1
    config, *words = kubectl.read_text().splitlines()[1:]
    way = ["port-forward", "service/webserver-svc", f"{port}:8080"]
    assert words == ["--namespace", "airflow", *way, '{"clusters": ["own"]}']
    assert not Path(config).exists(), "the token is still on the disk"


def test_should_refuse_a_port_that_somebody_listens_at(kubectl: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OperationError, match=f"Something else listens at port {port}"):
            forward({}, port, lambda: None)
    assert not kubectl.exists()


def test_should_say_that_there_is_no_kubectl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OperationError, match="no kubectl on PATH"):
        forward({}, free_port(), lambda: None)
