"""Where secrets are and which pods are made anew: on AWS, and without."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s.airflow.key_ring import KeyRing
from operations.doctor.kubectl import CommandError, KubectlError
from operations.rotate import __main__ as command
from operations.rotate import on_aws
from operations.rotate.deployments import Deployments, readers
from operations.rotate.on_aws import OnAws
from operations.rotate.on_kubernetes import OnKubernetes
from operations.rotate.steps import SECRETS, CommandFailedError, Rotation, RotationError
from settings import load_local_environment
from settings.facts.secrets import secret
from tests.support.deployed_aws import Account, Stack
from tests.support.environments import TESTS, aws_environment
from tests.support.platform import build
from tests.support.templates import resources
from tests.unit.operations.rotate.conftest import FakeKubectl

RDS = {"username": "airflow", "password": "old", "host": "db.example", "port": 5432, "dbname": "airflow", "engine": "p"}
READERS = {
    "fernet": ["airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-triggerer"],
    "jwt": ["airflow-api-server", "airflow-scheduler"],
    "api": ["airflow-api-server", "airflow-triggerer"],
    "database": ["airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-triggerer"],
}


class SecretsManager:
    """A client; every value of a secret is a version."""

    def __init__(self) -> None:
        self.versions = {f"arn:{key}": ["old"] for key in SECRETS.values()}
        self.versions["arn:database"] = [json.dumps(RDS)]

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        versions = self.versions[SecretId]
        return {"SecretString": versions[-1], "VersionId": f"version-{len(versions)}"}

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:  # noqa: N803
        self.versions[SecretId].append(SecretString)


@pytest.fixture
def manager() -> SecretsManager:
    return SecretsManager()


@pytest.fixture
def aws(manager: SecretsManager, deployments: Deployments) -> OnAws:
    arns = {f"Secrets{secret(key).id}0123ABCD": f"arn:{key}" for key in SECRETS.values()}
    return OnAws(manager, {**arns, "SecretsAdminPassword0123ABCD": "arn:admin"}, deployments)


@pytest.fixture
def local(deployments: Deployments, tmp_path: Path) -> OnKubernetes:
    settings = load_local_environment("local", TESTS)
    return OnKubernetes(settings, tmp_path / ".local" / "secrets.json", tmp_path / "dist" / "a.yaml", deployments)


def rotation(name: str, platform: Any, told: list[str] | None = None) -> Rotation:
    return Rotation(name, platform, tell=(told if told is not None else []).append, sleep=lambda seconds: None)


def test_should_name_in_this_test_who_reads_what() -> None:
    # By the table of components, from which the charts mount secrets.
    assert {name: sorted(readers(secret(SECRETS[name]))) for name in SECRETS} == READERS


@pytest.mark.parametrize("name", SECRETS)
def test_should_make_exactly_the_pods_anew_that_read_it_on_aws(aws: OnAws, kubectl: FakeKubectl, name: str) -> None:
    rotation(name, aws).run()
    assert kubectl.rolled == READERS[name]
    row = secret(SECRETS[name])
    versions = len(aws.client.versions[f"arn:{row.key}"])
    kept = {on_aws.annotation(row): f"version-{versions}"}
    assert [kubectl.templates[each] for each in READERS[name]] == [kept] * len(READERS[name])
    assert versions == {"api": 2, "database": 3}.get(name, 4)


@pytest.mark.parametrize("name", SECRETS)
def test_should_make_exactly_the_pods_anew_that_read_it_without_aws(
    local: OnKubernetes, kubectl: FakeKubectl, name: str
) -> None:
    local.roll(secret("database"))
    kubectl.ending.clear()
    before = local.read(secret(SECRETS[name]))
    rotation(name, local).run()
    assert kubectl.rolled == READERS[name]
    assert local.read(secret(SECRETS[name])) != before
    assert local.file.stat().st_mode & 0o777 == local.manifest.stat().st_mode & 0o777 == 0o600


def test_should_roll_on_when_it_is_run_again_and_roll_nothing_twice(aws: OnAws, kubectl: FakeKubectl) -> None:
    row = secret("api_secret_key")
    aws.write(row, KeyRing("new"))
    assert aws.is_rolled(row), "never rolled: nobody knows what its pods have"
    aws.deployments.annotate("airflow-api-server", on_aws.annotation(row), "version-1")
    assert not aws.is_rolled(row)
    told: list[str] = []
    rotation("api", aws, told).run()
    assert aws.client.versions["arn:api_secret_key"] == ["old", "new"]
    assert "no other one made" in told[0]
    kubectl.ending.clear()
    aws.roll(row)
    assert kubectl.rolled == []


def test_should_wait_for_the_pods_of_before_to_be_gone(aws: OnAws, kubectl: FakeKubectl) -> None:
    aws.roll(secret("jwt_secret"))
    # Ready, and the old one still there: it signs and encrypts with what it has.
    assert {name: before[0] for name, before in kubectl.ending.items()} == dict.fromkeys(READERS["jwt"], 0)


def test_should_give_up_with_what_to_do(aws: OnAws, kubectl: FakeKubectl) -> None:
    kubectl.stuck = True
    with pytest.raises(
        RotationError, match="pods of airflow-api-server, airflow-scheduler were not all made anew within 15 minutes"
    ):
        aws.roll(secret("jwt_secret"))


def test_should_keep_what_rds_has_written_beside_the_password(aws: OnAws, manager: SecretsManager) -> None:
    rotation("database", aws).run()
    first, announced, last = (json.loads(each) for each in manager.versions["arn:database"])
    assert {**announced, "next_password": ""} == {**first, "next_password": ""}
    assert last == {**first, "password": announced["next_password"]}


def test_should_run_in_the_schedulers_pod_and_pass_on_what_has_failed(aws: OnAws, kubectl: FakeKubectl) -> None:
    rotation("database", aws).run()
    assert kubectl.executed == [["airflow-scheduler", "python", "/opt/airflow/platform/new_password.py"]]
    kubectl.fails = CommandError("words\nlast words\ncommand terminated with exit code 1")
    with pytest.raises(CommandFailedError, match="`airflow x` has failed: last words"):
        aws.run(["airflow", "x"], 1)
    kubectl.fails = KubectlError("no pods/exec")
    with pytest.raises(RotationError, match="no pods/exec"):
        aws.run(["airflow", "x"], 1)


def test_should_never_hand_a_value_to_kubectl(local: OnKubernetes, aws: OnAws, kubectl: FakeKubectl) -> None:
    """Arguments are seen by every process of the machine, and commands are in the cluster's audit log."""
    told: list[str] = []
    values = []
    for name in SECRETS:
        for platform in (local, aws):
            rotation(name, platform, told).run()
            values.append(platform.read(secret(SECRETS[name])).used)
    shown = json.dumps([kubectl.calls, kubectl.executed, told])
    assert [value for value in values if value in shown] == []


