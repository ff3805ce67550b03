"""Operations without AWS and without the CDK."""

from pathlib import Path

import pytest

from operations import cdk
from tests.support.deployed_aws import Account


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the CDK CLI."""
    made: list[str] = []

    def synthesize(environment: str, assembly: Path, *, any_version: bool = False) -> None:
        made.append("synth of any version" if any_version else "synth")
        stacks = {f"S{n}": f"airflow-test-{part}" for n, part in enumerate(("network", "database"))}
        artifacts = ", ".join(
            f'"{name}": {{"type": "aws:cloudformation:stack", "properties": {{"stackName": "{stack}"}}}}'
            for name, stack in stacks.items()
        )
        (assembly / "manifest.json").write_text(f'{{"artifacts": {{"Tree": {{"type": "cdk:tree"}}, {artifacts}}}}}')

    monkeypatch.setattr(cdk, "synthesize", synthesize)
    return made


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, calls: list[str]) -> Account:
    """An empty account, on which the CLI deploys nothing and destroys all."""
    made = Account()

    def destroy(assembly: Path, concurrency: int) -> int:
        calls.append("destroy")
        made.destroy("airflow-test-network", "airflow-test-database")
        return 0

    def deploy(assembly: Path, concurrency: int) -> int:
        calls.append("deploy")
        return 0

    monkeypatch.setattr(cdk, "destroy", destroy)
    monkeypatch.setattr(cdk, "deploy", deploy)
    return made
