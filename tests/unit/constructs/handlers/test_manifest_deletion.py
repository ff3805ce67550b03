"""Deletions, against a cluster in memory."""

from typing import Any

import pytest

from airflow_platform.handlers.manifest import index
from airflow_platform.handlers.manifest.kubectl import KubectlError
from airflow_platform.handlers.manifest.record import CONFIG_MAP
from airflow_platform.handlers.manifest.waiting import DeletionError
from tests.unit.constructs.handlers.fakes import Clock, FakeCluster, deployment, event, job, record, thing


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
