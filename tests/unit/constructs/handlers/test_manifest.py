"""Requests of CloudFormation's, against a cluster in memory."""

import json
from typing import Any

import pytest

from airflow_platform.handlers.manifest import index
from airflow_platform.handlers.manifest.kubectl import KubectlError
from airflow_platform.handlers.manifest.record import CONFIG_MAP
from airflow_platform.handlers.manifest.waiting import DeletionError, RolloutError
from tests.unit.constructs.handlers.fakes import Clock, FakeCluster, deployment, event, failed, job, thing

UNAVAILABLE = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 0}


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What AWS says when it is asked."""
    said: dict[str, Any] = {"stack": "UPDATE_IN_PROGRESS", "cluster_is_gone": False}
    monkeypatch.setattr(index, "stack_status", lambda stack_id: said["stack"])
    monkeypatch.setattr(index, "cluster_is_gone", lambda: said["cluster_is_gone"])
    return said


@pytest.fixture
def handle(cluster: FakeCluster, clock: Clock) -> Any:
    def run(*arguments: Any, **keywords: Any) -> None:
        index.handle(event(*arguments, **keywords), clock.deadline(880), cluster.kubectl, clock.sleep)

    return run


def record(cluster: FakeCluster) -> dict[str, str]:
    found: dict[str, str] = cluster.objects[("ConfigMap", "kube-system", CONFIG_MAP)].get("data", {})
    return found


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


# --- Rolling back


def test_should_remember_what_rolled_out_well_for_each_manifest(handle: Any, cluster: FakeCluster) -> None:
    handle("Create", [deployment()])
    first = record(cluster)
    handle("Create", [thing("ConfigMap", "other", owner="AirflowStack/Other")])
    assert len(first) == 1
    assert first.items() < record(cluster).items()


def test_should_not_fail_when_it_takes_back_an_update_that_failed(handle: Any, cluster: FakeCluster) -> None:
    good, bad = [deployment(image="airflow:1")], [deployment(image="airflow:2")]
    handle("Create", good)
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError):
        handle("Update", bad, good)
    handle("Update", good, bad)
    assert cluster.objects[("Deployment", "airflow", "web")]["spec"]["image"] == "airflow:1"


def test_should_delete_what_the_failed_update_added_when_it_takes_it_back(handle: Any, cluster: FakeCluster) -> None:
    good = [deployment(image="airflow:1")]
    bad = [deployment(image="airflow:2"), thing("ConfigMap", "added")]
    handle("Create", good)
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError):
        handle("Update", bad, good)
    handle("Update", good, bad)
    assert "added" not in cluster.names("ConfigMap")


def test_should_take_back_its_part_of_an_update_that_failed_elsewhere(
    handle: Any, cluster: FakeCluster, aws: dict[str, Any]
) -> None:
    old, new = [deployment(image="airflow:1")], [deployment(image="airflow:2")]
    handle("Create", old)
    handle("Update", new, old)
    cluster.status["Deployment", "web"] = UNAVAILABLE
    aws["stack"] = "UPDATE_ROLLBACK_IN_PROGRESS"
    handle("Update", old, new)


def test_should_fail_when_somebody_deploys_an_older_manifest_and_it_does_not_run(
    handle: Any, cluster: FakeCluster
) -> None:
    old, new = [deployment(image="airflow:1")], [deployment(image="airflow:2")]
    handle("Create", old)
    handle("Update", new, old)
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError):
        handle("Update", old, new)


def test_should_fail_a_first_deployment_that_does_not_run_even_if_it_ran_well_before(
    handle: Any, cluster: FakeCluster
) -> None:
    # A stack that was made anew beside a cluster that remembers the one before.
    handle("Create", [deployment()])
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError):
        handle("Create", [deployment()])


def test_should_fail_when_the_same_manifest_is_deployed_again_and_does_not_run(
    handle: Any, cluster: FakeCluster
) -> None:
    handle("Create", [deployment()])
    cluster.status["Deployment", "web"] = UNAVAILABLE
    with pytest.raises(RolloutError):
        handle("Update", [deployment()], [deployment()])


# --- Delete


def test_should_delete_everything_in_one_command(handle: Any, cluster: FakeCluster) -> None:
    manifest = [thing("Namespace", "airflow"), thing("PersistentVolumeClaim", "data"), deployment()]
    handle("Create", manifest)
    handle("Delete", manifest)
    assert len(cluster.asked("delete")) == 1
    assert "--wait=false" in cluster.asked("delete")[0]
    assert set(cluster.objects) == {("ConfigMap", "kube-system", CONFIG_MAP)}


def test_should_forget_what_it_deleted(handle: Any, cluster: FakeCluster) -> None:
    handle("Create", [deployment()])
    handle("Delete", [deployment()])
    assert record(cluster) == {}


def test_should_report_a_deletion_that_kubectl_refused(handle: Any, cluster: FakeCluster, clock: Clock) -> None:
    handle("Create", [deployment()])
    cluster.refused["delete", "web"] = 'deployments.apps "web" is forbidden: not today'
    with pytest.raises(DeletionError, match=r"Deployment airflow/web .*not today"):
        handle("Delete", [deployment()])
    assert clock.now < 30


def test_should_report_what_holds_an_object_well_before_five_minutes(
    handle: Any, cluster: FakeCluster, clock: Clock
) -> None:
    claim = thing("PersistentVolumeClaim", "data")
    claim["metadata"]["finalizers"] = ["kubernetes.io/pvc-protection"]
    handle("Create", [claim])
    cluster.held.add("data")
    with pytest.raises(DeletionError, match=r"PersistentVolumeClaim airflow/data \(finalizers kubernetes.io/pvc-prot"):
        handle("Delete", [claim])
    assert 240 < clock.now < 290


def test_should_succeed_after_a_create_that_made_nothing(handle: Any, cluster: FakeCluster) -> None:
    handle("Delete", [deployment(), job()])
    assert cluster.asked("delete") == []


@pytest.mark.parametrize("manifest", ["not JSON", "{}"])
def test_should_let_a_stack_go_whose_manifest_could_never_be_applied(
    manifest: str, cluster: FakeCluster, clock: Clock
) -> None:
    broken = event("Delete", [])
    broken["ResourceProperties"]["Manifest"] = manifest
    index.handle(broken, clock.deadline(880), cluster.kubectl, clock.sleep)
    assert cluster.asked("delete") == []


def test_should_delete_the_rest_where_a_kind_is_not_known(handle: Any, cluster: FakeCluster) -> None:
    manifest = [thing("SecretProviderClass", "secrets"), deployment()]
    handle("Create", [deployment()])
    cluster.unknown_kinds.add("SecretProviderClass")
    handle("Delete", manifest)
    assert cluster.names("Deployment") == []


def test_should_succeed_where_the_cluster_does_not_exist_any_more(
    handle: Any, cluster: FakeCluster, aws: dict[str, Any]
) -> None:
    aws["cluster_is_gone"] = True
    cluster.failures = ["Unable to connect to the server: no such host"] * 3
    handle("Delete", [deployment()])


def test_should_not_take_an_unreachable_cluster_for_a_deleted_one(handle: Any, cluster: FakeCluster) -> None:
    cluster.failures = ["Unable to connect to the server: no such host"] * 3
    with pytest.raises(KubectlError, match="no such host"):
        handle("Delete", [deployment()])


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
