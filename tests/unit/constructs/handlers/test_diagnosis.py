"""What a person reads when something is not ready."""

from typing import Any

import pytest

from airflow_platform.handlers.manifest.diagnosis import explain
from tests.unit.constructs.handlers.fakes import FakeCluster, deployment, job

STARTING = {
    "metadata": {"name": "web-1", "namespace": "airflow"},
    "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True"}]},
}


def test_should_look_at_the_pods_of_the_object() -> None:
    cluster = FakeCluster()
    explain(cluster.kubectl, "web", deployment("web"), "")
    explain(cluster.kubectl, "migrate", job("migrate"), "")
    selectors = [command[command.index("--selector") + 1] for command in cluster.asked("get")]
    assert selectors == ["app=web", "batch.kubernetes.io/job-name=migrate"]


def test_should_tell_of_a_volume_that_cannot_be_mounted() -> None:
    cluster = FakeCluster()
    cluster.pods = [STARTING]
    cluster.events = [{"reason": "FailedMount", "message": "secret airflow/jwt does not exist"}]
    assert explain(cluster.kubectl, "web", deployment(), "wants 1") == (
        "web: wants 1; FailedMount: secret airflow/jwt does not exist"
    )


def warning(name: str, **times: Any) -> dict[str, Any]:
    """An event as the API server lists it: fields that its reporter does not use are null."""
    return {"reason": name, "message": "no", "lastTimestamp": None, "eventTime": None, **times}


NEWER, NEWEST = "2026-11-24T10:00:07Z", "2026-11-24T10:00:08Z"
FRACTION = "2026-11-24T10:00:07.250000Z"
OLD = "2026-11-24T09:59:59Z"


@pytest.mark.parametrize(
    ("older", "newer", "newest"),
    [
        ({"lastTimestamp": OLD}, {"lastTimestamp": NEWER}, {"lastTimestamp": NEWEST}),
        ({"eventTime": OLD}, {"eventTime": NEWER}, {"eventTime": NEWEST}),
        # Repeated: its first time is old, its last one is not.
        ({"eventTime": NEWER}, {"lastTimestamp": FRACTION}, {"eventTime": OLD, "series": {"lastObservedTime": NEWEST}}),
        ({"lastTimestamp": OLD}, {"lastTimestamp": NEWER}, {"eventTime": FRACTION}),
        ({}, {"metadata": {"creationTimestamp": OLD}}, {"lastTimestamp": NEWER}),
    ],
    ids=["last seen", "happened", "repeated", "fractions of a second", "made"],
)
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_should_tell_the_two_newest_warnings_whatever_order_they_are_listed_in(
    order: tuple[int, ...], older: dict[str, Any], newer: dict[str, Any], newest: dict[str, Any]
) -> None:
    cluster = FakeCluster()
    cluster.pods = [STARTING]
    events = [warning("Older", **older), warning("Newer", **newer), warning("Newest", **newest)]
    cluster.events = [events[index] for index in order]
    assert explain(cluster.kubectl, "web", deployment(), "wants 1") == "web: wants 1; Newer: no; Newest: no"


def test_should_ask_for_the_warnings_of_that_pod_only() -> None:
    cluster = FakeCluster()
    cluster.pods = [STARTING]
    explain(cluster.kubectl, "web", deployment(), "wants 1")
    (command,) = (command for command in cluster.asked("get") if command[1] == "events")
    assert command[command.index("--namespace") + 1] == "airflow"
    assert command[command.index("--field-selector") + 1] == "involvedObject.name=web-1,type=Warning"


WELL = {"conditions": [{"type": "Ready", "status": "True"}]}


def test_should_print_the_logs_of_a_few_pods_that_are_not_well(capsys: pytest.CaptureFixture[str]) -> None:
    cluster = FakeCluster()
    statuses = {"done": {"phase": "Succeeded"}, "well": WELL, "bad-1": {}, "bad-2": {}, "bad-3": {}}
    cluster.pods = [{"metadata": {"name": n, "namespace": "airflow"}, "status": each} for n, each in statuses.items()]
    explain(cluster.kubectl, "web", deployment(), "wants 1")
    assert [command[1] for command in cluster.asked("logs")] == ["bad-1", "bad-2"]
    assert "last words of bad-1" in capsys.readouterr().out


def test_should_say_what_it_knows_when_pods_cannot_be_read() -> None:
    cluster = FakeCluster()
    cluster.failures = ["pods is forbidden"]
    assert explain(cluster.kubectl, "web", deployment(), "wants 1") == "web: wants 1"


def test_should_keep_each_reason_short() -> None:
    assert len(explain(FakeCluster().kubectl, "web", deployment(), "x" * 5000)) < 300
