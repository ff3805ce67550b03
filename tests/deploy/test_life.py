"""The life of a development platform, from nothing to nothing: deploy, updates, an upgrade of EKS, destroy.

The tests are steps: each one takes the platform as the one before it left it.
"""

import time

from tests.deploy.apps import more_names
from tests.deploy.rehearsal import (
    KEPT,
    NAMESPACE,
    SPEED,
    Json,
    Rehearsal,
    airflow,
    assert_in_order,
)
from tests.support.names import DEPLOYMENTS as COMPONENTS
from tests.support.names import STACKS

MORE = ".venv/bin/python tests/deploy/apps/more.py"
OPTION = "scheduler.parsing_cleanup_interval"
TRIGGERER = {"memory_mib": 1280}
KUBERNETES_1_35 = {"cluster": {"version": "1.35"}}


def updated(**options: object) -> Json:
    """The settings after the update: another version of Airflow, another value in a ConfigMap."""
    return airflow("3.3.3", config={OPTION: 77}, **options)


def test_should_deploy_everything_with_airflow_stack(life: Rehearsal) -> None:
    mark = life.kubernetes.journal.mark()
    life.deploy(life.environment("dev", {**KUBERNETES_1_35, **airflow("3.3.2")}))
    life.runs("3.3.2")
    assert {life.aws.stack_status(f"airflow-dev-{stack.removesuffix('Stack').lower()}") for stack in STACKS} <= {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
    }
    assert not life.kubernetes.journal.entries("refused", since=mark), "the cluster refused something"


def test_should_make_storage_before_migration_before_components(life: Rehearsal) -> None:
    created = life.kubernetes.journal.references("created")
    last = len(created) - 1 - created[::-1].index("Namespace/airflow")
    assert_in_order(
        created[last:],
        "Namespace/airflow",
        "StorageClass/aws-fsx-sc",
        "PersistentVolume/aws-fsx-pv",
        "PersistentVolumeClaim/aws-fsx-pvc",
        "Job/airflow-storage-setup-.*",
        "ServiceAccount/airflow-migration",
        "ConfigMap/airflow-config",
        "SecretProviderClass/airflow-migration",
        "Job/airflow-migration-.*",
        "Deployment/airflow-(api-server|scheduler|dag-processor|triggerer)",
    )


def test_should_end_the_migration_before_a_component_is_made(life: Rehearsal) -> None:
    [migration] = [j for j in life.kubernetes.objects("Job", NAMESPACE) if "migration" in j["metadata"]["name"]]
    created = {entry.reference: entry.at for entry in life.kubernetes.journal.entries("created", actor="client")}
    updates = life.kubernetes.journal.entries("updated", actor="controller")
    ended = max(entry.at for entry in updates if entry.reference == f"Job/{migration['metadata']['name']}")
    assert min(created[f"Deployment/{component}"] for component in COMPONENTS) > ended


def test_should_show_no_difference_after_a_deploy(life: Rehearsal) -> None:
    run = life.cdk("diff", "--fail", environment=life.folder / "dev.yaml")
    assert "Number of stacks with differences: 0" in run.output


def test_should_roll_no_pod_for_what_does_not_concern_it(life: Rehearsal) -> None:
    before = {component: set(life.pods(component)) for component in COMPONENTS}
    life.deploy(life.environment("dev", {**KUBERNETES_1_35, **airflow("3.3.2")}), app=MORE, alone=True)
    assert {component: set(life.pods(component)) for component in COMPONENTS} == before
    for kind in more_names.KINDS:
        assert life.kubernetes.get(kind, more_names.NAME, NAMESPACE), f"{kind} was not made"


def test_should_remove_what_left_its_chart_and_change_airflow_and_configuration(life: Rehearsal) -> None:
    mark, operations = life.kubernetes.journal.mark(), len(life.aws.operations())
    before = {component: set(life.pods(component)) for component in COMPONENTS}
    life.deploy(life.environment("dev", {**KUBERNETES_1_35, **updated()}))
    for kind in more_names.KINDS:
        assert life.kubernetes.get(kind, more_names.NAME, NAMESPACE) is None, f"{kind} is still there"
    life.runs("3.3.3")
    config = life.kubernetes.get("ConfigMap", "airflow-config", NAMESPACE)
    assert config and config["data"]["AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL"] == "77"
    for component in COMPONENTS:
        assert not before[component] & set(life.pods(component)), f"{component} still has pods of the old version"
    assert_in_order(
        life.kubernetes.journal.references("created", "updated", since=mark),
        "ConfigMap/airflow-config",
        "Job/airflow-migration-.*",
        "Deployment/airflow-(api-server|scheduler|dag-processor|triggerer)",
    )
    changed = [o for o in life.aws.operations()[operations:] if o["type"] != "AWS::SSM::Parameter"]
    assert changed == [], "an update of Airflow touched AWS resources"
    assert not KEPT & life.lost(mark)


