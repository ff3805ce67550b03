"""Requests of CloudFormation's, against a cluster in memory."""

import json
from typing import Any

import pytest

from airflow_platform.handlers.manifest import index
from airflow_platform.handlers.manifest.kubectl import KubectlError
from airflow_platform.handlers.manifest.waiting import RolloutError
from tests.unit.constructs.handlers.fakes import UNAVAILABLE, Clock, FakeCluster, deployment, event, failed, job, thing

# --- Create and update


def test_should_apply_server_side_under_its_own_field_manager(handle: Any, cluster: FakeCluster) -> None:
    handle("Create", [deployment()])
    assert cluster.asked("apply")[0] == (
        *("apply", "--server-side", "--force-conflicts", "--field-manager=airflow-on-eks", "-f", "-"),
    )
    assert cluster.names("Deployment") == ["web"]


def test_should_be_repeatable_after_a_create_that_half_failed(handle: Any, cluster: FakeCluster) -> None:
    manifest = [thing("ConfigMap", "good"), thing("Role", "bad")]
    cluster.refused["apply", "bad"] = 'roles "bad" is forbidden'
    with pytest.raises(KubectlError, match='roles "bad" is forbidden'):
        handle("Create", manifest)
    cluster.refused.clear()
    handle("Create", manifest)
    assert cluster.names("Role") == ["bad"]


@pytest.mark.parametrize("kind", ["RoleBinding", "NetworkPolicy", "CronJob", "SecretProviderClass", "ConfigMap"])
def test_should_delete_what_left_the_manifest_whatever_its_kind(kind: str, handle: Any, cluster: FakeCluster) -> None:
    old = [thing(kind, "leaves"), thing(kind, "stays")]
    handle("Create", old)
    handle("Update", [old[1]], old)
    assert "leaves" not in cluster.names(kind)
    assert "stays" in cluster.names(kind)


@pytest.mark.parametrize("kind", ["Namespace", "PersistentVolumeClaim", "PersistentVolume", "StorageClass"])
def test_should_never_delete_what_data_hangs_on_in_an_update(kind: str, handle: Any, cluster: FakeCluster) -> None:
    old = [thing(kind, "data"), thing("ConfigMap", "stays")]
    handle("Create", old)
    handle("Update", [old[1]], old)
    assert cluster.names(kind) == ["data"]
    assert cluster.asked("delete") == []


def test_should_not_take_a_new_api_version_of_an_object_for_another_object(handle: Any, cluster: FakeCluster) -> None:
    old, new = [thing("CronJob", "clean", "batch/v1beta1")], [thing("CronJob", "clean", "batch/v1")]
    handle("Create", old)
    handle("Update", new, old)
    assert cluster.names("CronJob") == ["clean"]


def test_should_delete_only_after_the_new_objects_are_ready(handle: Any, cluster: FakeCluster) -> None:
    old = [thing("ConfigMap", "leaves"), deployment(image="airflow:1")]
    handle("Create", old)
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError):
        handle("Update", [deployment(image="airflow:2")], old)
    assert "leaves" in cluster.names("ConfigMap")


def test_should_leave_an_object_that_another_manifest_has_taken_over(handle: Any, cluster: FakeCluster) -> None:
    moved = thing("ConfigMap", "moved", owner="AirflowStack/Old")
    handle("Create", [moved])
    handle("Create", [thing("ConfigMap", "moved", owner="AirflowStack/New")])
    handle("Update", [], [moved])
    handle("Delete", [moved])
    assert "moved" in cluster.names("ConfigMap")


def test_should_leave_an_object_that_somebody_made_by_hand(handle: Any, cluster: FakeCluster) -> None:
    by_hand = thing("ConfigMap", "by-hand")
    handle("Create", [by_hand])
    cluster.objects[("ConfigMap", "airflow", "by-hand")]["metadata"]["annotations"] = {}
    handle("Delete", [by_hand])
    assert "by-hand" in cluster.names("ConfigMap")


def test_should_delete_nothing_for_a_manifest_that_names_no_owner(handle: Any, cluster: FakeCluster) -> None:
    nobodys = thing("ConfigMap", "nobodys")
    del nobodys["metadata"]["annotations"]
    handle("Create", [nobodys])
    handle("Delete", [nobodys])
    assert "nobodys" in cluster.names("ConfigMap")


# --- Waiting


def test_should_fail_when_a_deployment_is_not_available_in_time(
    handle: Any, cluster: FakeCluster, clock: Clock
) -> None:
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError, match=r"Deployment airflow/web: wants 1: .*availableReplicas 0"):
        handle("Create", [deployment()], timeout_seconds=60)
    assert 60 <= clock.now < 70


