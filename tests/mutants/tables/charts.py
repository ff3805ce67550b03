"""Breaks of the charts and of what pods are made from."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/k8s"
CONFIGURATION, WORKER = f"{TESTS}/test_configuration.py", f"{TESTS}/test_worker_pod.py"
COMPONENTS, MIGRATION, ROLLOUT = f"{TESTS}/test_components.py", f"{TESTS}/test_migration.py", f"{TESTS}/test_rollout.py"
WIRING = "tests/unit/platform/test_wiring.py"

MUTANTS = (
    *breaks(
        "k8s/airflow/pods/config_maps.py",
        (CONFIGURATION,),
        (
            "airflow.config changes what is only tuned",
            "{**tuning(airflow, bindings), **airflow.config, **contract(airflow, bindings)}",
            "{**airflow.config, **tuning(airflow, bindings), **contract(airflow, bindings)}",
        ),
        (
            "airflow.config does not change what others rely on",
            "**airflow.config, **contract(airflow, bindings)}",
            "**contract(airflow, bindings), **airflow.config}",
        ),
        (
            "no slot is divided away",
            "return ceil(task_slots(airflow, bindings) / airflow.scheduler.replicas)",
            "return task_slots(airflow, bindings) // airflow.scheduler.replicas",
        ),
        (
            "parallelism is each scheduler's share",
            "return ceil(task_slots(airflow, bindings) / airflow.scheduler.replicas)",
            "return ceil(task_slots(airflow, bindings))",
        ),
        (
            "a setting wins over the platform's slots",
            "return airflow.parallelism or bindings.task_slots",
            "return bindings.task_slots or airflow.parallelism",
        ),
        (
            "a cookie goes over TLS only",
            'airflow.base_url.startswith("https://")',
            'airflow.base_url.startswith("http")',
        ),
        (
            "failed pods do not stay",
            '"kubernetes_executor.delete_worker_pods_on_failure": True',
            '"kubernetes_executor.delete_worker_pods_on_failure": False',
        ),
        (
            "several pods are made at once",
            '"kubernetes_executor.worker_pods_creation_batch_size": 64',
            '"kubernetes_executor.worker_pods_creation_batch_size": 1',
        ),
        (
            "orphaned tasks are found sooner",
            '"scheduler.orphaned_tasks_check_interval": 60',
            '"scheduler.orphaned_tasks_check_interval": 600',
        ),
        (
            "the database is reached over TLS",
            '"disable" if bindings.in_cluster_database else "require"',
            '"disable" if bindings.in_cluster_database else "prefer"',
        ),
    ),
    *breaks(
        "k8s/airflow/pods/config_maps.py",
        (WIRING,),
        ("each option reads its own secret", '"core.fernet_key": "fernet-key"', '"core.fernet_key": "jwt-secret"'),
    ),
    *breaks(
        "k8s/airflow/charts/secret_files.py",
        (WIRING,),
        ("each file holds its own secret", '"jwt-secret": secrets.jwt_secret', '"jwt-secret": secrets.api_secret_key'),
    ),
    *breaks(
        "k8s/airflow/charts/secret_files.py",
        (MIGRATION, ROLLOUT),
        (
            "whoever reads a secret is told of another",
            "for name, arn in files.items())}",
            "for name, arn in list(files.items())[1:])}",
        ),
    ),
    *breaks(
        "k8s/airflow/pods/worker_pod.py",
        (WORKER,),
        (
            "airflow.config changes what is only tuned for tasks",
            "environment({**TUNING, **airflow.config, **CONTRACT})",
            "environment({**airflow.config, **TUNING, **CONTRACT})",
        ),
        (
            "airflow.config does not change what tasks rely on",
            "**airflow.config, **CONTRACT})",
            "**CONTRACT, **airflow.config})",
        ),
        (
            "a task outlasts two minutes without the API server",
            '"workers.execution_api_retries": 12',
            '"workers.execution_api_retries": 5',
        ),
        (
            "no autoscaler takes a running task away",
            '"karpenter.sh/do-not-disrupt": "true"',
            '"karpenter.sh/do-not-disrupt": "false"',
        ),
    ),
    *breaks(
        "k8s/airflow/charts/migration.py",
        (MIGRATION,),
        ("the Job is told of the administrator's other password", ", admin=with_admin_password)", ")"),
    ),
    *breaks(
        "k8s/airflow/charts/component.py",
        (COMPONENTS,),
        ("pods of one revision are spread", '        match_label_keys=["pod-template-hash"],\n', ""),
        (
            "the old pod stays until the new one is ready",
            "max_unavailable=k8s.IntOrString.from_number(0)",
            "max_unavailable=k8s.IntOrString.from_number(1)",
        ),
        ("a single pod has no budget", "if settings.replicas > 1:", "if settings.replicas > 0:"),
        ("no room is no reason to refuse", 'when_unsatisfiable="ScheduleAnyway"', 'when_unsatisfiable="DoNotSchedule"'),
    ),
    *breaks(
        "k8s/airflow/pods/probes.py",
        (COMPONENTS,),
        ("a pod that does not answer gets no requests", "failure_threshold=3\n", "failure_threshold=30\n"),
        ("one slow answer is no outage", "failure_threshold=3\n", "failure_threshold=1\n"),
        ("one that hangs is started anew", "LIVENESS_FAILURES = 5", "LIVENESS_FAILURES = 50"),
        ("a short outage of the database is outlived", "LIVENESS_FAILURES = 5", "LIVENESS_FAILURES = 2"),
        ("a first start takes its time", "STARTUP_SECONDS = 300", "STARTUP_SECONDS = 30"),
    ),
    *breaks(
        "k8s/airflow/pods/checksum.py",
        (ROLLOUT,),
        ("no token is hashed", 'if "${Token[" in text:', 'if "${Token]" in text:'),
    ),
)