def test_should_find_the_secrets_of_the_deployed_stack(monkeypatch: pytest.MonkeyPatch, kubectl: FakeKubectl) -> None:
    made = resources(build(aws_environment())["DatabaseStack"], on_aws.SECRET)
    stack = Stack("airflow-test-database", {name: (on_aws.SECRET, f"arn:{name}", "Retain") for name in made})
    monkeypatch.setattr(on_aws, "kubectl_of", lambda settings: kubectl)
    found = OnAws.of(aws_environment(), Account([stack]))
    for key in SECRETS.values():
        [expected] = [
            f"arn:{n}" for n, each in made.items() if each["Properties"]["Description"] == secret(key).description
        ]
        assert found.arn(secret(key)) == expected
    with pytest.raises(RotationError, match="is not deployed"):
        OnAws.of(aws_environment(), Account([]))
    with pytest.raises(RotationError, match="make deploy"):
        OnAws(None, {}, found.deployments).arn(secret("fernet_key"))


def test_should_begin_a_database_with_the_password_that_is_in_use(local: OnKubernetes) -> None:
    local.write(secret("database"), KeyRing("old").announced("new"))
    local.roll(secret("database"))
    objects = {
        each["metadata"]["name"]: each
        for each in yaml.safe_load_all(local.manifest.read_text())
        if each and each["kind"] == "Secret"
    }
    assert b64decode(objects["airflow-database"]["data"]["password"]) == b"old"
    read = json.loads(b64decode(objects["airflow-scheduler"]["data"]["database.json"]))
    assert (read["password"], read["next_password"]) == ("old", "new")


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, local: OnKubernetes) -> Any:
    """The command on the local environment, where a person types."""
    monkeypatch.setattr(command, "platform_of", lambda settings: ("on kind-kind", local))
    monkeypatch.setattr(command, "load_environment", lambda *_: local.settings)
    monkeypatch.setattr(command, "has_terminal", lambda: True)

    def run(typed: str | None, *arguments: str) -> int:
        monkeypatch.setattr(command, "answer_to", lambda question: typed)
        return command.main(list(arguments))

    return run


@pytest.mark.parametrize(("typed", "code"), [("api", 0), ("y", 1), ("", 1)])
def test_should_ask_for_the_secrets_name(main: Any, local: OnKubernetes, typed: str, code: int, capsys: Any) -> None:
    before = local.read(secret("api_secret_key"))
    local.roll(secret("database"))
    assert main(typed, "local", "api") == code
    assert (local.read(secret("api_secret_key")) != before) is (code == 0)
    assert "on kind-kind: no rotation is begun" in capsys.readouterr().out


def test_should_ask_nothing_when_told_so(main: Any, local: OnKubernetes) -> None:
    local.roll(secret("database"))
    assert main(None, "local", "api", "--yes") == 0


@pytest.mark.parametrize("name", ["", "admin", "--yes"])
def test_should_refuse_what_it_can_not_rotate(main: Any, name: str, capsys: Any) -> None:
    assert main("", "local", *([name] if name else [])) == 1
    assert "SECRET: must be one of fernet, jwt, api, database" in capsys.readouterr().err


def test_should_refuse_where_nobody_can_be_asked(main: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(command, "has_terminal", lambda: False)
    assert main("api", "local", "api") == 1
    assert "YES=1" in capsys.readouterr().err


def test_should_end_with_a_line_when_the_cluster_does_not_answer(
    main: Any, local: OnKubernetes, kubectl: FakeKubectl, capsys: Any
) -> None:
    kubectl.fails = KubectlError("connection refused")
    assert main("api", "local", "api") == 1
    assert "kubectl get: connection refused" in capsys.readouterr().err