def test_should_fail_when_only_the_image_changes_and_the_controller_has_not_seen_it(
    handle: Any, cluster: FakeCluster
) -> None:
    old, new = [deployment(image="airflow:1")], [deployment(image="airflow:2")]
    handle("Create", old)
    available = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    cluster.status["Deployment", "web"] = {**available, "observedGeneration": 1}
    with pytest.raises(RolloutError, match="not yet seen"):
        handle("Update", new, old)


def test_should_end_at_once_with_a_failed_job(handle: Any, cluster: FakeCluster, clock: Clock) -> None:
    cluster.status["Job", "migrate"] = failed("Job has reached the specified backoff limit")
    with pytest.raises(RolloutError, match="Job airflow/migrate: BackoffLimitExceeded: Job has reached"):
        handle("Create", [job(), deployment()], timeout_seconds=720)
    assert clock.now < 5


def test_should_print_the_last_log_lines_of_a_failed_job(
    handle: Any, cluster: FakeCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.status["Job", "migrate"] = failed()
    cluster.pods = [{"metadata": {"name": "migrate-x", "namespace": "airflow"}, "status": {"phase": "Failed"}}]
    with pytest.raises(RolloutError):
        handle("Create", [job()])
    assert "last words of migrate-x" in capsys.readouterr().out


def test_should_run_a_failed_job_again(handle: Any, cluster: FakeCluster) -> None:
    cluster.status["Job", "migrate"] = failed()
    with pytest.raises(RolloutError):
        handle("Create", [job()])
    handle_deletes = len(cluster.asked("delete"))
    with pytest.raises(RolloutError):
        handle("Create", [job()])
    assert len(cluster.asked("delete")) == handle_deletes + 1  # so that kubectl apply makes it anew


def test_should_not_run_a_complete_job_again(handle: Any, cluster: FakeCluster) -> None:
    handle("Create", [job()])
    handle("Update", [job(), thing("ConfigMap", "other")], [job()])
    assert cluster.asked("delete") == []


def test_should_run_a_complete_job_again_when_what_its_pods_read_has_changed(handle: Any, cluster: FakeCluster) -> None:
    def reading(secret: str) -> Any:
        return {
            **job(),
            "metadata": {**job()["metadata"], "annotations": {**job()["metadata"]["annotations"], "reads": secret}},
        }

    handle("Create", [reading("database-1")])
    handle("Update", [reading("database-1"), thing("ConfigMap", "other")], [reading("database-1")])
    assert cluster.asked("delete") == []
    handle("Update", [reading("database-2")], [reading("database-1")])
    assert len(cluster.asked("delete")) == 1


def test_should_wait_for_claims(handle: Any, cluster: FakeCluster) -> None:
    cluster.status["PersistentVolumeClaim", "data"] = {"phase": "Pending"}
    with pytest.raises(RolloutError, match="PersistentVolumeClaim airflow/data: is Pending"):
        handle("Create", [thing("PersistentVolumeClaim", "data")])


def test_should_keep_time_to_answer(handle: Any, cluster: FakeCluster, clock: Clock) -> None:
    cluster.status["Deployment", "web"] = UNAVAILABLE
    short = event("Create", [deployment()], timeout_seconds=780)
    with pytest.raises(RolloutError):
        index.handle(short, clock.deadline(100), cluster.kubectl, clock.sleep)
    assert clock.now < 110


# --- kubectl


def test_should_try_again_when_the_cluster_was_not_reached(handle: Any, cluster: FakeCluster) -> None:
    cluster.failures = ["Unable to connect to the server: i/o timeout", "Error from server (ServiceUnavailable): busy"]
    handle("Create", [thing("ConfigMap", "settings")])
    assert "settings" in cluster.names("ConfigMap")


def test_should_not_try_again_when_an_object_was_refused(handle: Any, cluster: FakeCluster) -> None:
    cluster.refused["apply", "settings"] = "settings is invalid"
    with pytest.raises(KubectlError):
        handle("Create", [thing("ConfigMap", "settings")])
    assert len(cluster.asked("apply")) == 1


def test_should_apply_namespaces_before_what_stands_in_them(cluster: FakeCluster, handle: Any) -> None:
    applied: list[str] = []
    run = cluster.run

    def spy(arguments: Any, stdin: str | None) -> Any:
        if arguments[0] == "apply" and stdin:
            applied.extend(obj["kind"] for obj in json.loads(stdin)["items"])
        return run(arguments, stdin)

    cluster.run = spy  # type: ignore[method-assign]
    handle("Create", [deployment(), thing("ServiceAccount", "web"), thing("Namespace", "airflow")])
    assert applied[:3] == ["Namespace", "ServiceAccount", "Deployment"]
