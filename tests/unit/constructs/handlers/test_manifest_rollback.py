"""Taking back what failed, against a cluster in memory."""

from typing import Any

import pytest

from airflow_platform.handlers.manifest.waiting import RolloutError
from tests.unit.constructs.handlers.fakes import UNAVAILABLE, FakeCluster, deployment, record, thing


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
