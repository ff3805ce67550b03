"""The platform's secrets backend in real Airflows, against a loopback AWS; and what `make connections` says of values.

Without a cluster: one process that reads as the API server does.
"""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from k8s.airflow.pods.secrets_backend import KINDS, asking
from operations.connections.judge import judge
from settings.model.airflow import AirflowSettings
from tests.runtime.install import CURRENT_ENVIRONMENT, PREVIOUS_ENVIRONMENT, ROOT
from tests.runtime.store import Store, store

READ = """
import json, sys, time
from airflow.configuration import ensure_secrets_loaded
backend, answers = ensure_secrets_loaded()[0], {}
backend.client
start = time.monotonic()
for kind, name in json.load(sys.stdin):
    if kind == "connections":
        found = backend.get_connection(name)
        answers[name] = found and [found.conn_type, found.host, found.port]
    else:
        answers[name] = backend.get_variable(name)
answers["seconds"] = time.monotonic() - start
print("ANSWERS" + json.dumps([type(backend).__name__, answers]))
"""
PASSWORD = "p4ssword-of-the-test"
OF_BOTH = {
    "uri": f"postgresql://u:{PASSWORD}@h:5432/db",
    "type_with_hyphen": f"google-cloud-platform://u:{PASSWORD}@h",
    "json": json.dumps({"conn_type": "http", "host": "h", "port": "80", "password": PASSWORD, "extra": {"a": 1}}),
    "spaces": f"  http://u:{PASSWORD}@h  ",
    "host_with_protocol": "http://https://h",
    "no_uri": PASSWORD,
    "half_json": '{"conn_type": "http", "password": "' + PASSWORD,
    "bad_port": f"http://u:{PASSWORD}@h:port/",
    "unencoded": "http://u:a/b@h",
    "port_of_words": json.dumps({"conn_type": "http", "host": "h", "port": "eighty"}),
    "bad_extra": json.dumps({"conn_type": "http", "host": "h", "extra": "no json"}),
    "no_type": json.dumps({"host": "h"}),
}
OF_ONE = {
    "aliases": json.dumps({"engine": "postgres", "username": "u", "pass": PASSWORD, "host": "h", "dbname": "x"}),
}
USABLE = {"uri", "type_with_hyphen", "json", "spaces", "host_with_protocol"}


@pytest.fixture
def aws() -> Iterator[Store]:
    with store() as made:
        yield made


def read(
    airflow: Path, aws: Store, home: Path, service: str, names: list[tuple[str, str]]
) -> tuple[str, dict[str, Any], str]:
    """The backend's class, what it gives for names, and what it says."""
    settings = AirflowSettings.model_validate({"secrets_backend": {"service": service}})
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        **aws.environment,
        **asking(settings, KINDS, "us-east-1"),
        "PYTHONPATH": str(ROOT / "k8s/airflow/modules"),
    }
    done = subprocess.run(
        [airflow / "bin/python", "-c", READ],
        input=json.dumps(names),
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told, _, answers = done.stdout.partition("ANSWERS")
    name, found = json.loads(answers)
    return name, found, told + done.stderr


@pytest.mark.parametrize("airflow", [CURRENT_ENVIRONMENT, PREVIOUS_ENVIRONMENT], ids=["current", "previous"])
@pytest.mark.parametrize("service", ["secrets_manager", "ssm"])
def test_should_find_in_aws_what_make_connections_calls_usable_and_nothing_else(
    airflow: Path, service: str, aws: Store, tmp_path: Path
) -> None:
    slash = "/" if service == "ssm" else ""
    values = {**OF_BOTH, **OF_ONE}
    aws.values = {f"{slash}airflow/connections/{name}": value for name, value in values.items()}
    aws.values[f"{slash}airflow/variables/a/b"] = PASSWORD
    names = [*(("connections", name) for name in values), ("connections", "absent"), ("variables", "a/b")]

    name, found, said = read(airflow, aws, tmp_path, service, [*names, *names])

    del found["seconds"]
    assert name.startswith("Cached")
    assert found.pop("absent") is None
    assert found.pop("a/b") == PASSWORD
    assert set(aws.asked.values()) == {1}, "AWS was asked again"
    # Airflow takes a connection without a type, and can't hand it to a task.
    usable = {name for name, each in found.items() if each and each[0]}
    assert usable == USABLE | ({"aliases"} if service == "secrets_manager" else set())
    judged = {name: judge("connections", name, value, service=service) for name, value in values.items()}
    assert {name for name, (_, problems) in judged.items() if not problems} == usable
    for name in usable:
        assert judged[name][0].partition(" ")[0] == found[name][0]
    assert PASSWORD not in said
    assert PASSWORD not in repr(judged)


def test_should_say_that_aws_refuses_and_look_no_further(aws: Store, tmp_path: Path) -> None:
    aws.failing = "AccessDeniedException"
    names = [("connections", "smtp")] * 5
    _, found, said = read(CURRENT_ENVIRONMENT, aws, tmp_path, "secrets_manager", names)
    assert found["smtp"] is None
    assert said.count("AWS does not tell airflow/connections/smtp: AccessDeniedException") == 1
    assert aws.asked["airflow/connections/smtp"] == 1


def test_should_wait_for_an_aws_that_does_not_answer_no_longer_than_a_task_does(aws: Store, tmp_path: Path) -> None:
    """A task asks the API server again after five seconds, and each further read waits for nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        aws.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        _, found, said = read(CURRENT_ENVIRONMENT, aws, tmp_path, "ssm", [("connections", "smtp")] * 5)
    assert found["smtp"] is None
    assert 1 < found["seconds"] < 6
    assert "AWS does not tell /airflow/connections/smtp: ReadTimeoutError" in said
