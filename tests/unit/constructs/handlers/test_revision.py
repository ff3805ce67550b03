"""Which pods a rollout stands or falls with."""

from typing import Any

import pytest

from airflow_platform.handlers.manifest.revision import new_pods, timestamp
from tests.unit.constructs.handlers.pods import LONG_AGO, NEW, Json, pod, replica_set, template

SINCE = timestamp(1_700_000_000)
OLD_SET = replica_set("airflow:1", name="web-1")
OLD_POD = pod(name="web-1-a", owner="uid-of-web-1")


def live(kind: str, **fields: Any) -> Json:
    metadata = {"name": "web", "uid": "uid-of-web", "generation": 2}
    return {"kind": kind, "metadata": metadata, "spec": {"template": template()}, **fields}


def names(obj: Json, *listed: Json) -> list[str]:
    return [found["metadata"]["name"] for found in new_pods(obj, listed, SINCE)]


def test_should_count_pods_of_the_newest_template_alone() -> None:
    assert names(live("Deployment"), OLD_SET, replica_set(), OLD_POD, pod()) == ["web-2-a"]


def test_should_count_no_pod_before_the_controller_has_made_the_new_replica_set() -> None:
    assert names(live("Deployment", status={"observedGeneration": 2}), OLD_SET, OLD_POD) == []


def test_should_count_the_pods_of_an_earlier_version_that_is_back() -> None:
    back = live("Deployment")
    back["spec"]["template"] = template("airflow:1")
    assert names(back, OLD_SET, replica_set(), OLD_POD, pod()) == ["web-1-a"]


def test_should_not_count_a_pod_that_stood_before() -> None:
    assert names(live("Deployment"), replica_set(), pod(made=LONG_AGO), pod(name="fresh", made=NEW)) == ["fresh"]


def test_should_not_count_a_pod_that_is_going() -> None:
    going = pod()
    going["metadata"]["deletionTimestamp"] = NEW
    assert names(live("Deployment"), replica_set(), going) == []


def test_should_not_count_the_pods_of_another_object_with_such_labels() -> None:
    assert names(live("Deployment"), replica_set(owner="uid-of-another"), pod()) == []
    assert names(live("Job"), pod(owner="uid-of-the-job-before-it")) == []


def test_should_count_the_pods_of_a_job() -> None:
    assert names(live("Job"), pod(owner="uid-of-web")) == ["web-2-a"]


@pytest.mark.parametrize(("generation", "expected"), [(2, ["new"]), (1, [])])
def test_should_count_the_updated_pods_of_a_stateful_set(generation: int, expected: list[str]) -> None:
    made = [pod(name=name, owner="uid-of-web") for name in ("new", "old")]
    for found in made:
        found["metadata"]["labels"] = {"controller-revision-hash": found["metadata"]["name"]}
    status = {"observedGeneration": generation, "updateRevision": "new"}
    assert names(live("StatefulSet", status=status), *made) == expected


def test_should_count_none_of_an_object_that_is_not_on_the_cluster() -> None:
    manifest = live("Deployment")
    del manifest["metadata"]["uid"]
    assert names(manifest, replica_set(), pod()) == []


def test_should_compare_times_as_kubernetes_writes_them() -> None:
    assert SINCE == "2023-11-14T22:13:15Z"
    assert names(live("Deployment"), replica_set(), pod(made="2023-11-14T22:13:20Z")) == ["web-2-a"]
    assert names(live("Deployment"), replica_set(), pod(made="2023-11-14T22:13:14Z")) == []
