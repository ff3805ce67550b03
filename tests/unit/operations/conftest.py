"""Operations without AWS and without the CDK."""

from pathlib import Path

import pytest

from operations import cdk
from operations.deploy import __main__ as deploy_command
from operations.evidence.acceptances import Judgement
from tests.support.deployed_aws import Account, platform, storage


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the CDK CLI."""
    made: list[str] = []

    def synthesize(environment: str, assembly: Path, *, any_version: bool = False) -> None:
        made.append("synth of any version" if any_version else "synth")

    # What is in the file, is what is deployed.
    stacks = {stack.name: stack.template for stack in [*platform("Retain"), storage("Retain")]}
    monkeypatch.setattr(cdk, "synthesize", synthesize)
    monkeypatch.setattr(cdk, "templates", lambda assembly: stacks)
    monkeypatch.setattr(deploy_command, "evidence", lambda *_: Judgement([], [], frozenset()))
    return made


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, calls: list[str]) -> Account:
    """An empty account, on which the CLI deploys nothing and destroys all."""
    made = Account()

    def destroy(assembly: Path, concurrency: int) -> int:
        calls.append("destroy")
        made.destroy("airflow-test-network", "airflow-test-database", "airflow-test-storage")
        return 0

    def destroy_airflow(assembly: Path) -> int:
        calls.append("destroy Airflow")
        return 0

    def deploy(assembly: Path, concurrency: int) -> int:
        calls.append("deploy")
        return 0

    monkeypatch.setattr(cdk, "destroy", destroy)
    monkeypatch.setattr(cdk, "destroy_airflow", destroy_airflow)
    monkeypatch.setattr(cdk, "deploy", deploy)
    return made
