"""Steps and their order, and the file for `kubectl apply`."""

import yaml

from k8s.render import render
from k8s.rendered import Release
from tests.support.names import COMPONENT_STEPS


def test_should_order_storage_configuration_migration_components(aws: Release) -> None:
    after = {step.id: step.after for step in aws.steps}
    assert after == {
        "Storage": (),
        "Configuration": ("Storage",),
        "Migration": ("Configuration",),
        **dict.fromkeys((*COMPONENT_STEPS, "Housekeeping"), ("Migration",)),
    }


def test_should_put_the_local_database_before_the_migration(local: Release) -> None:
    after = {step.id: step.after for step in local.steps}
    assert after["Database"] == ("Configuration",)
    assert after["Migration"] == ("Database",)


def test_should_list_each_step_after_those_it_needs(any_release: Release) -> None:
    seen: set[str] = set()
    for step in any_release.steps:
        assert set(step.after) <= seen
        seen.add(step.id)


def test_should_keep_namespace_and_claim_in_one_step(any_release: Release) -> None:
    # They go in one delete, so that running task pods release the claim.
    names = {(obj["kind"], obj["metadata"]["name"]) for obj in any_release.charts["Storage"]}
    assert {("Namespace", "airflow"), ("PersistentVolumeClaim", "aws-fsx-pvc")} <= names


def test_should_deploy_under_the_names_that_runbooks_use(aws: Release) -> None:
    names = {(obj["kind"], obj["metadata"]["name"]) for obj in aws.objects}
    assert names >= {
        ("Namespace", "airflow"),
        ("StorageClass", "aws-fsx-sc"),
        ("PersistentVolumeClaim", "aws-fsx-pvc"),
        ("ConfigMap", "airflow-config"),
        ("ServiceAccount", "airflow-scheduler"),
        ("Role", "pod-launcher-role"),
        ("RoleBinding", "pod-launcher-role-binding"),
        ("Service", "webserver-svc"),
        ("Deployment", "airflow-api-server"),
        ("Deployment", "airflow-scheduler"),
        ("Deployment", "airflow-dag-processor"),
        ("Deployment", "airflow-triggerer"),
    }


def test_should_render_every_object_in_the_order_of_the_steps(local: Release) -> None:
    documents = list(yaml.safe_load_all(render(local.steps)))
    assert documents == local.objects


def test_should_render_the_same_twice(local: Release) -> None:
    again = Release(local.airflow, local.bindings)
    assert render(local.steps) == render(again.steps)
