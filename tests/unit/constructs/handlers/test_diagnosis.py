"""What a person reads when something is not ready."""

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


def test_should_say_what_it_knows_when_pods_cannot_be_read() -> None:
    cluster = FakeCluster()
    cluster.failures = ["pods is forbidden"]
    assert explain(cluster.kubectl, "web", deployment(), "wants 1") == "web: wants 1"


def test_should_keep_each_reason_short() -> None:
    assert len(explain(FakeCluster().kubectl, "web", deployment(), "x" * 5000)) < 300