def test_should_roll_exactly_the_pods_that_a_change_concerns(life: Rehearsal) -> None:
    before = {component: set(life.pods(component)) for component in COMPONENTS}
    life.deploy(life.environment("dev", {**KUBERNETES_1_35, **updated(triggerer=TRIGGERER)}), alone=True)
    rolled = {component for component in COMPONENTS if not before[component] & set(life.pods(component))}
    assert rolled == {"airflow-triggerer"}


def test_should_move_control_plane_then_nodes_then_addons(life: Rehearsal) -> None:
    operations, before = len(life.aws.operations()), {c: set(life.pods(c)) for c in COMPONENTS}
    life.deploy(life.environment("dev", updated(triggerer=TRIGGERER)))
    moved = [f"{o['verb']} {o['type']}" for o in life.aws.operations()[operations:]]
    assert_in_order(moved, "update AWS::EKS::Cluster", "update AWS::EKS::Nodegroup")
    client = life.aws.client("eks")
    for name in client.list_addons(clusterName="airflow-dev")["addons"]:
        addon = client.describe_addon(clusterName="airflow-dev", addonName=name)["addon"]
        assert addon["addonVersion"] == "v1.3.0-eksbuild.1", f"{name} stayed at {addon['addonVersion']}"
    assert {c: set(life.pods(c)) for c in COMPONENTS} == before, "the upgrade of EKS rolled Airflow's pods"


def test_should_destroy_with_a_task_on_the_claim(life: Rehearsal) -> None:
    life.kubernetes.scenario.endless.append("task")
    life.kubernetes.scenario.stop_seconds = 30 / SPEED
    life.kubernetes.create(task_pod())
    mark, started = life.kubernetes.journal.mark(), time.monotonic()
    life.destroy()
    assert time.monotonic() - started < 300 / SPEED + 60
    assert_in_order(
        [entry.path for entry in life.kubernetes.journal.entries("deleted", since=mark)],
        "airflow/Deployment/airflow-(api-server|scheduler|dag-processor|triggerer)",
        "airflow/Job/airflow-migration-.*",
        "airflow/ConfigMap/airflow-config",
        "airflow/Pod/task",
        "airflow/PersistentVolumeClaim/aws-fsx-pvc",
        "/Namespace/airflow",
    )
    [gone] = [e.at for e in life.kubernetes.journal.entries("deleted", since=mark) if e.path == "/Namespace/airflow"]
    nodes = [o["at"] for o in life.aws.operations() if (o["verb"], o["type"]) == ("delete", "AWS::EKS::Nodegroup")]
    assert nodes and min(nodes) > gone, "the nodes went before what ran on them"


def test_should_leave_nothing_but_the_bootstrap(life: Rehearsal) -> None:
    left = [f"{r['type']} {r['logical_id']}" for r in life.aws.resources() if r["stack"] != "CDKToolkit"]
    assert left == []
    kept = [k["metadata"]["name"] for k in life.kubernetes.objects("Namespace")]
    assert NAMESPACE not in kept
    for kind in ("PersistentVolume", "StorageClass", "ClusterRole", "ClusterRoleBinding"):
        assert life.kubernetes.objects(kind) == [], f"a {kind} was left on the cluster"


def task_pod() -> Json:
    """A task's pod: of no manifest, on the claim, and in no hurry to end."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "task", "namespace": NAMESPACE},
        "spec": {
            "serviceAccountName": "airflow-worker",
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 120,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 50000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "base",
                    "image": "apache/airflow:3.3.3",
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                    "volumeMounts": [{"name": "airflow", "mountPath": "/opt/airflow/logs"}],
                }
            ],
            "volumes": [{"name": "airflow", "persistentVolumeClaim": {"claimName": "aws-fsx-pvc"}}],
        },
    }
