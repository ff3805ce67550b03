"""Breaks of the charts and of what pods are made from."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/k8s"
CONFIGURATION, WORKER = f"{TESTS}/test_configuration.py", f"{TESTS}/test_worker_pod.py"
OBJECTS, RELEASE = f"{TESTS}/test_objects.py", f"{TESTS}/test_release.py"
COMPONENTS, MIGRATION, ROLLOUT = f"{TESTS}/test_components.py", f"{TESTS}/test_migration.py", f"{TESTS}/test_rollout.py"
PLATFORM_COMPONENTS = "tests/unit/platform/test_components.py"
CLOSED_WORLD = "tests/unit/platform/closed_world"
WHO_MAY = (
    *(f"{TESTS}/test_{name}.py" for name in ("access", "egress")),
    *(f"{CLOSED_WORLD}/test_{name}.py" for name in ("cluster", "identity")),
)

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
            "the database is reached over TLS",
            '"PGSSLMODE": "verify-full"',
            '"PGSSLMODE": "require"',
        ),
    ),
    *breaks(
        "k8s/airflow/pods/options.py",
        (CONFIGURATION,),
        (
            "no slot is divided away",
            "return ceil(pods_at_once(airflow, bindings) / airflow.scheduler.replicas)",
            "return pods_at_once(airflow, bindings) // airflow.scheduler.replicas",
        ),
        (
            "parallelism is each scheduler's share",
            "return ceil(pods_at_once(airflow, bindings) / airflow.scheduler.replicas)",
            "return ceil(pods_at_once(airflow, bindings))",
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
            "environment({**task_tuning(), **airflow.config, **_remote_logs(airflow), **task_contract(airflow)})",
            "environment({**airflow.config, **task_tuning(), **_remote_logs(airflow), **task_contract(airflow)})",
        ),
        (
            "airflow.config does not change what tasks rely on",
            "**airflow.config, **_remote_logs(airflow), **task_contract(airflow)})",
            "**_remote_logs(airflow), **task_contract(airflow), **airflow.config})",
        ),
        (
            "no autoscaler takes a running task away",
            '"karpenter.sh/do-not-disrupt": "true"',
            '"karpenter.sh/do-not-disrupt": "false"',
        ),
    ),
    *breaks(
        "k8s/airflow/pods/options.py",
        (WORKER,),
        (
            "a task outlasts two minutes without the API server",
            '"workers.execution_api_retries": 12',
            '"workers.execution_api_retries": 5',
        ),
    ),
    *breaks(
        "k8s/airflow/charts/migration.py",
        (MIGRATION,),
        (
            "a Job that reads another secret runs again",
            "annotations=secret_files.annotations(context.bindings.secrets, job.secrets)",
            "annotations={}",
        ),
    ),
    *breaks(
        "k8s/airflow/charts/component.py",
        (COMPONENTS,),
        ("pods of one revision are spread", '        match_label_keys=["pod-template-hash"],\n', ""),
        (
            "the old pod stays until the new one is ready",
            "max_unavailable=kube.IntOrString.from_number(0)",
            "max_unavailable=kube.IntOrString.from_number(1)",
        ),
        ("a single pod has no budget", "if self._settings.replicas > 1:", "if self._settings.replicas > 0:"),
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
    *breaks(
        "k8s/airflow/components.py",
        (COMPONENTS, PLATFORM_COMPONENTS, OBJECTS, RELEASE, *WHO_MAY),
        ("the API server has time to end", "grace_seconds=130", "grace_seconds=30"),
        ("requests arrive while a pod goes", "    drain_seconds=10,\n", ""),
        ("pods and tasks may call the API server", "    callers=(),  # components, Jobs and task pods\n", ""),
        (
            "the API server asks the Kubernetes API nothing",
            '    modules=("shared_logs",),\n',
            '    modules=("shared_logs",),\n    kubernetes={"pods": ["list"]},\n',
        ),
        (
            "the scheduler reads no password of the first user",
            'secrets=("database", "fernet_key", "jwt_secret"),\n        looks_up',
            'secrets=("database", "fernet_key", "jwt_secret", "admin_password"),\n        looks_up',
        ),
        (
            "what runs authors' code signs no tokens",
            'secrets=("database", "fernet_key"),\n        looks_up',
            'secrets=("database", "fernet_key", "jwt_secret"),\n        looks_up',
        ),
        (
            "the scheduler makes task pods",
            '["create", "delete", "get", "list", "patch", "watch"]',
            '["delete", "get", "list", "patch", "watch"]',
        ),
        ("the scheduler's role has its name", "        role=names.POD_LAUNCHER_ROLE,\n", ""),
        ("the scheduler has the template of task pods", "        makes_task_pods=True,\n", ""),
        (
            "each heartbeat is its own component's",
            'HeartbeatCheck("TriggererJob")',
            'HeartbeatCheck("DagProcessorJob")',
        ),
        ("only the API server reads the triggerer's logs", "callers=(API_SERVER.label,)", "callers=()"),
        ("the API server is asked what answers alone", '"/api/v2/version"', '"/api/v2/monitor/health"'),
    ),
    *breaks(
        "k8s/airflow/secret_readers.py",
        (f"{CLOSED_WORLD}/test_identity.py",),
        ("Jobs read their secrets", "*jobs.JOBS, *cleaners)", "*cleaners)"),
    ),
)
