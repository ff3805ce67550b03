"""The Kubernetes objects as they stand in AirflowStack's template."""

from itertools import pairwise

from standins.kubernetes_schemas import validate
from standins.pod_security import violations
from tests.support.names import COMPONENT_STEPS
from tests.support.platform import Templates
from tests.support.templates import manifests, needs

CHAIN = ("Storage", "Configuration", "Migration")


def logical_id(templates: Templates, step: str) -> str:
    """The logical id of a step's manifest resource."""
    (found,) = [name for name in manifests(templates["AirflowStack"]) if name.startswith(step)]
    return found


def test_should_hold_only_objects_that_kubernetes_knows(templates: Templates) -> None:
    for step, objects in manifests(templates["AirflowStack"]).items():
        for obj in objects:
            assert validate(obj, "1.36") == [], (step, obj["kind"], obj["metadata"]["name"])


def test_should_order_storage_configuration_migration_components(templates: Templates) -> None:
    template = templates["AirflowStack"]
    for earlier, later in pairwise(CHAIN):
        assert logical_id(templates, earlier) in needs(template, logical_id(templates, later))
    for component in COMPONENT_STEPS:
        assert logical_id(templates, "Migration") in needs(template, logical_id(templates, component))


def test_should_hold_namespace_and_claim_in_one_manifest(templates: Templates) -> None:
    objects = manifests(templates["AirflowStack"])[logical_id(templates, "Storage")]
    names = {(obj["kind"], obj["metadata"]["name"]) for obj in objects}
    assert {("Namespace", "airflow"), ("PersistentVolumeClaim", "aws-fsx-pvc")} <= names


def test_should_let_only_restricted_pods_into_the_airflow_namespace(templates: Templates) -> None:
    checked = 0
    for objects in manifests(templates["AirflowStack"]).values():
        for obj in objects:
            if obj["metadata"].get("namespace") == "airflow" and "template" in obj.get("spec", {}):
                assert violations(obj["spec"]["template"]["spec"]) == [], obj["metadata"]["name"]
                checked += 1
    assert checked == len(COMPONENT_STEPS) + 2  # the migration Job, the admin-user Job


def test_should_hold_no_kubernetes_secret(templates: Templates) -> None:
    kinds = {obj["kind"] for objects in manifests(templates["AirflowStack"]).values() for obj in objects}
    assert "Secret" not in kinds
