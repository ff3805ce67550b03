"""What requests of CloudFormation's meet: a cluster in memory, a clock, and what AWS says."""

from typing import Any

import pytest

from airflow_platform.handlers.manifest import index
from tests.unit.constructs.handlers.fakes import Clock, FakeCluster, event


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What AWS says when it is asked."""
    said: dict[str, Any] = {"stack": "UPDATE_IN_PROGRESS", "cluster_is_gone": False}
    monkeypatch.setattr(index, "stack_status", lambda stack_id: said["stack"])
    monkeypatch.setattr(index, "cluster_is_gone", lambda: said["cluster_is_gone"])
    return said


@pytest.fixture
def handle(cluster: FakeCluster, clock: Clock, aws: dict[str, Any]) -> Any:
    def run(*arguments: Any, **keywords: Any) -> None:
        index.handle(event(*arguments, **keywords), clock.deadline(880), cluster.kubectl, clock.sleep)

    return run
