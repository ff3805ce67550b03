"""A platform that things go wrong with: every failure is told, and what ran before runs again.

The tests are steps: each one takes the platform as the one before it left it.
"""

import re

from tests.deploy.rehearsal import KEPT, NAMESPACE, SPEED, Rehearsal, airflow

AIRFLOW_STACK = "airflow-dev-airflow"
SLACK_SECONDS = 10
"""What CloudFormation's stand-in and a slow machine take between a failure and its rollback; the wall clock's."""


def test_should_fail_the_first_deploy_that_does_not_run(life: Rehearsal) -> None:
    life.kubernetes.scenario.held.append(("airflow-scheduler", ""))
    run = life.deploy(life.environment("dev", airflow("3.3.2")), check=False)
    life.kubernetes.scenario.reset()
    assert run.code != 0
    assert "airflow-scheduler" in run.output
    assert life.aws.stack_status(AIRFLOW_STACK) == "ROLLBACK_COMPLETE"
    left = [it for kind in ("Deployment", "Job", "Pod") for it in life.kubernetes.objects(kind, NAMESPACE)]
    assert not left, "the rollback left objects behind"


def test_should_deploy_after_a_first_deploy_that_half_failed(life: Rehearsal) -> None:
    mark = life.kubernetes.journal.mark()
    life.deploy(life.environment("dev", airflow("3.3.2")))
    life.runs("3.3.2")
    assert life.aws.stack_status(AIRFLOW_STACK) == "CREATE_COMPLETE"
    assert not life.kubernetes.journal.entries("refused", since=mark), "the cluster refused something"


def test_should_go_back_when_a_component_does_not_run_after_the_migration(life: Rehearsal) -> None:
    life.kubernetes.scenario.held.append(("airflow-dag-processor", "3.3.3"))
    mark = life.kubernetes.journal.mark()
    run = life.deploy(life.environment("dev", airflow("3.3.3")), alone=True, check=False)
    life.kubernetes.scenario.reset()
    assert run.code != 0
    assert "airflow-dag-processor" in run.output
    assert life.aws.stack_status(AIRFLOW_STACK) == "UPDATE_ROLLBACK_COMPLETE"
    life.runs("3.3.2")
    assert any(r.startswith("Job/airflow-migration") for r in life.kubernetes.journal.references("created", since=mark))
    assert not KEPT & life.lost(mark)


def test_should_say_early_that_an_image_cannot_be_pulled_and_go_back(life: Rehearsal) -> None:
    life.kubernetes.scenario.unpullable.append(("airflow-scheduler", ""))
    mark = life.kubernetes.journal.mark()
    more = life.environment("dev", airflow("3.3.2", scheduler={"memory_mib": 1600}, rollout_timeout_minutes=12))
    run = life.deploy(more, alone=True, check=False)
    life.kubernetes.scenario.reset()
    assert run.code != 0
    assert re.search(
        r"Deployment airflow/airflow-scheduler: ImagePullBackOff for \d+ s: "
        r"pod airflow-scheduler-\S+, container \S+, image apache/airflow:3\.3\.2",
        run.output,
    )
    assert life.aws.stack_status(AIRFLOW_STACK) == "UPDATE_ROLLBACK_COMPLETE"
    life.runs("3.3.2", within_seconds=5)  # the image can be pulled since a moment ago
    changed = [
        entry.at
        for entry in life.kubernetes.journal.entries("updated", since=mark, actor="client")
        if entry.spec_changed and entry.reference == "Deployment/airflow-scheduler"
    ]
    assert len(changed) == 2, "the update, and its taking back"
    assert changed[1] - changed[0] < 120 / SPEED + SLACK_SECONDS


def test_should_end_the_rollback_even_if_what_ran_before_does_not_run_again(life: Rehearsal) -> None:
    life.kubernetes.scenario.held.append(("airflow-triggerer", ""))
    more = life.environment("dev", airflow("3.3.2", triggerer={"memory_mib": 1280}))
    run = life.deploy(more, alone=True, check=False)
    assert run.code != 0
    assert life.aws.stack_status(AIRFLOW_STACK) == "UPDATE_ROLLBACK_COMPLETE"
    before = life.kubernetes.get("Deployment", "airflow-triggerer", NAMESPACE)
    assert before and before["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] == "1Gi"
    life.kubernetes.scenario.reset()


def test_should_fail_at_once_and_go_back_when_the_migration_fails(life: Rehearsal) -> None:
    life.kubernetes.scenario.failing.append(("airflow-migration", "3.3.4"))
    mark = life.kubernetes.journal.mark()
    run = life.deploy(life.environment("dev", airflow("3.3.4")), alone=True, check=False)
    life.kubernetes.scenario.reset()
    assert run.code != 0
    assert "BackoffLimitExceeded" in run.output or "PodFailurePolicy" in run.output
    assert life.aws.stack_status(AIRFLOW_STACK) == "UPDATE_ROLLBACK_COMPLETE"
    life.runs("3.3.2")
    journal = life.kubernetes.journal
    applied = [e for e in journal.entries("created", since=mark) if e.reference.startswith("Job/airflow-migration")]
    deployments = [
        e for e in journal.entries("updated", since=mark, actor="client") if e.spec_changed and e.kind == "Deployment"
    ]
    assert not deployments, "components were changed although the migration had failed"
    failed = [e for e in journal.entries("updated", since=mark) if e.reference == applied[0].reference]
    # The time limit of two minutes is twelve seconds of the wall clock; all went back long before.
    restored = [e for e in journal.entries("updated", "created", since=mark, actor="client") if e.at > failed[-1].at]
    assert restored[0].at - failed[-1].at < 60 / SPEED, "the failure of the Job was not told at once"


def test_should_not_replace_a_file_system_that_is_in_use(life: Rehearsal) -> None:
    before = life.aws.resources("AWS::FSx::FileSystem")
    other = {"storage": {"deployment_type": "PERSISTENT_1", "throughput_mbps_per_tib": 100}}
    run = life.deploy(
        life.environment("dev", {**airflow("3.3.2"), **other}), stack="StorageStack", alone=True, check=False
    )
    assert run.code != 0, "the file system was replaced by an empty one"
    assert "as it is in use by" in run.output
    assert life.aws.stack_status("airflow-dev-storage") == "UPDATE_ROLLBACK_COMPLETE"
    assert [r["physical_id"] for r in life.aws.resources("AWS::FSx::FileSystem")] == [r["physical_id"] for r in before]


def test_should_report_a_delete_that_was_refused(life: Rehearsal) -> None:
    life.kubernetes.api.refused_deletions["Deployment/airflow-triggerer"] = "not on a Friday"
    run = life.destroy("AirflowStack", check=False)
    life.kubernetes.api.refused_deletions.clear()
    assert run.code != 0
    assert life.aws.stack_status(AIRFLOW_STACK) == "DELETE_FAILED"
    assert any("not on a Friday" in reason for reason in life.failures(AIRFLOW_STACK))
    assert life.kubernetes.get("Namespace", NAMESPACE), "storage went although a component was still there"


def test_should_destroy_when_the_delete_is_allowed_again(life: Rehearsal) -> None:
    life.destroy("AirflowStack")
    assert life.aws.stack_status(AIRFLOW_STACK) is None
    assert life.kubernetes.get("Namespace", NAMESPACE) is None
